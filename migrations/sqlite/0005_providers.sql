create table providers (
    id integer primary key autoincrement,
    name text not null,
    type text not null,
    enabled boolean not null default true,
    priority bigint not null default 50,
    max_connections bigint,
    user_agent text,
    -- Playlist URL, backup URLs, guide URL and headers, encrypted as one: any of them may hold a credential.
    secrets blob not null,
    status text not null default 'never_synced',
    status_message text,
    total_channels bigint not null default 0,
    active_channels bigint not null default 0,
    total_vod_movies bigint not null default 0,
    total_vod_series bigint not null default 0,
    last_sync bigint,
    -- The one-use key of the form that made it: a second submit finds the first one's row.
    form_key text unique,
    created_at bigint not null,
    updated_at bigint not null,
    -- A removed provider is hidden at once; its row stays for the plays that name it.
    deleted_at bigint
);
create unique index providers_name on providers (name) where deleted_at is null;
create index providers_enabled_priority on providers (enabled, priority);

-- Hosts that failed lately; a closed breaker has no row.
create table provider_breakers (
    provider_id bigint not null references providers (id) on delete cascade,
    host text not null,
    consecutive_failures bigint not null,
    opened_at bigint,
    probed_at bigint,
    primary key (provider_id, host)
);

-- The parts of a provider's URLs that are secret or change by themselves, encrypted. Block 0 is the dictionary of
-- values that repeat; the others hold what differs from entry to entry.
create table provider_url_values (
    provider_id bigint not null references providers (id) on delete cascade,
    block bigint not null,
    fingerprint blob not null,
    sealed blob not null,
    primary key (provider_id, block)
);

-- Parts of a host's URLs that were seen to change by themselves: tokens, though nothing in their name says so.
create table provider_url_tokens (
    provider_id bigint not null references providers (id) on delete cascade,
    host text not null,
    part text not null,
    learned_at bigint not null,
    primary key (provider_id, host, part)
);
