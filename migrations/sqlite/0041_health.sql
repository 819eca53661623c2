-- How long streams took to come back is read from this index alone.
drop index incidents_resolved;
create index incidents_resolved on incidents (resolved_at, opened_at, stream_id, provider_id) where resolved_at is not null;
