//! What each field must be. The messages are for people and never repeat the value.

use std::collections::BTreeMap;

use url::Url;
use validator::ValidationError;

use super::Draft;
use crate::features::providers::renames::{self, Rule};
use crate::features::providers::{Kind, Source, groups, mask};

const MOST_BACKUPS: usize = 10;
const MOST_HEADERS: usize = 20;
const LONGEST_URL: usize = 4096;
const MOST_PATTERNS: usize = 500;
const LONGEST_PATTERN: usize = 600;

fn refusal(message: impl Into<String>) -> ValidationError {
    ValidationError::new("refused").with_message(message.into().into())
}

pub(super) fn one_line(text: &str) -> Result<(), ValidationError> {
    if text.is_empty() {
        return Err(refusal("Give the provider a name."));
    }
    if text.chars().any(char::is_control) {
        return Err(refusal("A name is one line without control characters."));
    }
    Ok(())
}

/// The rules of any address: http or https, a host, and no mask left in it.
fn checked(text: &str) -> Result<Url, String> {
    if text.len() > LONGEST_URL {
        return Err(format!("An address has at most {LONGEST_URL} characters."));
    }
    if text.contains(mask::MASK) {
        return Err("Type the whole address again: *** stands for a part that is not shown.".to_owned());
    }
    match Url::parse(text) {
        Ok(url) if !matches!(url.scheme(), "http" | "https") => {
            Err("The address must begin with http:// or https://.".to_owned())
        }
        Ok(url) if url.has_host() && !text.chars().any(|char| char.is_whitespace() || char.is_control()) => {
            Ok(url)
        }
        _ => Err("This is not a complete address, such as http://example.org/list.m3u.".to_owned()),
    }
}

pub(super) fn web_url(text: &str) -> Result<(), ValidationError> {
    checked(text).map(drop).map_err(refusal)
}

/// Whether it may be absent, the type of the provider says: see [`lacking`].
pub(super) fn playlist_url(text: &str) -> Result<(), ValidationError> {
    if text.is_empty() { Ok(()) } else { web_url(text) }
}

/// What a provider of this type cannot do without.
pub(super) fn lacking(draft: &Draft) -> Vec<(&'static str, &'static str)> {
    let needed = match draft.kind {
        Kind::M3u if draft.source != Source::Address => Vec::new(),
        Kind::M3u => vec![("m3u_url", &draft.m3u_url, "Give the address of the playlist.")],
        Kind::Xtream => vec![
            (
                "xstream_host",
                &draft.xstream_host,
                "Give the address of the panel.",
            ),
            (
                "xstream_username",
                &draft.xstream_username,
                "Give the user name of the account.",
            ),
            (
                "xstream_password",
                &draft.xstream_password,
                "Give the password of the account.",
            ),
        ],
    };
    let lacking = needed.into_iter().filter(|(_, value, _)| value.is_empty());
    lacking.map(|(field, _, message)| (field, message)).collect()
}

/// The files of a panel that people copy along with its address.
const PANEL_FILES: [&str; 5] = [
    "player_api.php",
    "panel_api.php",
    "get.php",
    "xmltv.php",
    "portal.php",
];

/// A panel's address as it is kept: without the slash at its end.
pub(super) fn host(text: String) -> String {
    text.trim_end_matches('/').to_owned()
}

fn panel(text: &str) -> Result<(), String> {
    let url = checked(text)?;
    let file = url.path().rsplit('/').next().unwrap_or_default();
    if PANEL_FILES.iter().any(|name| file.eq_ignore_ascii_case(name)) {
        return Err("Give the address of the panel alone, such as http://example.org:8080.".to_owned());
    }
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err(
            "The address of the panel holds no user name, password or query: they have fields of their own."
                .to_owned(),
        );
    }
    Ok(())
}

pub(super) fn panel_url(text: &str) -> Result<(), ValidationError> {
    if text.is_empty() {
        Ok(())
    } else {
        panel(text).map_err(refusal)
    }
}

