-- A connection is used for playing, for a check or for a sync. Whatever was held belongs to a server that is gone.
drop table connection_leases;
create table connection_leases (
    id integer primary key autoincrement,
    provider_id bigint not null references providers (id) on delete cascade,
    purpose text not null check (purpose in ('play', 'check', 'sync')),
    stream_id bigint,
    version_id bigint,
    credential_id bigint,
    node text not null,
    opened_at bigint not null,
    confirmed_at bigint not null
);

create index connection_leases_provider on connection_leases (provider_id, confirmed_at);
create index connection_leases_node on connection_leases (node);
