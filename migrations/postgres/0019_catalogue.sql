-- Logos and posters as they were fetched, by the hash of their address; each file is named by the hash of its content.
create table pictures (
    source bytea primary key,
    small text,
    large text,
    failures bigint not null,
    failure text,
    checked_at bigint not null,
    -- Not asked for again before.
    retry_at bigint not null,
    used_at bigint not null
);
create index pictures_used on pictures (used_at);
create index pictures_small on pictures (small) where small is not null;
create index pictures_large on pictures (large) where large is not null;
