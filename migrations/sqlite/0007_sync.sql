create table provider_sync_log (
    id integer primary key autoincrement,
    provider_id bigint not null references providers (id) on delete cascade,
    job_id bigint not null,
    by_hand boolean not null,
    started_at bigint not null,
    finished_at bigint,
    outcome text not null,
    decision text,
    error_code text,
    error_message text,
    -- JSON: what the guard found, one line each.
    held_reasons text,
    entries bigint not null default 0,
    streams bigint not null default 0,
    films bigint not null default 0,
    episodes bigint not null default 0,
    refused bigint not null default 0,
    stray_lines bigint not null default 0,
    unchanged bigint not null default 0,
    added bigint not null default 0,
    changed bigint not null default 0,
    renamed bigint not null default 0,
    removed bigint not null default 0,
    returned bigint not null default 0,
    bytes_read bigint not null default 0
);
create index provider_sync_log_provider on provider_sync_log (provider_id, started_at);
create index provider_sync_log_started on provider_sync_log (started_at);
create index provider_sync_log_job on provider_sync_log (job_id);
create unique index provider_sync_log_open on provider_sync_log (provider_id) where outcome = 'running';

create table provider_sync_refusals (
    sync_id bigint not null references provider_sync_log (id) on delete cascade,
    reason text not null,
    entries bigint not null,
    -- JSON: [{line, name}] of the first few.
    samples text not null,
    primary key (sync_id, reason)
);

-- The differences of a run, many to a row: 100,000 additions are a few hundred rows.
create table provider_sync_changes (
    sync_id bigint not null references provider_sync_log (id) on delete cascade,
    position bigint not null,
    change text not null,
    entries bigint not null,
    body text not null,
    primary key (sync_id, position)
);

-- What a held run would apply, encrypted; gone once it is decided.
create table provider_sync_staging (
    sync_id bigint not null references provider_sync_log (id) on delete cascade,
    position bigint not null,
    sealed blob not null,
    primary key (sync_id, position)
);
