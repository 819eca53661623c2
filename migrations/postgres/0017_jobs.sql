-- When a schedule fired last. The name carries a digest of its expression and zone.
create table schedules (
    name text primary key,
    last_fired_at bigint not null
);
