-- What programs send instead of a person's password. Only a keyed hash of the token is stored.
create table api_tokens (
    id integer primary key autoincrement,
    name text not null,
    user_id bigint not null references users (id) on delete cascade,
    scope text not null check (scope in ('read', 'write')),
    token_hash blob not null,
    created_at bigint not null,
    -- Null: it does not end by itself.
    expires_at bigint,
    last_used_at bigint
);
create unique index api_tokens_token on api_tokens (token_hash);
create index api_tokens_user on api_tokens (user_id, id);
