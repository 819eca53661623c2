-- The course of a stream is told from this index alone: its checks lie far apart in the table, one in each run.
drop index health_check_log_stream;
create index health_check_log_stream on health_check_log (stream_id, checked_at, id, state, latency_ms);
