//! Configuration: defaults < settings table < file < environment < flags.
//!
//! A *variable* has one name (`listen`): it is that name in the file, `STRM_LISTEN` in the environment and `--listen` as a
//! flag. A wrong value stops the start with one sentence. Which *source* gave a value is kept, because what is fixed from
//! outside is shown locked on the settings page, and because the settings table only counts where the source is a default.

mod flags;
pub mod key_file;
mod parse;
mod sources;
mod variables;

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use jiff::tz::TimeZone;
use secrecy::{ExposeSecret, SecretString};

pub use flags::Flags;
pub use sources::{ConfigError, Source};
use sources::{Environment, Values};
pub use variables::{VARIABLES, Variable};

/// Everything that is decided before the start.
#[derive(Debug, Clone)]
pub struct Config {
    pub server: Server,
    pub data: Data,
    pub database: Database,
    pub output: Output,
    pub import: Import,
    pub tools: Tools,
    pub security: Security,
    pub network: Network,
    pub time: Time,
    pub log: Log,
    values: Values,
}

#[derive(Debug, Clone)]
pub struct Server {
    pub listen: std::net::SocketAddr,
    /// The address people and players reach the server by, without a slash at its end.
    pub public_url: Option<String>,
    /// Proxies whose forwarded-for header is believed.
    pub trusted_proxies: Vec<IpNet>,
}

#[derive(Debug, Clone)]
pub struct Data {
    pub dir: PathBuf,
}

impl Data {
    /// Files that can be made again from the database.
    pub fn cache_dir(&self) -> PathBuf {
        self.dir.join("cache")
    }
}

#[derive(Debug, Clone)]
pub struct Database {
    pub url: DatabaseUrl,
    /// Connections kept open on PostgreSQL.
    pub pool: u32,
    /// Connections at most on PostgreSQL.
    pub pool_max: u32,
    /// How long a request waits for a connection.
    pub acquire_timeout: Duration,
    /// After how long a connection is replaced.
    pub recycle: Duration,
}

#[derive(Debug, Clone)]
pub enum DatabaseUrl {
    Sqlite(PathBuf),
    /// The whole URL, with its password.
    Postgres(SecretString),
}

#[derive(Debug, Clone)]
pub struct Output {
    pub dir: PathBuf,
}

#[derive(Debug, Clone)]
pub struct Import {
    /// The folder below which playlists of this machine may be read; none: nowhere.
    pub dir: Option<PathBuf>,
}

#[derive(Debug, Clone)]
pub struct Tools {
    /// By its path, or by its name where the system looks for programs.
    pub ffprobe: PathBuf,
    pub ffmpeg: PathBuf,
}

#[derive(Debug, Clone)]
pub struct Security {
    pub secret_key_file: PathBuf,
    /// The first administrator's password, read at the first start only.
    pub admin_password: Option<SecretString>,
}

#[derive(Debug, Clone)]
pub struct Network {
    /// Private networks that a catalogue may name, and loopback if it is listed.
    pub allow_private_networks: Vec<IpNet>,
    /// Who may read metrics without a token.
    pub metrics_allow: Vec<IpNet>,
}

#[derive(Debug, Clone)]
pub struct Time {
    pub zone: TimeZone,
    pub zone_name: String,
}

#[derive(Debug, Clone)]
pub struct Log {
    /// A level, or directives as `tracing` reads them.
    pub filter: String,
}

/// One variable as it is in force, for the page and the API that show the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effective {
    pub name: &'static str,
    /// `***` for a secret that is set, empty for what is not set.
    pub value: String,
    pub source: Source,
}

impl Config {
    /// Reads the flags, the process's environment and the file that either of them names.
    pub fn load(flags: &Flags) -> Result<Self, ConfigError> {
        Self::load_from(flags, &|name| std::env::var_os(name))
    }

    /// As [`Config::load`], with the environment given.
    pub fn load_from(flags: &Flags, environment: &Environment<'_>) -> Result<Self, ConfigError> {
        let values = Values::gather(flags, environment)?;
        let dir: PathBuf = values
            .parsed("data_dir", parse::path)?
            .unwrap_or_else(|| "data".into());
        Ok(Self {
            server: Server {
                listen: values
                    .parsed("listen", parse::address)?
                    .unwrap_or(std::net::SocketAddr::from(([127, 0, 0, 1], 8080))),
                public_url: values.parsed("public_url", parse::public_url)?,
                trusted_proxies: values
                    .parsed("trusted_proxies", parse::networks)?
                    .unwrap_or_default(),
            },
            database: Database::read(&values, &dir)?,
            output: Output {
                dir: values
                    .parsed("output_dir", parse::path)?
                    .unwrap_or_else(|| dir.join("output")),
            },
            import: Import {
                dir: values.parsed("import_dir", parse::path)?,
            },
            tools: Tools {
                ffprobe: values
                    .parsed("ffprobe", parse::path)?
                    .unwrap_or_else(|| "ffprobe".into()),
                ffmpeg: values
                    .parsed("ffmpeg", parse::path)?
                    .unwrap_or_else(|| "ffmpeg".into()),
            },
            security: Security {
                secret_key_file: values
                    .parsed("secret_key_file", parse::path)?
                    .unwrap_or_else(|| dir.join("secret.key")),
                admin_password: values.parsed("admin_password", parse::password)?,
            },
            network: Network {
                allow_private_networks: values
                    .parsed("allow_private_networks", parse::networks)?
                    .unwrap_or_default(),
                metrics_allow: values
                    .parsed("metrics_allow", parse::networks)?
                    .unwrap_or_default(),
            },
            time: Time::read(&values, environment)?,
            log: Log {
                filter: values
                    .parsed("log", parse::log_filter)?
                    .unwrap_or_else(|| "info".to_owned()),
            },
            data: Data { dir },
            values,
        })
    }

