-- What the relay knows of a play. A stream, a version and a provider may be gone; their numbers are never given again.
alter table viewing_history add column credential_id bigint references output_credentials (id) on delete set null;
alter table viewing_history add column provider_id bigint;
alter table viewing_history add column stream_id bigint;
alter table viewing_history add column version_id bigint;
alter table viewing_history add column url_hash blob;
alter table viewing_history add column url_key text;
alter table viewing_history add column bytes bigint not null default 0 check (bytes >= 0);
alter table viewing_history add column startup_ms bigint check (startup_ms >= 0);
alter table viewing_history add column stalls bigint not null default 0 check (stalls >= 0);
alter table viewing_history add column switches bigint not null default 0 check (switches >= 0);
alter table viewing_history add column position_bytes bigint check (position_bytes >= 0);

create index viewing_history_credential on viewing_history (credential_id, last_report_at) where credential_id is not null;
create index viewing_history_running on viewing_history (last_report_at)
    where ended_at is null and measurement in ('metered', 'manifest');

-- The stretches of a play that one stream was shown for.
create table play_segments (
    id integer primary key autoincrement,
    play_id bigint not null references viewing_history (id) on delete cascade,
    provider_id bigint not null,
    stream_id bigint,
    version_id bigint,
    started_at bigint not null,
    last_at bigint not null,
    watched_ms bigint not null check (watched_ms >= 0),
    bytes bigint not null check (bytes >= 0),
    startup_ms bigint check (startup_ms >= 0),
    stalls bigint not null check (stalls >= 0),
    has_failed boolean not null
);

create index play_segments_play on play_segments (play_id);
create index play_segments_stream on play_segments (stream_id, started_at) where stream_id is not null;

-- What runs now, and on which node; a row lives as long as what it stands for.
create table live_plays (
    play_id bigint primary key references viewing_history (id) on delete cascade,
    node text not null,
    seen_at bigint not null,
    kbps bigint not null,
    behind_bytes bigint not null,
    stop_wanted boolean not null
);

create index live_plays_node on live_plays (node);
