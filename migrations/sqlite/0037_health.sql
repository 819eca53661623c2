-- When a provider is known to be at work on its service: nothing is asked of it then, and nothing is held against its streams.
-- has_begun and has_ended say whether what follows from either edge was asked for.
create table maintenance_windows (
    id integer primary key,
    provider_id bigint not null references providers (id) on delete cascade,
    from_at bigint not null,
    to_at bigint not null,
    note text,
    has_begun boolean not null default false,
    has_ended boolean not null default false,
    check (from_at < to_at)
);
create index maintenance_windows_provider on maintenance_windows (provider_id, to_at);
create index maintenance_windows_edges on maintenance_windows (from_at) where not has_ended;

-- Incidents of streams that reach into a window are those that are open and those that were resolved within it or later.
create index incidents_resolved on incidents (resolved_at) where resolved_at is not null;
create index incidents_open on incidents (opened_at) where resolved_at is null;
