-- What is wrong with what a stream shows, as looks at it confirmed: black, frozen, slate, silent or low_bitrate; null if nothing is.
-- A stream that works and has a defect is degraded.
alter table stream_health add column content_defect text;
alter table stream_health add column content_reason text;
alter table stream_health add column content_since bigint;
create index stream_health_defects on stream_health (content_since, stream_id) where content_since is not null;
