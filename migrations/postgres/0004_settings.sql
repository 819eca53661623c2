-- What was changed; a key without a row has its default. The value is JSON.
create table app_settings (
    key text primary key,
    value text not null,
    changed_by bigint references users (id) on delete set null,
    changed_at bigint not null
);
