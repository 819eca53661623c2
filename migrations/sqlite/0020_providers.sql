-- How its list is read, JSON: which groups are taken.
alter table providers add column reading text not null default '{}';

-- The groups that a provider's list held when it was last read, taken or not, with their entries.
create table provider_groups (
    provider_id bigint not null references providers (id) on delete cascade,
    name text not null,
    streams bigint not null,
    films bigint not null,
    episodes bigint not null,
    primary key (provider_id, name)
);
