-- Append only. The name is kept beside the id: a line outlives the user it tells of.
create table audit_log (
    id integer primary key autoincrement,
    user_id bigint,
    actor text not null,
    action text not null,
    resource text not null,
    at bigint not null,
    details text not null
);
create index audit_log_user on audit_log (user_id, id);
create index audit_log_action on audit_log (action, id);