pub(super) fn panel_hosts(hosts: &[String]) -> Result<(), ValidationError> {
    if hosts.len() > MOST_BACKUPS {
        return Err(refusal(format!(
            "There can be at most {MOST_BACKUPS} backup hosts."
        )));
    }
    for (at, host) in hosts.iter().enumerate() {
        panel(host).map_err(|message| refusal(format!("Backup {}: {message}", at + 1)))?;
        if hosts[..at].contains(host) {
            return Err(refusal(format!("Backup {} is listed twice.", at + 1)));
        }
    }
    Ok(())
}

const LONGEST_WORD: usize = 255;

pub(super) fn account_word(text: &str) -> Result<(), ValidationError> {
    if text.chars().count() > LONGEST_WORD || text.chars().any(char::is_control) {
        return Err(refusal("This is one line of at most 255 characters."));
    }
    if text.contains(mask::MASK) {
        return Err(refusal("Type it again: *** stands for a part that is not shown."));
    }
    Ok(())
}

pub(super) fn backups(urls: &[String]) -> Result<(), ValidationError> {
    if urls.len() > MOST_BACKUPS {
        return Err(refusal(format!(
            "There can be at most {MOST_BACKUPS} backup addresses."
        )));
    }
    for (at, url) in urls.iter().enumerate() {
        checked(url).map_err(|message| refusal(format!("Backup {}: {message}", at + 1)))?;
        if urls[..at].contains(url) {
            return Err(refusal(format!("Backup {} is listed twice.", at + 1)));
        }
    }
    Ok(())
}

/// Headers that describe the connection or the body are the fetcher's own.
const OWN_HEADERS: [&str; 10] = [
    "accept-encoding",
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "range",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

pub(super) fn header_set(headers: &BTreeMap<String, String>) -> Result<(), ValidationError> {
    if headers.len() > MOST_HEADERS {
        return Err(refusal(format!("There can be at most {MOST_HEADERS} headers.")));
    }
    for (name, value) in headers {
        if http::HeaderName::from_bytes(name.as_bytes()).is_err() {
            return Err(refusal(
                "A header's name is letters, digits and hyphens, then a colon and its value.",
            ));
        }
        if OWN_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
            return Err(refusal(format!("{name} is set by the product itself.")));
        }
        if value.is_empty() {
            return Err(refusal(format!("Give {name} a value, after a colon.")));
        }
        if value == mask::MASK {
            return Err(refusal(format!(
                "Type the value of {name} again: *** stands for one that is not shown."
            )));
        }
        if http::HeaderValue::from_str(value).is_err() || value.len() > LONGEST_URL {
            return Err(refusal(format!(
                "The value of {name} is not one line of plain text."
            )));
        }
    }
    Ok(())
}

pub(super) fn header_text(text: &str) -> Result<(), ValidationError> {
    if http::HeaderValue::from_str(text).is_err() {
        return Err(refusal("A user agent is one line of plain text."));
    }
    Ok(())
}

pub(super) fn group_patterns(patterns: &[String]) -> Result<(), ValidationError> {
    if patterns.len() > MOST_PATTERNS {
        return Err(refusal(format!(
            "There can be at most {MOST_PATTERNS} groups. A pattern such as UK* stands for many."
        )));
    }
    for (at, pattern) in patterns.iter().enumerate() {
        if pattern.chars().count() > LONGEST_PATTERN || pattern.chars().any(char::is_control) {
            return Err(refusal(format!(
                "Group {} is not one line of at most {LONGEST_PATTERN} characters.",
                at + 1
            )));
        }
    }
    Ok(())
}

pub(super) fn excluded_groups(patterns: &[String]) -> Result<(), ValidationError> {
    if patterns.iter().any(|pattern| groups::takes_all(pattern)) {
        return Err(refusal(
            "A star alone would leave out every group. To stop showing a provider, disable it.",
        ));
    }
    group_patterns(patterns)
}

pub(super) fn rename_rules(rules: &[Rule]) -> Result<(), ValidationError> {
    match renames::faults(rules).first() {
        None => Ok(()),
        Some(fault) if rules.len() > renames::MOST_RULES => Err(refusal(fault.message.clone())),
        Some(fault) => Err(refusal(format!("Rule {}: {}", fault.rule + 1, fault.message))),
    }
}
