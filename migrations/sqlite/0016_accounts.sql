-- The secret that an authenticator app shares, encrypted; it counts once totp_since is set.
alter table users add column totp_secret blob;
alter table users add column totp_since bigint;
-- The interval of the last code that was accepted: none is accepted twice.
alter table users add column totp_last_step bigint;

-- Each opens the door once where the app is lost; only keyed hashes are stored.
create table recovery_codes (
    id integer primary key autoincrement,
    user_id bigint not null references users (id) on delete cascade,
    code_hash blob not null
);
create unique index recovery_codes_user on recovery_codes (user_id, code_hash);
