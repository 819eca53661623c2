use http::HeaderMap;
use url::Url;

use crate::features::providers::Offer;
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
    pub headers: HeaderMap,
    pub user_agent: Option<String>,
    /// Hosts that an administrator typed for this provider.
    pub typed_hosts: Vec<String>,
    /// Connections that the provider allows at once; none for as many as one likes.
    pub max_connections: Option<i64>,
}

impl Source {
    /// Why this cannot be relayed, in words, if it cannot.
    pub fn refusal(&self) -> Option<String> {
        let scheme = self.url.scheme();
        if !matches!(scheme, "http" | "https") {
            return Some(format!(
                "{scheme} streams cannot be relayed; a player has to open them itself"
            ));
        }
        (self.format == "dash").then(|| "DASH streams cannot be relayed yet".to_owned())
    }

    /// The request for this source, or for a part of it at another address.
    pub fn request(&self, url: Url, range: Option<String>) -> OpenRequest {
        let guard = Guard::Catalogue {
            also: self.typed_hosts.clone(),
        };
        let mut request = OpenRequest::new(url, guard);
        request.headers = self.headers.clone();
        request.user_agent = self.user_agent.clone();
        request.range = range;
        request
    }

    /// The content type that players expect of this format.
    pub fn content_type(&self) -> &'static str {
        content_type(&self.format)
    }
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
        _ => "video/MP2T",
    }
}
