-- When a provider is synced by itself, where that is not as for all: without an expression never.
create table sync_schedules (
    provider_id bigint primary key references providers (id) on delete cascade,
    expression text
);
