//! From text to value. An error is the end of a sentence that begins with the variable's name.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use ipnet::IpNet;
use jiff::tz::TimeZone;
use secrecy::SecretString;
use url::Url;

use super::{DatabaseUrl, Time};

const MOST_CONNECTIONS: u32 = 1000;
const MOST_SECONDS: u64 = 7 * 24 * 3600;

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| "must be an address and a port, such as 127.0.0.1:8080 or [::]:8080".to_owned())
}

pub(super) fn path(text: &str) -> Result<PathBuf, String> {
    if text.contains('\0') {
        Err("must be a path".to_owned())
    } else {
        Ok(text.into())
    }
}

pub(super) fn secret(text: &str) -> Result<SecretString, String> {
    Ok(text.into())
}

/// As long as any other password of an account has to be.
const SHORTEST_PASSWORD: usize = 8;

pub(super) fn password(text: &str) -> Result<SecretString, String> {
    if text.chars().count() < SHORTEST_PASSWORD {
        return Err(format!("must have at least {SHORTEST_PASSWORD} characters"));
    }
    secret(text)
}

pub(super) fn count(text: &str) -> Result<NonZeroU32, String> {
    match NonZeroU32::from_str(text) {
        Ok(count) if count.get() <= MOST_CONNECTIONS => Ok(count),
        _ => Err(format!("must be a whole number from 1 to {MOST_CONNECTIONS}")),
    }
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let digits = text.strip_suffix('s').unwrap_or(text).trim_end();
    match digits.parse() {
        Ok(seconds @ 1..=MOST_SECONDS) => Ok(Duration::from_secs(seconds)),
        _ => Err(format!(
            "must be a whole number of seconds from 1 to {MOST_SECONDS}"
        )),
    }
}

pub(super) fn database_url(text: &str) -> Result<DatabaseUrl, String> {
    if let Some(rest) = text.strip_prefix("sqlite:") {
        let file = rest.strip_prefix("//").unwrap_or(rest);
        let is_file = !file.is_empty() && !file.contains(['?', '\0']) && file != ":memory:";
        return if is_file {
            Ok(DatabaseUrl::Sqlite(file.into()))
        } else {
            Err("must name a file after sqlite:".to_owned())
        };
    }
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "postgres" | "postgresql") => {
            Ok(DatabaseUrl::Postgres(text.into()))
        }
        _ => Err("must begin with sqlite: and a file, or be a postgres:// URL".to_owned()),
    }
}

pub(super) fn public_url(text: &str) -> Result<String, String> {
    let problem = || "must be an http or https URL without user, query and fragment".to_owned();
    let url = Url::parse(text).map_err(|_| problem())?;
    let is_plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !is_plain {
        return Err(problem());
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// Networks or single addresses, separated by commas.
pub(super) fn networks(text: &str) -> Result<Vec<IpNet>, String> {
    text.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(|item| {
            IpNet::from_str(item)
                .or_else(|_| std::net::IpAddr::from_str(item).map(IpNet::from))
                .map(|network| network.trunc())
                .map_err(|_| {
                    format!("must be a list of networks such as 192.168.0.0/16, which \"{item}\" is not")
                })
        })
        .collect()
}

pub(super) fn time_zone(text: &str) -> Result<Time, String> {
    let zone = TimeZone::get(text)
        .or_else(|_| TimeZone::posix(text))
        .map_err(|_| "must be the name of a time zone, such as Europe/Berlin or UTC".to_owned())?;
    Ok(Time {
        zone,
        zone_name: text.to_owned(),
    })
}

/// A level, or `target=level` pairs. A lone word that is no level would silence everything without a word.
pub(super) fn log_filter(text: &str) -> Result<String, String> {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let is_known = text.split(',').map(str::trim).all(|directive| {
        directive.contains('=') || LEVELS.contains(&directive.to_ascii_lowercase().as_str())
    });
    if is_known && tracing_subscriber::EnvFilter::try_new(text).is_ok() {
        Ok(text.to_owned())
    } else {
        Err("must be off, error, warn, info, debug or trace, or pairs such as info,sqlx=warn".to_owned())
    }
}
