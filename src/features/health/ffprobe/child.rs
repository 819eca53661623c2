use std::ffi::OsStr;
use std::io;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::time::{Instant, timeout, timeout_at};

use super::feed::Feed;

/// The longest report that is read: thousands of packets.
const MOST_PRINTED: u64 = 4 << 20;
/// How long a program may take to say its version.
const LONGEST_START: Duration = Duration::from_secs(10);
/// What is told of format, streams and packets.
const SHOWN: &str = "format=format_name,probe_score:stream=index,codec_type,codec_name,width,height,sample_rate,\
                     avg_frame_rate,r_frame_rate,bit_rate:stream_disposition=attached_pic:\
                     packet=stream_index,size,dts_time,pts_time,duration_time";

/// Whether the program is there.
pub async fn runs(program: &OsStr) -> io::Result<()> {
    let mut child = spawn(program, &["-version"], Stdio::null(), Stdio::null())?;
    let ended = timeout(LONGEST_START, child.0.wait())
        .await
        .map_err(|_| io::ErrorKind::TimedOut)??;
    if ended.success() {
        Ok(())
    } else {
        Err(io::Error::other("it fails to tell its version"))
    }
}

/// Lets ffprobe read the bytes of `feed` until it knows enough, or no more come, or it is `until`; what it printed. Both
/// end with this.
pub async fn run(program: &OsStr, feed: &mut Feed<'_, '_>, until: Instant) -> io::Result<Vec<u8>> {
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
    let mut child = spawn(program, &arguments, Stdio::piped(), Stdio::piped())?;
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

/// A child in a process group of its own, which ends with it.
struct Group(Child);

fn spawn(program: &OsStr, arguments: &[&str], stdin: Stdio, stdout: Stdio) -> io::Result<Group> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(stdin)
        .stdout(stdout)
        .stderr(Stdio::null())
        .kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    command.spawn().map(Group)
}

impl Drop for Group {
    fn drop(&mut self) {
        // Gone once the child was waited for: the number may be another's by then.
        #[cfg(unix)]
        if let Some(group) = self
            .0
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(rustix::process::Pid::from_raw)
        {
            // It fails only where nobody is left.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}
