-- The number that a channel had before a person gave it another one: it comes back when that is given back.
alter table channels add column given_number bigint;
-- What people sort channels by besides their category. Tags are compared by tag_key.
create table channel_tags (
    channel_id bigint not null references channels (id) on delete cascade,
    tag_key text collate "C" not null,
    tag text not null,
    primary key (channel_id, tag_key)
);
create index channel_tags_by_tag on channel_tags (tag_key, tag, channel_id);
