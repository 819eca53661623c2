-- Present streams that are not in use: few or none, so that whoever counts the others counts these.
create index channel_streams_inactive on channel_streams (provider_id) where missing_since is null and not (is_active and enabled);
