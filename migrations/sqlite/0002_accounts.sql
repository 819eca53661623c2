create table users (
    id integer primary key autoincrement,
    username text not null,
    -- The name as it is compared: case-folded.
    username_key text not null,
    email text,
    email_key text,
    full_name text,
    password_hash text not null,
    role text not null check (role in ('admin', 'viewer')),
    is_active boolean not null,
    must_change_password boolean not null,
    -- The password stands in the file that the first start wrote.
    password_in_file boolean not null default false,
    created_at bigint not null,
    last_login bigint
);
create unique index users_username on users (username_key);
create unique index users_email on users (email_key);

create table sessions (
    id integer primary key autoincrement,
    token_hash blob not null,
    kind text not null check (kind in ('browser', 'api')),
    user_id bigint not null references users (id) on delete cascade,
    device text,
    created_at bigint not null,
    last_seen_at bigint not null,
    expires_at bigint not null
);
create unique index sessions_token on sessions (token_hash);
create index sessions_user on sessions (user_id, last_seen_at);
create index sessions_expiry on sessions (expires_at);

create table output_credentials (
    id integer primary key autoincrement,
    name text not null,
    user_id bigint references users (id) on delete cascade,
    -- The one of each user that the links of the account page carry.
    is_personal boolean not null default false,
    token_hash blob not null,
    token_sealed blob not null,
    created_at bigint not null,
    last_used_at bigint
);
create unique index output_credentials_token on output_credentials (token_hash);
create unique index output_credentials_personal on output_credentials (user_id) where is_personal;
create index output_credentials_user on output_credentials (user_id, id);