    /// Which source gave a variable its value; [`Source::Default`] for what nobody set.
    pub fn source(&self, name: &str) -> Source {
        self.values.source(name)
    }

    /// Whether a value is fixed from outside, so that the settings table does not count.
    pub fn is_fixed(&self, name: &str) -> bool {
        self.source(name) != Source::Default
    }

    /// Where a value is fixed, in words: `STRM_PUBLIC_URL in the environment`.
    pub fn fixed_at(&self, name: &str) -> Option<String> {
        let variable = variables::find(name)?;
        match self.source(name) {
            Source::Default => None,
            Source::File => Some(format!("{name} in the configuration file")),
            Source::Environment => Some(format!("{} in the environment", variable.environment())),
            Source::Flag => Some(format!("--{} on the command line", variable.flag())),
        }
    }

    /// All variables as they are in force, secrets masked.
    pub fn effective(&self) -> Vec<Effective> {
        VARIABLES
            .iter()
            .map(|variable| Effective {
                name: variable.name,
                value: self.shown(variable),
                source: self.source(variable.name),
            })
            .collect()
    }

    fn shown(&self, variable: &Variable) -> String {
        if variable.secret {
            return if self.is_fixed(variable.name) {
                "***".to_owned()
            } else {
                self.default_of_secret(variable)
            };
        }
        match variable.name {
            "listen" => self.server.listen.to_string(),
            "data_dir" => self.data.dir.display().to_string(),
            "db_pool" => self.database.pool.to_string(),
            "db_pool_max" => self.database.pool_max.to_string(),
            "db_acquire_timeout" => self.database.acquire_timeout.as_secs().to_string(),
            "db_recycle" => self.database.recycle.as_secs().to_string(),
            "output_dir" => self.output.dir.display().to_string(),
            "secret_key_file" => self.security.secret_key_file.display().to_string(),
            "time_zone" => self.time.zone_name.clone(),
            "log" => self.log.filter.clone(),
            other => self.values.text(other).unwrap_or_default().to_owned(),
        }
    }

    fn default_of_secret(&self, variable: &Variable) -> String {
        match (variable.name, &self.database.url) {
            ("database_url", DatabaseUrl::Sqlite(path)) => format!("sqlite:{}", path.display()),
            _ => String::new(),
        }
    }
}

impl Database {
    fn read(values: &Values, data_dir: &std::path::Path) -> Result<Self, ConfigError> {
        const DEFAULT_POOL: u32 = 20;
        const DEFAULT_POOL_MAX: u32 = 60;
        let pool = values
            .parsed("db_pool", parse::count)?
            .map_or(DEFAULT_POOL, NonZeroU32::get);
        let pool_max = values
            .parsed("db_pool_max", parse::count)?
            .map_or_else(|| pool.max(DEFAULT_POOL_MAX), NonZeroU32::get);
        if pool_max < pool {
            return Err(values.wrong(
                "db_pool_max",
                format!("must be at least the size of the pool, {pool}"),
            ));
        }
        Ok(Self {
            url: values
                .parsed("database_url", parse::database_url)?
                .unwrap_or_else(|| DatabaseUrl::Sqlite(data_dir.join("m3u-strm-processor.db"))),
            pool,
            pool_max,
            acquire_timeout: values
                .parsed("db_acquire_timeout", parse::seconds)?
                .unwrap_or(Duration::from_secs(30)),
            recycle: values
                .parsed("db_recycle", parse::seconds)?
                .unwrap_or(Duration::from_secs(3600)),
        })
    }
}

impl DatabaseUrl {
    /// The URL as the driver reads it.
    pub fn expose(&self) -> SecretString {
        match self {
            Self::Sqlite(path) => format!("sqlite:{}", path.display()).into(),
            Self::Postgres(url) => url.expose_secret().into(),
        }
    }
}

impl Time {
    /// The installation's zone: the variable, else the system's `TZ`, else UTC.
    fn read(values: &Values, environment: &Environment<'_>) -> Result<Self, ConfigError> {
        if let Some(time) = values.parsed("time_zone", parse::time_zone)? {
            return Ok(time);
        }
        let Some(name) = environment("TZ").filter(|name| !name.is_empty()) else {
            return Ok(Self {
                zone: TimeZone::UTC,
                zone_name: "UTC".to_owned(),
            });
        };
        let name = name.to_string_lossy();
        parse::time_zone(name.trim_start_matches(':'))
            .map_err(|problem| ConfigError::value("TZ", Some(&name), problem))
    }
}

#[cfg(test)]
mod tests;
