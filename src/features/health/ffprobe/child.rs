use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout_at};

use crate::features::health::feed::Feed;
use crate::features::health::program::Start;

/// The longest report that is read: thousands of packets.
const MOST_PRINTED: u64 = 4 << 20;
/// What is told of format, streams and packets.
const SHOWN: &str = "format=format_name,probe_score:stream=index,codec_type,codec_name,width,height,sample_rate,\
                     avg_frame_rate,r_frame_rate,bit_rate:stream_disposition=attached_pic:\
                     packet=stream_index,size,dts_time,pts_time,duration_time";

/// Lets ffprobe read the bytes of `feed` until it knows enough, or no more come, or it is `until`; what it printed. Both
/// end with this.
pub async fn run(start: Start<'_>, feed: &mut Feed<'_, '_>, until: Instant) -> io::Result<Vec<u8>> {
    let arguments = [
        "-v",
        "quiet",
        // Nothing that the bytes name is opened.
        "-protocol_whitelist",
        "pipe",
        // Five seconds and five megabytes to find all streams, then the packets of three seconds.
        "-analyzeduration",
        "5000000",
        "-probesize",
        "5000000",
        "-read_intervals",
        "%+3",
        "-of",
        "json",
        "-show_error",
        "-show_entries",
        SHOWN,
        "-i",
        "pipe:0",
    ];
    let mut child = start.with(&arguments)?;
    let (Some(mut stdin), Some(stdout)) = (child.0.stdin.take(), child.0.stdout.take()) else {
        return Err(io::ErrorKind::BrokenPipe.into());
    };
    let mut printed = Vec::new();
    {
        let mut stdout = stdout.take(MOST_PRINTED);
        let reading = stdout.read_to_end(&mut printed);
        tokio::pin!(reading);
        let feeding = async {
            while let Ok(Some(bytes)) = timeout_at(until, feed.next()).await {
                // It closes its end once it knows enough.
                if stdin.write_all(&bytes).await.is_err() {
                    break;
                }
            }
            drop(stdin);
        };
        tokio::select! {
            read = &mut reading => read?,
            () = feeding => reading.await?,
        };
    }
    child.0.wait().await?;
    Ok(printed)
}
