//! What is shown in place of an address or header that may hold a credential.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use url::Url;

/// Stands where a secret was.
pub const MASK: &str = "***";

/// Path segments after which user and password follow.
const LEADS: [&str; 7] = ["live", "movie", "series", "timeshift", "hls", "playlist", "get"];
/// From this length on a segment of mixed letters and digits is taken for a key.
const KEY_LENGTH: usize = 16;

/// The URL with its user info, every query value, its fragment and each path segment that is or may be a credential as
/// [`MASK`]. A text that is no URL is masked as a whole.
pub fn url(text: &str) -> String {
    let Ok(url) = Url::parse(text) else {
        return if text.is_empty() {
            String::new()
        } else {
            MASK.to_owned()
        };
    };
    let mut shown = format!("{}://", url.scheme());
    if !url.username().is_empty() || url.password().is_some() {
        shown.push_str(MASK);
        shown.push('@');
    }
    shown.push_str(url.host_str().unwrap_or_default());
    if let Some(port) = url.port() {
        shown.push_str(&format!(":{port}"));
    }
    shown.push_str(&masked_path(&url));
    if let Some(query) = url.query() {
        shown.push('?');
        shown.push_str(&masked_query(query));
    }
    if url.fragment().is_some() {
        shown.push('#');
        shown.push_str(MASK);
    }
    shown
}

/// An account's user name: its first two letters, if it is long enough to hide behind them.
pub fn account(user: &str) -> String {
    let start = if user.chars().count() >= 6 { 2 } else { 0 };
    let mut shown: String = user.chars().take(start).collect();
    if !user.is_empty() {
        shown.push_str(MASK);
    }
    shown
}

/// A password, of which nothing is shown but that there is one.
pub fn password(password: &str) -> String {
    if password.is_empty() {
        String::new()
    } else {
        MASK.to_owned()
    }
}

/// Whether a text that somebody typed as an address holds, or may hold, something that [`url`] would mask.
pub fn hides(text: &str) -> bool {
    let text = text.trim();
    let read = Url::parse(text).ok().filter(Url::has_host);
    match read.or_else(|| Url::parse(&format!("http://{text}")).ok()) {
        Some(read) => url(read.as_str()) != read.as_str().replace("%2A%2A%2A", MASK) && url(text) != text,
        None => text.contains(['@', '?', '=', '/']),
    }
}

fn masked_query(query: &str) -> String {
    let masked: Vec<Cow<'_, str>> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((key, value)) if !value.is_empty() => Cow::Owned(format!("{key}={MASK}")),
            Some(_) => Cow::Borrowed(pair),
            None if pair.is_empty() => Cow::Borrowed(pair),
            None => Cow::Borrowed(MASK),
        })
        .collect();
    masked.join("&")
}

fn masked_path(url: &Url) -> String {
    let segments: Vec<&str> = url.path().split('/').skip(1).collect();
    let secrets = credentials(url);
    let by_place = credential_places(&segments);
    segments
        .iter()
        .enumerate()
        .map(|(at, segment)| {
            let text = decoded(segment);
            let is_secret = by_place.contains(&at) || secrets.contains(&text) || is_key(&text);
            format!(
                "/{}",
                if is_secret && !segment.is_empty() {
                    MASK
                } else {
                    segment
                }
            )
        })
        .collect()
}

/// What the URL itself shows to be a credential: user info and query values.
fn credentials(url: &Url) -> Vec<String> {
    let user_info = [url.username(), url.password().unwrap_or_default()];
    user_info
        .into_iter()
        .map(decoded)
        .chain(url.query_pairs().map(|(_, value)| value.into_owned()))
        .filter(|value| !value.is_empty())
        .collect()
}

/// Where user and password stand by the custom of panels: `/live/USER/PASSWORD/ID`, or `/USER/PASSWORD/ID`.
fn credential_places(segments: &[&str]) -> Vec<usize> {
    let lead = segments
        .iter()
        .position(|segment| LEADS.contains(&segment.to_ascii_lowercase().as_str()));
    match lead {
        Some(at) if segments.len() > at + 3 => vec![at + 1, at + 2],
        None if segments.len() == 3 && is_numbered(segments[2]) => vec![0, 1],
        _ => Vec::new(),
    }
}

