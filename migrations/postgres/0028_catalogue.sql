-- How often something was told of films, series and episodes that no list shows: what is written from it is stale then.
alter table catalogue_state add column facts_version bigint not null default 0;
