//! Opening an upstream for a player.

use tokio_util::sync::CancellationToken;
use url::Url;

use crate::features::catalogue::sources::Source;
use crate::features::catalogue::sources::opening::{OpenError, Opened, host};
use crate::fetch::Fetcher;
use crate::support::media::is_text;

use super::error::RelayError;

/// Opens `url`, which `source` is or leads to.
///
/// # Errors
/// If nothing readable answers; any status is an answer.
pub async fn open(
    fetcher: &Fetcher,
    source: &Source,
    url: &Url,
    range: Option<String>,
    cancel: &CancellationToken,
) -> Result<Opened, OpenError> {
    let range = range.filter(|_| !names_playlist(url));
    let ask = |range: Option<String>| fetcher.open(source.request(url.clone(), range, cancel.clone()));
    let opened = Opened::begin(ask(range).await?).await?;
    let may_be_text = !opened.is_declared_media() && opened.first.as_deref().is_some_and(is_text);
    if opened.upstream.status == 206 && may_be_text {
        // A piece of a playlist cannot be rewritten, and would tell where the stream comes from. One connection at a time.
        drop(opened);
        return Opened::begin(ask(None).await?).await;
    }
    Ok(opened)
}

fn names_playlist(url: &Url) -> bool {
    let path = url.path().to_ascii_lowercase();
    path.ends_with(".m3u8") || path.ends_with(".m3u")
}

pub(super) fn cause(text: String) -> RelayError {
    RelayError::NoneStarted(vec![text])
}

pub(super) fn text_instead(opened: &Opened) -> String {
    let host = host(&opened.upstream.final_url);
    format!("{host} answered text instead of media")
}
