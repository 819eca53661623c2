//! The paths of Xtream panels: `/live/U/P/ID.ts`, `/movie/…`, `/series/…`, `/timeshift/U/P/MIN/START/ID.ts`, and the
//! short form `/U/P/ID`.

/// Which segments hold the account and the stream's id.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub user: usize,
    pub password: usize,
    pub id: usize,
}

/// More segments than any panel uses, even below a prefix.
const MOST_SEGMENTS: usize = 8;

/// First segments that say what follows rather than who asks, so that `/hls/news/1.m3u8` is no account.
const PATH_WORDS: [&str; 35] = [
    "api", "assets", "cdn", "channel", "channels", "content", "covers", "dash", "file", "files", "hls",
    "icons", "images", "img", "iptv", "live", "logo", "logos", "media", "movie", "picons", "pictures",
    "play", "playlist", "posters", "radio", "series", "static", "stream", "streams", "tv", "video", "videos",
    "vod", "web",
];

pub(super) fn account(path: &str) -> Option<Account> {
    let mut segments = [""; MOST_SEGMENTS];
    let mut count = 0;
    for segment in path.strip_prefix('/')?.split('/') {
        *segments.get_mut(count)? = segment;
        count += 1;
    }
    let id = count - 1;
    if !is_id(segments[id]) {
        return None;
    }
    let is = |index: usize, words: &[&str]| {
        words
            .iter()
            .any(|word| segments[index].eq_ignore_ascii_case(word))
    };
    let user = if count >= 4 && is(count - 4, &["live", "movie", "series"]) {
        count - 3
    } else if count >= 6 && is(count - 6, &["timeshift"]) {
        count - 5
    } else if count == 3 && !is(0, &PATH_WORDS) {
        0
    } else {
        return None;
    };
    let password = user + 1;
    (!segments[user].is_empty() && !segments[password].is_empty()).then_some(Account { user, password, id })
}

fn is_id(segment: &str) -> bool {
    let (stem, extension) = segment.split_once('.').unwrap_or((segment, "ts"));
    (1..=12).contains(&stem.len())
        && stem.bytes().all(|byte| byte.is_ascii_digit())
        && (1..=5).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
