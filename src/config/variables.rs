//! The one list of variables; flags, environment, file, help text and the page that shows them follow it.

/// A value that can be given from outside.
#[derive(Debug, PartialEq, Eq)]
pub struct Variable {
    /// As in the file; upper case after `STRM_` in the environment, with hyphens as a flag.
    pub name: &'static str,
    pub help: &'static str,
    /// Never shown, logged or repeated in an error.
    pub secret: bool,
}

impl Variable {
    pub fn environment(&self) -> String {
        format!("STRM_{}", self.name.to_uppercase())
    }

    pub fn flag(&self) -> String {
        self.name.replace('_', "-")
    }
}

const fn plain(name: &'static str, help: &'static str) -> Variable {
    Variable {
        name,
        help,
        secret: false,
    }
}

const fn secret(name: &'static str, help: &'static str) -> Variable {
    Variable {
        name,
        help,
        secret: true,
    }
}

pub const VARIABLES: &[Variable] = &[
    plain(
        "listen",
        "Address and port to listen on [default: 127.0.0.1:8080]",
    ),
    plain(
        "data_dir",
        "Folder of the database, the key and the cache [default: ./data]",
    ),
    secret(
        "database_url",
        "sqlite:FILE or postgres://… [default: a SQLite file in the data folder]",
    ),
    plain(
        "db_pool",
        "Database connections kept open on PostgreSQL [default: 20]",
    ),
    plain(
        "db_pool_max",
        "Database connections at most on PostgreSQL [default: 60]",
    ),
    plain(
        "db_acquire_timeout",
        "Seconds to wait for a database connection [default: 30]",
    ),
    plain(
        "db_recycle",
        "Seconds after which a database connection is replaced [default: 3600]",
    ),
    plain(
        "public_url",
        "Address that players and media servers reach this server by",
    ),
    plain(
        "output_dir",
        "Folder of the STRM library [default: output in the data folder]",
    ),
    plain(
        "import_dir",
        "Folder below which playlists of this machine may be read [default: none]",
    ),
    plain(
        "ffprobe",
        "Program that measures streams [default: ffprobe, where the system looks for programs]",
    ),
    plain(
        "ffmpeg",
        "Program that looks at what streams show [default: ffmpeg, where the system looks for programs]",
    ),
    secret(
        "admin_password",
        "Password of the first administrator, read at the first start only",
    ),
    plain(
        "secret_key_file",
        "File of the key that encrypts stored secrets [default: secret.key in the data folder]",
    ),
    plain(
        "trusted_proxies",
        "Proxies whose forwarded-for header is believed, as comma-separated networks",
    ),
    plain(
        "allow_private_networks",
        "Private networks that catalogues may name, comma-separated",
    ),
    plain(
        "metrics_allow",
        "Networks that may read /metrics without a token, comma-separated",
    ),
    plain(
        "time_zone",
        "Time zone whose days and hours are shown [default: TZ, else UTC]",
    ),
    plain(
        "log",
        "Log level or directives, such as info or info,sqlx=warn [default: info]",
    ),
];

/// The variable of that name.
pub fn find(name: &str) -> Option<&'static Variable> {
    VARIABLES.iter().find(|variable| variable.name == name)
}
