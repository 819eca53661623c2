use http::HeaderMap;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::features::providers::Offer;
use crate::features::providers::url_parts::Format;
use crate::fetch::{Guard, OpenRequest};
use crate::support::ids::ProviderId;

/// One way to play something: where it is and what its provider asks of who fetches it.
#[derive(Clone)]
pub struct Source {
    pub offer: Offer,
    pub provider: ProviderId,
    /// Holds the provider's credentials: for the upstream request and for nobody's eyes.
    pub url: Url,
    /// The name of its format, such as `hls`, `ts` or `mkv`.
    pub format: String,
    /// For the host of `url` and those that were typed.
    pub headers: HeaderMap,
    /// Those of them that the playlist asks for: all that other hosts get to see.
    pub listed_headers: HeaderMap,
    pub user_agent: Option<String>,
    /// Hosts that an administrator typed for this provider.
    pub typed_hosts: Vec<String>,
    /// Connections that the provider allows at once; none for as many as one likes.
    pub max_connections: Option<i64>,
}

impl Source {
    /// The request for this source, or for a part of it at another address.
    pub fn request(&self, url: Url, range: Option<String>, cancel: CancellationToken) -> OpenRequest {
        let guard = Guard::Catalogue {
            also: self.typed_hosts.clone(),
        };
        let headers = self.headers_for(&url).clone();
        let mut request = OpenRequest::new(url, guard);
        request.headers = headers;
        request.user_agent = self.user_agent.clone();
        request.range = range;
        request.cancel = cancel;
        request
    }

    /// A part of a stream may lie at a host that the provider's own headers are not for.
    fn headers_for(&self, url: &Url) -> &HeaderMap {
        let Some(host) = url.host_str() else {
            return &self.listed_headers;
        };
        if self.url.host_str() == Some(host) || self.typed_hosts.iter().any(|typed| typed == host) {
            &self.headers
        } else {
            &self.listed_headers
        }
    }
}

/// Why the relay cannot carry a format, in words, if it cannot.
pub fn refusal(format: &str) -> Option<String> {
    let format = Format::from_name(format)?;
    if format.is_relayable() {
        return None;
    }
    Some(match format {
        Format::Dash => "DASH streams cannot be relayed yet".to_owned(),
        Format::Smooth => "Smooth Streaming cannot be relayed yet".to_owned(),
        other => format!(
            "{} streams cannot be relayed; a player has to open them itself",
            other.as_str()
        ),
    })
}

/// The content type that players expect of a format by its name.
pub fn content_type(format: &str) -> &'static str {
    match format {
        "hls" => "application/vnd.apple.mpegurl",
        "mp4" | "m4v" => "video/mp4",
        "mkv" => "video/x-matroska",
        "webm" => "video/webm",
        "avi" => "video/x-msvideo",
        "mov" => "video/quicktime",
        "flv" => "video/x-flv",
        "wmv" => "video/x-ms-wmv",
        "mpg" | "mpeg" => "video/mpeg",
        "mp3" => "audio/mpeg",
        "aac" => "audio/aac",
        "audio" => "audio/mpeg",
        _ => "video/MP2T",
    }
}

/// The content type of a part of an HLS stream by its extension.
pub fn part_type(url: &Url) -> &'static str {
    match url.path().rsplit_once('.').map(|(_, extension)| extension) {
        Some("m3u8" | "m3u") => "application/vnd.apple.mpegurl",
        Some("m4s" | "mp4" | "cmfv" | "cmfa") => "video/mp4",
        Some("aac") => "audio/aac",
        Some("mp3") => "audio/mpeg",
        Some("vtt" | "webvtt") => "text/vtt",
        Some("key" | "bin") => "application/octet-stream",
        _ => "video/MP2T",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_relayed_is_told_with_its_reason() {
        assert!(refusal("rtsp").is_some_and(|reason| reason.starts_with("rtsp streams")));
        assert!(refusal("dash").is_some_and(|reason| reason.starts_with("DASH")));
        for format in ["hls", "ts", "mkv", "unknown", "of a later release"] {
            assert_eq!(refusal(format), None, "{format}");
        }
    }
}
