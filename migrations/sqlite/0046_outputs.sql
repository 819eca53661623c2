-- Devices that players take for an HDHomeRun, each with a line-up and a credential of its own. device_id: eight hexadecimal
-- digits with a valid checksum, for good. is_first: the one that answers at the root of the server. credential_id: null once
-- it was revoked.
create table hdhomerun_devices (
    id integer primary key autoincrement,
    device_id text not null,
    name text not null,
    tuner_count bigint not null check (tuner_count between 1 and 32),
    quality text not null check (quality in ('best', '4k', 'hd', 'sd')),
    is_first boolean not null,
    credential_id bigint references output_credentials (id) on delete set null,
    created_at bigint not null
);
create unique index hdhomerun_devices_device on hdhomerun_devices (device_id);
create unique index hdhomerun_devices_first on hdhomerun_devices (is_first) where is_first;

-- The categories that a line-up is narrowed to; a device without any has every channel.
create table hdhomerun_categories (
    device bigint not null references hdhomerun_devices (id) on delete cascade,
    category text not null,
    primary key (device, category)
);
