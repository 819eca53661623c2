//! An entry's URL: valid, absolute, of a scheme that is a stream's, apart from the headers behind it.

use std::borrow::Cow;

use url::Url;

use super::options::is_header_name;
use super::refusal::Refusal;

const SCHEMES: [&str; 12] = [
    "http", "https", "rtsp", "rtsps", "rtspu", "rtp", "udp", "rtmp", "rtmps", "rtmpe", "rtmpt", "igmp",
];

/// Splits `url|Header=value`; a bar that no header follows belongs to the URL.
pub(super) fn split_headers(line: &str) -> (&str, Option<&str>) {
    for (at, _) in line.match_indices('|') {
        let rest = &line[at + 1..];
        let name = rest.split('=').next().unwrap_or("").trim();
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'!');
        if rest.contains('=') && (is_header_name(name) || (!name.is_empty() && name.bytes().all(is_name))) {
            return (line[..at].trim_end(), Some(rest));
        }
    }
    (line.trim_end_matches('|').trim_end(), None)
}

/// The absolute URL of an entry as written, or resolved against the list's own.
pub(super) fn resolve<'a>(text: &'a str, base: Option<&Url>) -> Result<Cow<'a, str>, Refusal> {
    if let Some((scheme, rest)) = scheme_of(text) {
        if !SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return Err(Refusal::UnsupportedScheme);
        }
        let authority = rest.strip_prefix("//").ok_or(Refusal::BadUrl)?;
        return if has_host(authority, scheme) {
            Ok(Cow::Borrowed(text))
        } else {
            Err(Refusal::BadUrl)
        };
    }
    let joined = base
        .and_then(|base| base.join(text).ok())
        .ok_or(Refusal::BadUrl)?;
    if SCHEMES.contains(&joined.scheme()) {
        Ok(Cow::Owned(joined.into()))
    } else {
        Err(Refusal::UnsupportedScheme)
    }
}

/// The scheme and what follows its colon. `host:8080/…` has none.
fn scheme_of(text: &str) -> Option<(&str, &str)> {
    let colon = text.find([':', '/', '?', '#'])?;
    let (scheme, rest) = (&text[..colon], text[colon..].strip_prefix(':')?);
    let valid = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        && !rest.starts_with(|c: char| c.is_ascii_digit());
    valid.then_some((scheme, rest))
}

/// Whether the text behind `//` names a host. A multicast address may be `@` and a port alone.
fn has_host(rest: &str, scheme: &str) -> bool {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let host_port = authority.rsplit('@').next().unwrap_or("");
    let (host, port) = match host_port.strip_prefix('[') {
        Some(inner) => match inner.split_once(']') {
            Some((host, port)) if host.contains(':') => (host, port.strip_prefix(':').unwrap_or(port)),
            _ => return false,
        },
        None => host_port.split_once(':').unwrap_or((host_port, "")),
    };
    let port_valid = port.is_empty() || port.parse::<u16>().is_ok();
    let listens = authority.starts_with('@') && !port.is_empty() && !scheme.starts_with(['h', 'H']);
    let host_valid = !host
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '\\' | '^' | '`'));
    port_valid && host_valid && (!host.is_empty() || listens)
}
