use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::runtime::Handle;
use tokio_util::io::ReaderStream;

use super::FIELD;
use crate::features::providers::m3u::{Limits, NotAPlaylist, Reader, Summary};
use crate::features::providers::{Error, Uploaded};
use crate::fetch::{Unpacked, is_packed};
use crate::support::validation::Invalid;

const PIECE: usize = 256 * 1024;

/// A file as it came, in the data folder and without a name there.
#[derive(Debug)]
pub struct Received {
    pub file: File,
    /// Where further files may be made.
    pub folder: PathBuf,
}

/// A file that is a playlist.
#[derive(Debug)]
pub struct Checked {
    /// Gzip, at its beginning.
    pub(super) packed: File,
    /// Unpacked.
    pub(super) bytes: u64,
    pub(super) entries: u64,
}

impl Checked {
    /// As it will be kept; where, is not yet known.
    pub fn described(&self) -> Uploaded {
        Uploaded {
            id: 0,
            chunks: 0,
            bytes: self.bytes,
            entries: self.entries,
            at_ms: 0,
        }
    }
}

/// Reads a file to its end; it may be gzip.
///
/// # Errors
/// [`Error::TooLarge`], [`Error::Invalid`] with the reason why it is no playlist, or [`Error::Folder`].
pub async fn check(received: Received, max_bytes: u64) -> Result<Checked, Error> {
    let runtime = Handle::current();
    let checking = move || runtime.block_on(read(received, max_bytes));
    match tokio::task::spawn_blocking(checking).await {
        Ok(checked) => checked,
        Err(_) => Err(Error::Folder(io::ErrorKind::Other.into())),
    }
}

/// How many entries a playlist has that stays where it is.
///
/// # Errors
/// As [`check`].
pub async fn count(file: File, max_bytes: u64) -> Result<u64, Error> {
    let runtime = Handle::current();
    let counting = move || runtime.block_on(scan(&file, None, max_bytes));
    match tokio::task::spawn_blocking(counting).await {
        Ok(counted) => counted.map(|(_, entries)| entries),
        Err(_) => Err(Error::Folder(io::ErrorKind::Other.into())),
    }
}

async fn read(received: Received, max_bytes: u64) -> Result<Checked, Error> {
    let Received { mut file, folder } = received;
    let mut copy = copy_of(&mut file, &folder).map_err(Error::Folder)?;
    let (bytes, entries) = scan(&file, copy.as_mut(), max_bytes).await?;
    let mut packed = match copy {
        Some(copy) => copy.finish().map_err(Error::Folder)?,
        None => file,
    };
    packed.rewind().map_err(Error::Folder)?;
    Ok(Checked {
        packed,
        bytes,
        entries,
    })
}

/// Reads a file to its end, copying it on the way; bytes and entries of it.
async fn scan(
    file: &File,
    mut copy: Option<&mut GzEncoder<File>>,
    max_bytes: u64,
) -> Result<(u64, u64), Error> {
    let source = tokio::fs::File::from_std(file.try_clone().map_err(Error::Folder)?);
    let limits = Limits {
        max_bytes,
        ..Limits::default()
    };
    let mut reader = Reader::new(limits);
    let mut bytes = 0;
    let mut pieces = Unpacked::open(ReaderStream::with_capacity(source, PIECE))
        .await
        .map_err(damaged)?;
    while let Some(piece) = pieces.next().await.map_err(damaged)? {
        bytes += piece.len() as u64;
        reader
            .feed(&piece, &mut |_| ())
            .map_err(|problem| refused(problem, max_bytes))?;
        if let Some(copy) = copy.as_mut() {
            copy.write_all(&piece).map_err(Error::Folder)?;
        }
    }
    let summary = reader
        .finish(&mut |_| ())
        .map_err(|problem| refused(problem, max_bytes))?;
    judge(&summary)?;
    Ok((bytes, summary.entries))
}

/// Where a file that is not packed is packed to; the file is at its beginning then.
fn copy_of(file: &mut File, folder: &Path) -> io::Result<Option<GzEncoder<File>>> {
    let mut first = Vec::new();
    file.rewind()?;
    (&*file).take(2).read_to_end(&mut first)?;
    file.rewind()?;
    if is_packed(&first) {
        return Ok(None);
    }
    let copy = tempfile::tempfile_in(folder)?;
    Ok(Some(GzEncoder::new(copy, Compression::fast())))
}

fn judge(summary: &Summary) -> Result<(), Error> {
    if summary.last_entry_lacks_url {
        return Err(no("The file was cut: its last entry has no address."));
    }
    if summary.accepted == 0 {
        return Err(no(
            "The file holds nothing usable: all of its entries were refused.",
        ));
    }
    Ok(())
}

fn refused(problem: NotAPlaylist, max_bytes: u64) -> Error {
    no(match problem {
        NotAPlaylist::TooLarge { .. } => return Error::TooLarge { max_bytes },
        NotAPlaylist::Empty => "The file is empty.",
        NotAPlaylist::WebPage => "The file is a web page, not a playlist.",
        NotAPlaylist::Binary => "The file is no text, so it is no playlist.",
        NotAPlaylist::HlsStream => "The file is the playlist of one HLS stream, not a list of channels.",
        NotAPlaylist::NoEntries => "The file holds no #EXTINF line, so it is no playlist.",
        NotAPlaylist::NothingUsable => "The file holds nothing usable: all of its entries were refused.",
    })
}

fn damaged(_: io::Error) -> Error {
    no("The file is damaged: its gzip cannot be unpacked.")
}

fn no(sentence: &str) -> Error {
    Error::Invalid(Invalid::field(FIELD, sentence))
}