fn is_numbered(segment: &str) -> bool {
    let stem = segment.split_once('.').map_or(segment, |(stem, _)| stem);
    !stem.is_empty() && stem.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text looks like a random key: a UUID, or long without a separator and mixed of letters and digits.
fn is_key(text: &str) -> bool {
    let is_uuid = |text: &str| uuid::Uuid::try_parse(text.split('.').next().unwrap_or_default()).is_ok();
    is_uuid(text)
        || text
            .split(['.', '-', '_', '~', ' ', ':', ';', ',', '='])
            .any(|part| part.len() >= KEY_LENGTH && part.bytes().any(|byte| byte.is_ascii_digit()))
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Headers whose values say what a player is, or where it comes from; any other may hold a credential.
const HARMLESS_HEADERS: [&str; 6] = [
    "user-agent",
    "accept",
    "accept-language",
    "accept-encoding",
    "origin",
    "referer",
];

/// The value of a header as it may be shown.
pub fn header(name: &str, value: &str) -> String {
    let is_harmless = HARMLESS_HEADERS
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known));
    if !is_harmless && !value.is_empty() {
        return MASK.to_owned();
    }
    match Url::parse(value) {
        Ok(parsed) if parsed.has_host() => url(value),
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_credentials_is_shown_as_it_is() {
        for text in [
            "http://lists.example.org/iptv-org-a.m3u",
            "https://example.org:8443/countries/uk.m3u8",
            "http://192.0.2.7/",
        ] {
            assert_eq!(url(text), text);
        }
    }

    #[test]
    fn user_info_and_query_values_are_masked() {
        assert_eq!(
            url(
                "http://ann:s3cret@tv.example:8080/get.php?username=ann&password=s3cret&type=m3u_plus#s3cret"
            ),
            "http://***@tv.example:8080/get.php?username=***&password=***&type=***#***"
        );
        assert_eq!(url("http://tv.example/list?s3cret"), "http://tv.example/list?***");
        assert_eq!(url("http://s3cret@tv.example/a"), "http://***@tv.example/a");
        assert_eq!(
            url("http://tv.example/a?b=&c=1&"),
            "http://tv.example/a?b=&c=***&"
        );
    }

    #[test]
    fn credentials_in_the_path_are_masked() {
        for (text, shown) in [
            (
                "http://tv.example/live/ann/s3cret/17.ts",
                "http://tv.example/live/***/***/17.ts",
            ),
            (
                "http://tv.example/playlist/ann/s3cret/m3u_plus",
                "http://tv.example/playlist/***/***/m3u_plus",
            ),
            (
                "http://tv.example/panel/LIVE/ann/s3cret/17",
                "http://tv.example/panel/LIVE/***/***/17",
            ),
            (
                "http://tv.example/ann/s3cret/17.m3u8",
                "http://tv.example/***/***/17.m3u8",
            ),
            (
                "http://tv.example/ann/s3cret/m3u?u=ann&p=s3cret",
                "http://tv.example/***/***/m3u?u=***&p=***",
            ),
            (
                "http://ann:s3%20cret@tv.example/x/s3%20cret/m3u",
                "http://***@tv.example/x/***/m3u",
            ),
            (
                "http://tv.example/list/9f8a7b6c5d4e3f2a1b0c.m3u",
                "http://tv.example/list/***",
            ),
            (
                "http://tv.example/0e8dddc7-9cf1-4b3e-a0c8-6a1c8e1f3a2b/m3u",
                "http://tv.example/***/m3u",
            ),
        ] {
            assert_eq!(url(text), shown, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_masked_as_a_whole() {
        assert_eq!(url("s3cret with spaces"), "***");
        assert_eq!(url(""), "");
    }

    #[test]
    fn a_masked_address_stays_as_it_is_when_masked_again() {
        let once = url("http://ann:s3cret@tv.example/live/ann/s3cret/1?token=abc#x");
        assert_eq!(url(&once), once);
    }

    #[test]
    fn what_was_typed_is_shown_again_only_without_a_secret() {
        for harmless in [
            "",
            "http://tv.example/list.m3u",
            "HTTP://tv.example",
            "tv.example/list.m3u",
            "ftp://tv.example/list.m3u",
            "nonsense",
            "http://***@tv.example/live/***/***/1?token=***",
        ] {
            assert!(!hides(harmless), "{harmless}");
        }
        for secret in [
            "http://ann:s3cret@tv.example/",
            "http://tv.example/get.php?username=ann&password=s3cret",
            "tv.example/get.php?password=s3cret",
            "ann:s3cret@tv.example",
            "ftp://ann:s3cret@tv.example/",
            "http://tv.example/live/ann/s3cret/1",
            "http:// tv.example/get.php?password=s3cret",
        ] {
            assert!(hides(secret), "{secret}");
        }
    }

    #[test]
    fn of_an_account_only_the_beginning_of_a_long_name_is_shown() {
        for (user, shown) in [
            ("", ""),
            ("ann", "***"),
            ("livingroom", "li***"),
            ("öäüöäü", "öä***"),
        ] {
            assert_eq!(account(user), shown);
        }
        assert_eq!((password("").as_str(), password("s3cret").as_str()), ("", "***"));
    }

    #[test]
    fn headers_show_only_what_is_no_credential() {
        for (name, value, shown) in [
            ("Referer", "https://tv.example/app", "https://tv.example/app"),
            (
                "Referer",
                "https://tv.example/?token=abc",
                "https://tv.example/?token=***",
            ),
            ("Accept-Language", "de, en;q=0.5", "de, en;q=0.5"),
            ("Authorization", "Bearer abc", "***"),
            ("X-API-Key", "abc", "***"),
            ("Cookie", "a=b", "***"),
            ("X-Custom", "9f8a7b6c5d4e3f2a", "***"),
            ("X-K", "SECHDR1", "***"),
            (
                "User-Agent",
                "Player/1.0 (build 20240101a1b2c3)",
                "Player/1.0 (build 20240101a1b2c3)",
            ),
        ] {
            assert_eq!(header(name, value), shown, "{name}: {value}");
        }
    }
}
