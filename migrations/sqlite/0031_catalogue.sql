-- What is always, or never, one channel, by regular expressions that are looked for in the names of streams.
create table merge_rules (
    id integer primary key autoincrement,
    rule_type text not null check (rule_type in ('never_merge', 'always_merge', 'custom')),
    pattern1 text not null,
    pattern2 text,
    region1 text,
    region2 text,
    provider_id bigint references providers (id) on delete cascade,
    priority bigint not null,
    enabled boolean not null,
    reason text,
    user_id bigint references users (id) on delete set null,
    author text not null,
    created_at bigint not null
);

-- The channel in which a stream was before a rule emptied that channel: it goes on when the rule is gone.
create table ruled_streams (
    stream_id bigint primary key references channel_streams (id) on delete cascade,
    was_in bigint not null references channels (id) on delete cascade
);
