-- What each file of the library was called when it was first written: it keeps that name until its own title changes.
create table library_names (
    kind text not null check (kind in ('channel', 'movie', 'series', 'episode')),
    content_id bigint not null,
    -- The name and the folder as the catalogue had them then.
    source text not null,
    folder text not null,
    name text not null,
    extension text not null,
    primary key (kind, content_id)
);

-- Files that no longer belong to anything, whole, until they are brought back or run out.
create table library_trash (
    id integer primary key autoincrement,
    root text not null,
    path text not null,
    bytes blob not null,
    trashed_at bigint not null
);
create index library_trash_time on library_trash (trashed_at, id);

-- One row: the credential that the library's links carry.
create table library_state (
    id bigint primary key check (id = 1),
    credential_id bigint references output_credentials (id) on delete set null
);
insert into library_state values (1, null);
