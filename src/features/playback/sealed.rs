//! Addresses of a provider as players may see them: encrypted, and bound to who asks and to what is played.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::Url;

use crate::features::catalogue::content::Content;
use crate::features::playback::Wanted;
use crate::features::providers::Offer;
use crate::support::crypto::Keys;
use crate::support::ids::{ChannelId, CredentialId, EpisodeId, MovieId, SeriesId, StreamId, VersionId};

const PURPOSE: &str = "hls part";
/// A kind and a number.
const ID_BYTES: usize = 9;
const STREAM: u8 = 1;
const VERSION: u8 = 2;
const CHANNEL: u8 = 3;
const MOVIE: u8 = 4;
const SERIES: u8 = 5;
const EPISODE: u8 = 6;

/// A part of an HLS stream: where it is, and of which offer it is a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What is watched.
    pub wanted: Wanted,
    /// In which play its media playlist is polled; 0 for what is no media playlist of a running stream.
    pub play: u64,
    pub offer: Offer,
    pub url: Url,
}

/// The path segment that stands for `part` in a playlist for `credential`: the same for the same part, so that a player
/// that polls sees the same addresses. It ends in the part's own extension, since players judge segments by it.
pub fn seal(keys: &Keys, credential: CredentialId, part: &Part) -> String {
    let offer = match part.offer {
        Offer::Stream(id) => (STREAM, id.0),
        Offer::Version(id) => (VERSION, id.0),
    };
    let content = match part.wanted.content {
        Content::Channel(id) => (CHANNEL, id.0),
        Content::Movie(id) => (MOVIE, id.0),
        Content::Series(id) => (SERIES, id.0),
        Content::Episode(id) => (EPISODE, id.0),
    };
    let mut plain = Vec::new();
    for (kind, id) in [offer, content] {
        plain.push(kind);
        plain.extend_from_slice(&id.to_be_bytes());
    }
    plain.extend_from_slice(&part.play.to_be_bytes());
    let wish = part.wanted.wish.to_string();
    plain.push(u8::try_from(wish.len()).unwrap_or_default());
    plain.extend_from_slice(wish.as_bytes());
    plain.extend_from_slice(part.url.as_str().as_bytes());
    let sealed = keys.encrypt_stable(PURPOSE, &plain, &credential.0.to_be_bytes());
    let mut text = URL_SAFE_NO_PAD.encode(sealed);
    if let Some(extension) = extension(&part.url) {
        text.push('.');
        text.push_str(extension);
    }
    text
}

/// What [`seal`] sealed for this credential; `None` if it is another's, was changed or is no such text.
pub fn open(keys: &Keys, credential: CredentialId, text: &str) -> Option<Part> {
    let sealed = URL_SAFE_NO_PAD.decode(text.split('.').next()?).ok()?;
    let plain = keys.decrypt(PURPOSE, &sealed, &credential.0.to_be_bytes()).ok()?;
    let (offer, rest) = numbered(&plain)?;
    let offer = match offer {
        (STREAM, id) => Offer::Stream(StreamId(id)),
        (VERSION, id) => Offer::Version(VersionId(id)),
        _ => return None,
    };
    let (content, rest) = numbered(rest)?;
    let content = match content {
        (CHANNEL, id) => Content::Channel(ChannelId(id)),
        (MOVIE, id) => Content::Movie(MovieId(id)),
        (SERIES, id) => Content::Series(SeriesId(id)),
        (EPISODE, id) => Content::Episode(EpisodeId(id)),
        _ => return None,
    };
    let (play, rest) = rest.split_at_checked(size_of::<u64>())?;
    let (length, rest) = rest.split_first()?;
    let (wish, url) = rest.split_at_checked(usize::from(*length))?;
    let wish = std::str::from_utf8(wish).ok()?.parse().ok()?;
    let url = Url::parse(std::str::from_utf8(url).ok()?).ok()?;
    Some(Part {
        wanted: Wanted::of(content, wish),
        play: u64::from_be_bytes(play.try_into().ok()?),
        offer,
        url,
    })
}

/// A kind and a number, and what comes behind them.
fn numbered(plain: &[u8]) -> Option<((u8, i64), &[u8])> {
    let (numbered, rest) = plain.split_at_checked(ID_BYTES)?;
    let (kind, id) = numbered.split_first()?;
    Some(((*kind, i64::from_be_bytes(id.try_into().ok()?)), rest))
}

fn extension(url: &Url) -> Option<&str> {
    let (_, extension) = url.path().rsplit('/').next()?.rsplit_once('.')?;
    let known =
        (1..=5).contains(&extension.len()) && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    known.then_some(extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part() -> Part {
        Part {
            wanted: Wanted::of(Content::Episode(EpisodeId(-4)), "720p".parse().unwrap()),
            play: u64::MAX,
            offer: Offer::Version(VersionId(7)),
            url: Url::parse("http://user:pw@p.example/live/seg1.ts?token=x").unwrap(),
        }
    }

    #[test]
    fn only_the_credential_it_was_sealed_for_opens_a_part() {
        let keys = Keys::random();
        let text = seal(&keys, CredentialId(1), &part());
        assert_eq!(open(&keys, CredentialId(1), &text), Some(part()));
        assert_eq!(open(&keys, CredentialId(2), &text), None);
        assert_eq!(open(&Keys::random(), CredentialId(1), &text), None);
        assert_eq!(open(&keys, CredentialId(1), &text[1..]), None);
        assert_eq!(open(&keys, CredentialId(1), "%00"), None);
    }

    #[test]
    fn a_sealed_part_is_stable_and_keeps_only_its_extension() {
        let keys = Keys::random();
        let text = seal(&keys, CredentialId(1), &part());
        assert_eq!(text, seal(&keys, CredentialId(1), &part()));
        assert!(text.ends_with(".ts"));
        assert!(
            text.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        );
    }
}
