-- The last error of each host of a provider, and when; kept after the host recovered.
alter table provider_breakers add column last_error text;
alter table provider_breakers add column last_error_at bigint;

