-- Connections that a provider's account keeps for one credential. The lower id goes first where the account allows fewer than are
-- reserved.
create table connection_reservations (
    id integer primary key autoincrement,
    provider_id bigint not null references providers (id) on delete cascade,
    credential_id bigint not null references output_credentials (id) on delete cascade,
    connections bigint not null check (connections between 1 and 1000),
    created_at bigint not null
);
create unique index connection_reservations_whose on connection_reservations (provider_id, credential_id);
create index connection_reservations_credential on connection_reservations (credential_id);
