-- A row lives as long as its connection; streams and credentials may go before it does.
create table connection_leases (
    id integer primary key autoincrement,
    provider_id bigint not null references providers (id) on delete cascade,
    stream_id bigint,
    version_id bigint,
    credential_id bigint not null,
    node text not null,
    opened_at bigint not null,
    confirmed_at bigint not null
);

create index connection_leases_provider on connection_leases (provider_id, confirmed_at);
create index connection_leases_node on connection_leases (node);
