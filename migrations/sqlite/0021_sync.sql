-- Entries of groups that are left out, which are among the refused; and those of them that the catalogue had shown before.
alter table provider_sync_log add column excluded bigint not null default 0;
alter table provider_sync_log add column newly_excluded bigint not null default 0;
