-- What the quality of a stream was found to be, by its name, its address (`url`) or a measurement (`ffprobe`). is_repeat: a line
-- of name or address that says what the one before it said. fell: worse than the last line of the same method, which was as
-- before_resolution and before_score say.
create table stream_quality_logs (
    id integer primary key,
    stream_id bigint not null references channel_streams (id) on delete cascade,
    at bigint not null,
    resolution text,
    bitrate_kbps bigint,
    codec text,
    fps double precision,
    score bigint,
    detection_method text not null,
    is_repeat boolean not null,
    fell boolean not null,
    before_resolution text,
    before_score bigint
);
create index stream_quality_logs_stream on stream_quality_logs (stream_id, at);
create index stream_quality_logs_fell on stream_quality_logs (at) where fell;
create index stream_quality_logs_repeats on stream_quality_logs (at) where is_repeat;
