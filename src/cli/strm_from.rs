//! `strm-from`: a playlist to STRM files, without server and database.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use flate2::bufread::MultiGzDecoder;
use ipnet::IpNet;
use url::{Host, Url};

use crate::features::outputs::one_shot::{FetchedError, OneShot, Options, Plan, Report, fetched};
use crate::features::outputs::selection::Preference;
use crate::features::outputs::tree::TreeError;
use crate::features::providers::m3u::NotAPlaylist;
use crate::fetch::{ClientError, FetchConfig, FetchRequest, Fetcher, Guard};
use crate::support::clock::Clock;

const CHUNK: usize = 256 * 1024;

#[derive(Debug, Args)]
pub(super) struct StrmFrom {
    /// Path or http(s) URL of an M3U playlist, plain or gzip
    playlist: String,
    /// Folder to write to; created where it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Which stream of a channel to link: best, 4k, hd, sd, or all (one file per quality)
    #[arg(long, default_value_t = Preference::Best, value_parser = str::parse::<Preference>)]
    prefer_quality: Preference,
    /// A folder for each group
    #[arg(long)]
    organize_by_category: bool,
    /// How alike different names must be to be one channel, 0 to 1
    #[arg(long, value_name = "0-1", default_value_t = 0.85, value_parser = threshold)]
    fuzzy_threshold: f64,
    /// A file for each stream
    #[arg(long)]
    no_merge: bool,
    /// Also remove what earlier runs wrote and this one does not
    #[arg(long)]
    clean: bool,
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("cannot read {path}: {source}")]
    Read { path: String, source: std::io::Error },
    #[error("the URL is not valid: {0}")]
    Url(#[from] url::ParseError),
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    Fetched(#[from] FetchedError),
    #[error(transparent)]
    Playlist(#[from] NotAPlaylist),
    #[error(transparent)]
    Write(#[from] TreeError),
}

/// Runs the command: 0 when the files are written, 1 when not.
pub(super) fn run(arguments: &StrmFrom) -> ExitCode {
    match convert(arguments) {
        Ok(report) => {
            super::say(text(&report, &arguments.out).trim_end());
            ExitCode::SUCCESS
        }
        Err(error) => super::fail(&error, super::status::FAILED),
    }
}

fn convert(arguments: &StrmFrom) -> Result<Report, Failure> {
    let playlist = arguments.playlist.trim();
    let scheme = playlist.split("://").next().unwrap_or("");
    let plan = if ["http", "https"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
    {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime
            .map_err(|source| Failure::Read {
                path: "the playlist".to_owned(),
                source,
            })?
            .block_on(download(Url::parse(playlist)?, options(arguments)))?
    } else {
        let path = Path::new(&arguments.playlist);
        read(path, options(arguments))?
    };
    Ok(plan.write(&arguments.out)?)
}

fn options(arguments: &StrmFrom) -> Options {
    Options {
        preference: arguments.prefer_quality,
        by_category: arguments.organize_by_category,
        fuzzy_threshold: (arguments.fuzzy_threshold * 100.0).round() as u8,
        merge: !arguments.no_merge,
        clean: arguments.clean,
        this_year: u16::try_from(jiff::Zoned::now().year()).unwrap_or(u16::MAX),
    }
}

fn read(path: &Path, options: Options) -> Result<Plan, Failure> {
    let failed = |source| Failure::Read {
        path: path.display().to_string(),
        source,
    };
    let mut file = BufReader::with_capacity(CHUNK, File::open(path).map_err(failed)?);
    let is_gzip = file.fill_buf().map_err(failed)?.starts_with(&[0x1f, 0x8b]);
    let mut reader: Box<dyn Read> = if is_gzip {
        Box::new(MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    };
    let mut one_shot = OneShot::new(options, None);
    let mut chunk = vec![0; CHUNK];
    loop {
        match reader.read(&mut chunk).map_err(failed)? {
            0 => return Ok(one_shot.finish()?),
            length => one_shot.feed(&chunk[..length])?,
        }
    }
}

async fn download(url: Url, options: Options) -> Result<Plan, Failure> {
    let config = FetchConfig {
        allowed_networks: own_machine(&url),
        ..FetchConfig::default()
    };
    let fetcher = Fetcher::new(config, Clock::System)?;
    let request = FetchRequest::new(vec![url], Guard::Typed);
    Ok(fetched(&fetcher, request, options, |_| {}).await?)
}

/// Who names their own machine means it; a redirect from elsewhere does not lead there.
fn own_machine(url: &Url) -> Vec<IpNet> {
    let is_own = match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let networks = ["127.0.0.0/8", "::1/128"].into_iter().filter(|_| is_own);
    networks.filter_map(|network| network.parse().ok()).collect()
}

fn threshold(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("a number from 0 to 1 is expected".to_owned()),
    }
}

fn text(report: &Report, out: &Path) -> String {
    let refused: u64 = report.refused.iter().map(|(_, count)| count).sum();
    let mut text = String::new();
    let mut line = |name: &str, count: u64| {
        let _ = writeln!(text, "{name}: {count}");
    };
    line("entries", report.entries);
    line("streams", report.streams);
    line("films", report.films);
    line("episodes", report.episodes);
    line("refused", refused);
    for (reason, count) in &report.refused {
        line(&format!("  {reason}"), *count);
    }
    line("stray lines", report.stray_lines);
    line("channels", report.channels);
    line("duplicates removed", report.duplicates_removed);
    line("categories", report.categories);
    line("files written", report.files_written);
    line("files unchanged", report.files_unchanged);
    line("files removed", report.files_removed);
    let _ = writeln!(text, "output: {}", out.display());
    text
}
