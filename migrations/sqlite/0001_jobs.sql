create table jobs (
    id integer primary key autoincrement,
    kind text not null,
    payload text not null,
    -- At most one queued or running job of a kind has a given key.
    dedupe_key text,
    state text not null check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    by_hand boolean not null,
    attempts bigint not null check (attempts > 0),
    attempt bigint not null default 0,
    -- Not before this instant.
    due_at bigint not null,
    -- The node that runs it; of a queued job, the only node that may.
    node text,
    heartbeat_at bigint,
    cancel_requested boolean not null default false,
    done bigint not null default 0,
    total bigint,
    message text not null default '',
    result text,
    error_code text,
    error_message text,
    created_at bigint not null,
    started_at bigint,
    finished_at bigint
);
create unique index jobs_active_key on jobs (kind, dedupe_key) where state in ('queued', 'running');
create index jobs_queued on jobs (due_at, id) where state = 'queued';
create index jobs_running on jobs (node, heartbeat_at) where state = 'running';
create index jobs_finished on jobs (finished_at) where finished_at is not null;
create index jobs_by_hand on jobs (kind, dedupe_key, created_at) where by_hand;
create index jobs_by_kind on jobs (kind, id);

create table job_logs (
    job_id bigint not null references jobs (id) on delete cascade,
    line bigint not null,
    at bigint not null,
    text text not null,
    primary key (job_id, line)
);

-- What only one node may do at a time.
create table leases (
    name text primary key not null,
    holder text not null,
    expires_at bigint not null
);
