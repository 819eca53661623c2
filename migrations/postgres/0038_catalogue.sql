-- What ffprobe measured of a stream; a stream that was never measured has no row. Small rows of their own, as those of its
-- health. What was not measured is null. failure is why the last try measured nothing, and tried_at when it was; what was
-- measured before stays beside it.
create table stream_quality (
    stream_id bigint primary key references channel_streams (id) on delete cascade,
    tier text,
    width bigint,
    height bigint,
    codec text,
    sound text,
    fps double precision,
    bitrate_kbps bigint,
    measured_at bigint,
    tried_at bigint not null,
    failure text
);
