//! Whether the hosts of a provider answer with a playlist, asked by hand: each once, without breaker, and only the first
//! bytes of the answer.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::shown::host_of;
use super::xtream::{self, Account, Panel};
use super::{Draft, Error, Kind, Provider, Secrets, Source, import, uploads};
use crate::ctx::Ctx;
use crate::features::settings;
use crate::fetch::{Download, FetchError, FetchRequest, Fetcher, Guard};

/// Bytes within which a playlist must show itself.
const ENOUGH: usize = 64 * 1024;
const PATIENCE: Duration = Duration::from_secs(15);

/// What came of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tested {
    /// Whether a sync could begin: at least one host sends a playlist.
    pub ok: bool,
    /// One sentence for people.
    pub message: String,
    /// The main host, then the backups.
    pub hosts: Vec<TestedHost>,
    /// What the panel says of the account; none for playlists, which have none.
    pub account: Option<Account>,
}

/// What one host answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestedHost {
    /// `host:port`.
    pub host: String,
    /// Until the first bytes had come; absent if none came.
    pub latency_ms: Option<u64>,
    /// Why it cannot be used.
    pub error: Option<String>,
}

/// Where and how a playlist is asked for.
struct Target {
    urls: Vec<Url>,
    headers: HeaderMap,
    user_agent: Option<String>,
}

impl Target {
    fn new(secrets: &Secrets, user_agent: Option<&String>) -> Self {
        Self {
            urls: secrets.urls(),
            headers: secrets.header_map(),
            user_agent: user_agent.cloned(),
        }
    }
}

/// Tests a stored provider.
///
/// # Errors
/// [`Error::Sealed`].
pub async fn test(ctx: &Ctx, provider: &Provider) -> Result<Tested, Error> {
    let secrets = provider.secrets(&ctx.keys)?;
    let now_ms = ctx.clock.now_ms();
    match &provider.source {
        Source::Upload(uploaded) => return Ok(of_file(uploaded.entries)),
        Source::Path(path) => return of_path(ctx, path).await,
        Source::Address => {}
    }
    Ok(of(
        &ctx.fetch,
        provider.kind,
        &secrets,
        provider.user_agent.as_ref(),
        now_ms,
    )
    .await)
}

/// Tests a provider as it stands in a form, whatever its playlist comes from.
///
/// # Errors
/// Whatever the database says.
pub async fn test_form(ctx: &Ctx, draft: &Draft) -> Result<Tested, Error> {
    match &draft.source {
        Source::Upload(uploaded) => Ok(of_file(uploaded.entries)),
        Source::Path(path) => of_path(ctx, path).await,
        Source::Address => Ok(test_draft(&ctx.fetch, draft, ctx.clock.now_ms()).await),
    }
}

/// Tests the addresses of a provider as it stands in a form.
pub async fn test_draft(fetch: &Fetcher, draft: &Draft, now_ms: i64) -> Tested {
    let user_agent = draft.user_agent.as_ref();
    of(fetch, draft.kind, &Secrets::from(draft), user_agent, now_ms).await
}

async fn of_path(ctx: &Ctx, path: &str) -> Result<Tested, Error> {
    let file = match import::open(ctx, path).await {
        Ok(file) => file,
        Err(problem) => return Ok(no_file(format!("No playlist: {problem}."))),
    };
    let max_bytes = settings::load(ctx).await?.playlist_max_bytes;
    match uploads::count(file, max_bytes).await {
        Ok(entries) => Ok(of_file(entries)),
        Err(Error::Invalid(invalid)) => {
            let messages: Vec<String> = invalid.into_fields().into_values().flatten().collect();
            Ok(no_file(messages.join(" ")))
        }
        Err(error @ Error::TooLarge { .. }) => Ok(no_file(error.to_string())),
        Err(error) => Err(error),
    }
}

fn no_file(message: String) -> Tested {
    Tested {
        ok: false,
        message,
        hosts: Vec::new(),
        account: None,
    }
}

/// A file that was read to its end.
fn of_file(entries: u64) -> Tested {
    let entries = match entries {
        1 => "1 entry".to_owned(),
        entries => format!("{entries} entries"),
    };
    Tested {
        ok: true,
        message: format!("The file is a playlist of {entries}."),
        hosts: Vec::new(),
        account: None,
    }
}

async fn of(
    fetch: &Fetcher,
    kind: Kind,
    secrets: &Secrets,
    user_agent: Option<&String>,
    now_ms: i64,
) -> Tested {
    match kind {
        Kind::M3u => ask(fetch, Target::new(secrets, user_agent)).await,
        Kind::Xtream => xtream::test::ask(fetch, &Panel::new(secrets, user_agent), now_ms).await,
    }
}

async fn ask(fetch: &Fetcher, target: Target) -> Tested {
    let hosts = join_all(target.urls.iter().map(|url| ask_host(fetch, &target, url))).await;
    let good = hosts.iter().filter(|host| host.error.is_none()).count();
    let message = match (good, hosts.as_slice()) {
        (0, [only]) => format!("No playlist: {} {}.", only.host, reason(only)),
        (0, _) => "No playlist: none of the addresses sends one.".to_owned(),
        (good, all) if good == all.len() && good == 1 => "The address sends a playlist.".to_owned(),
        (good, all) if good == all.len() => format!("All {good} addresses send a playlist."),
        (good, all) => format!("{good} of {} addresses send a playlist.", all.len()),
    };
    Tested {
        ok: good > 0,
        message,
        hosts,
        account: None,
    }
}

