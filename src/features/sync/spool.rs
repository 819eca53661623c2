//! Where a run keeps the entries that it has to look at again: in memory while they are few, then in a file without a
//! name, which is gone with the process.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

/// Kept in memory altogether.
const IN_MEMORY: usize = 32 * 1024 * 1024;
/// Collected before it is written, once there is a file.
const TAIL: usize = 1024 * 1024;

/// Bytes that can be read again at any place.
pub(super) struct Spool {
    folder: PathBuf,
    file: Option<File>,
    /// Bytes in the file.
    written: u64,
    tail: Vec<u8>,
}

impl Spool {
    /// A file, if one is needed, is made in `folder`.
    pub(super) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            file: None,
            written: 0,
            tail: Vec::new(),
        }
    }

    /// Appends and says where.
    pub(super) fn push(&mut self, bytes: &[u8]) -> io::Result<u64> {
        let at = self.written + self.tail.len() as u64;
        self.tail.extend_from_slice(bytes);
        let most = if self.file.is_some() { TAIL } else { IN_MEMORY };
        if self.tail.len() > most {
            self.write_out()?;
        }
        Ok(at)
    }

    /// Puts `length` bytes from `at` on into `out`, which is cleared before.
    pub(super) fn read(&mut self, at: u64, length: usize, out: &mut Vec<u8>) -> io::Result<()> {
        out.clear();
        let missing = || io::Error::from(io::ErrorKind::UnexpectedEof);
        if at >= self.written {
            let start = usize::try_from(at - self.written).map_err(|_| missing())?;
            out.extend_from_slice(self.tail.get(start..start + length).ok_or_else(missing)?);
            return Ok(());
        }
        let file = self.file.as_mut().ok_or_else(missing)?;
        out.resize(length, 0);
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(out)
    }

    fn write_out(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(tempfile::tempfile_in(&self.folder)?),
        };
        file.seek(SeekFrom::Start(self.written))?;
        file.write_all(&self.tail)?;
        self.written += self.tail.len() as u64;
        self.tail = Vec::with_capacity(TAIL + TAIL / 4);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_is_read_again_from_memory_and_from_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::new(folder.path().to_owned());
        let piece = |number: usize| vec![number as u8; 900_000 + number];
        let places: Vec<u64> = (0..40)
            .map(|number| spool.push(&piece(number)).unwrap())
            .collect();
        assert!(spool.file.is_some());
        let mut out = Vec::new();
        for number in [39, 0, 38, 17, 1] {
            spool.read(places[number], piece(number).len(), &mut out).unwrap();
            assert!(out == piece(number), "{number}");
        }
        assert!(spool.read(places[39], 10_000_000, &mut out).is_err());
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            0,
            "the file has no name"
        );
    }
}
