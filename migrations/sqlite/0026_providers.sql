-- Where the playlist of a provider comes from, JSON: its addresses, or a file that was uploaded.
alter table providers add column source text not null default '"address"';

-- Playlists that people uploaded, gzip in encrypted pieces: on every node there, and in every backup. One that is not kept
-- belongs to nothing yet, or to a job.
create table provider_uploads (
    id integer primary key autoincrement,
    is_kept boolean not null default false,
    created_at bigint not null
);

create table provider_upload_chunks (
    upload_id bigint not null references provider_uploads (id) on delete cascade,
    position bigint not null,
    sealed blob not null,
    primary key (upload_id, position)
);
