-- What people decided of which streams are one channel. Of a split, kept is the channel that was split and other the new one;
-- of a merge, kept is the channel that took the streams of the other. The names are those at the time.
create table hand_decisions (
    id integer primary key autoincrement,
    kind text not null check (kind in ('split', 'merge')),
    kept_id bigint not null references channels (id) on delete cascade deferrable initially deferred,
    other_id bigint not null references channels (id) on delete cascade deferrable initially deferred,
    kept_name text not null,
    other_name text not null,
    user_id bigint references users (id) on delete set null,
    actor text not null,
    created_at bigint not null
);
create index hand_decisions_kept on hand_decisions (kept_id);
create index hand_decisions_other on hand_decisions (other_id);

-- The channel in which a decision has a stream. One that it moved is there whatever it is called later; the others are
-- held there as long as they keep their name. The latest decision on a stream counts.
create table hand_decision_streams (
    stream_id bigint not null references channel_streams (id) on delete cascade,
    decision_id bigint not null references hand_decisions (id) on delete cascade,
    channel_id bigint not null references channels (id) on delete cascade deferrable initially deferred,
    was_in bigint not null references channels (id) on delete cascade,
    moved boolean not null,
    named text not null,
    primary key (stream_id, decision_id)
);
create index hand_decision_streams_decision on hand_decision_streams (decision_id);

-- The channel in which a person gave a stream its place: it counts there and nowhere else.
alter table channel_streams add column manual_in bigint;
update channel_streams set manual_in = channel_id where manual_order is not null;