fn reason(host: &TestedHost) -> &str {
    host.error.as_deref().unwrap_or_default()
}

async fn ask_host(fetch: &Fetcher, target: &Target, url: &Url) -> TestedHost {
    let mut request = FetchRequest::new(vec![url.clone()], Guard::Typed);
    request.headers = target.headers.clone();
    request.user_agent = target.user_agent.clone();
    request.rounds = 1;
    request.idle_timeout = Some(PATIENCE);
    let host = host_of(url);
    let started = Instant::now();
    let answer = match tokio::time::timeout(PATIENCE, fetch.get(request)).await {
        Ok(answer) => answer,
        Err(_) => {
            return TestedHost {
                host,
                latency_ms: None,
                error: Some(late()),
            };
        }
    };
    let latency_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    match answer {
        Err(error) => TestedHost {
            host,
            latency_ms: None,
            error: Some(cause(&error)),
        },
        Ok(download) => {
            let read = tokio::time::timeout(PATIENCE, is_playlist(download)).await;
            TestedHost {
                host,
                latency_ms: Some(latency_ms),
                error: read.unwrap_or_else(|_| Err(late())).err(),
            }
        }
    }
}

fn late() -> String {
    format!("sent no playlist within {} s", PATIENCE.as_secs())
}

/// The cause alone: the host stands beside it.
fn cause(error: &FetchError) -> String {
    match error.failures() {
        [] => error.to_string(),
        failures => failures
            .iter()
            .map(|failure| failure.cause.to_string())
            .collect::<Vec<_>>()
            .join("; "),
    }
}

async fn is_playlist(mut download: Download) -> Result<(), String> {
    let mut start: Vec<u8> = Vec::new();
    loop {
        match kind_of(&start) {
            Found::Playlist => return Ok(()),
            Found::Other(what) => return Err(what.to_owned()),
            Found::Unclear if start.len() >= ENOUGH => return Err(NOT_A_PLAYLIST.to_owned()),
            Found::Unclear => {}
        }
        match download.next().await {
            Some(Ok(bytes)) => start.extend_from_slice(&bytes[..bytes.len().min(ENOUGH)]),
            Some(Err(error)) => return Err(cause(&error)),
            None if start.trim_ascii().is_empty() => return Err("answered with nothing".to_owned()),
            None => return Err(NOT_A_PLAYLIST.to_owned()),
        }
    }
}

const NOT_A_PLAYLIST: &str = "answered with something that is no playlist";

#[derive(Debug, PartialEq, Eq)]
enum Found {
    Playlist,
    Other(&'static str),
    Unclear,
}

/// A playlist shows itself by its first line, or by an entry where that line is missing.
fn kind_of(start: &[u8]) -> Found {
    let text = start
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(start)
        .trim_ascii_start();
    let begins = |word: &[u8]| {
        text.get(..word.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(word))
    };
    if begins(b"#EXTM3U") || begins(b"#EXTINF") {
        return Found::Playlist;
    }
    if begins(b"<!doctype html") || begins(b"<html") {
        return Found::Other("answered with a web page instead of a playlist");
    }
    let has_entry = text.split(|byte| *byte == b'\n').any(|line| {
        let line = line.trim_ascii_start();
        line.get(..7)
            .is_some_and(|begin| begin.eq_ignore_ascii_case(b"#EXTINF"))
    });
    if has_entry {
        Found::Playlist
    } else {
        Found::Unclear
    }
}

impl Secrets {
    /// The playlist's or panel's addresses in the order they are tried, without those that an older release stored and
    /// this one cannot read.
    pub fn urls(&self) -> Vec<Url> {
        self.playlist_urls()
            .iter()
            .chain(&self.panel_hosts())
            .filter_map(|text| Url::parse(text).ok())
            .collect()
    }

    /// The headers that go with every request.
    pub fn header_map(&self) -> HeaderMap {
        self.headers
            .iter()
            .filter_map(|(name, value)| {
                let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
                Some((name, HeaderValue::from_str(value).ok()?))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_playlist_is_known_by_its_beginning() {
        for good in [
            &b"#EXTM3U\n"[..],
            b"\xef\xbb\xbf#EXTM3U url-tvg=\"\"\r\n",
            b"\r\n\r\n#extm3u\n",
            b"#EXTINF:-1,One\nhttp://tv.example/1\n",
            b"# a comment\n  #EXTINF:-1,One\n",
        ] {
            assert_eq!(
                kind_of(good),
                Found::Playlist,
                "{}",
                String::from_utf8_lossy(good)
            );
        }
        assert!(matches!(kind_of(b"\n<!DOCTYPE html><html>"), Found::Other(_)));
        assert!(matches!(kind_of(b"<HTML>"), Found::Other(_)));
        for unclear in [&b""[..], b"#EXT", b"{\"user_info\":{}}", b"\x00\x01\x02"] {
            assert_eq!(kind_of(unclear), Found::Unclear);
        }
    }
}
