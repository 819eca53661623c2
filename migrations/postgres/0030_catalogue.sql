-- What a provider lists in place of the name, where its rules name an entry otherwise; null where it is the name.
alter table channel_streams add column listed_name text;
alter table vod_versions add column listed_name text;
create index channel_streams_renamed on channel_streams (provider_id) where listed_name is not null;
create index vod_versions_renamed on vod_versions (provider_id) where listed_name is not null;

-- What a panel calls a series, of which the title is made; null for those read before it was kept.
alter table provider_series add column listed_name text;
