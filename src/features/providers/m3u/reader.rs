//! The push reader: bytes in, entries out, one line held at a time.

use url::Url;

use super::charset::{self, Utf16};
use super::entries::Entries;
use super::entry::Entry;
use super::lines::Lines;
use super::refusal::{NotAPlaylist, Refusal};
use super::sniff;
use super::summary::Summary;
use crate::features::providers::url_parts::ProviderSecrets;

/// So much is looked at before the first entry is handed over.
const HEAD_BYTES: usize = 64 * 1024;

/// How much a reader takes.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// A longer line is `too_long`. Default 1 MiB.
    pub max_line_bytes: usize,
    /// A longer answer is an error. Default 1 GiB.
    pub max_bytes: u64,
    /// Names and groups are cut to so many characters. Default 255.
    pub max_name_chars: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_line_bytes: 1024 * 1024,
            max_bytes: 1024 * 1024 * 1024,
            max_name_chars: 255,
        }
    }
}

/// What a reader hands over, in the list's order.
#[expect(
    clippy::large_enum_variant,
    reason = "it borrows the reader's buffers and is never stored"
)]
#[derive(Debug)]
pub enum Item<'a> {
    Entry(Entry<'a>),
    Refused {
        line: u64,
        reason: Refusal,
        name: &'a str,
    },
}

/// Reads a playlist chunk by chunk. Memory: one line, the present entry, eight bytes for each accepted entry.
pub struct Reader {
    limits: Limits,
    head: Option<Vec<u8>>,
    failed: Option<NotAPlaylist>,
    utf16: Option<Utf16>,
    lines: Lines,
    entries: Entries,
}

impl Reader {
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            head: Some(Vec::new()),
            failed: None,
            utf16: None,
            lines: Lines::new(limits.max_line_bytes),
            entries: Entries::new(limits.max_name_chars),
        }
    }

    /// The list's final URL, which relative URLs are resolved against.
    pub fn with_base(mut self, base: Url) -> Self {
        self.entries.base = Some(base);
        self
    }

    /// What duplicates are judged without, besides the usual tokens.
    pub fn with_secrets(mut self, secrets: ProviderSecrets) -> Self {
        self.entries.secrets = secrets;
        self
    }

    /// Reads a chunk of any size. After an error all further chunks answer the same.
    pub fn feed(&mut self, chunk: &[u8], sink: &mut impl FnMut(Item<'_>)) -> Result<(), NotAPlaylist> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.entries.summary.bytes += chunk.len() as u64;
        if self.entries.summary.bytes > self.limits.max_bytes {
            return self.fail(NotAPlaylist::TooLarge {
                limit: self.limits.max_bytes,
            });
        }
        let Some(head) = &mut self.head else {
            self.body(chunk, false, sink);
            return Ok(());
        };
        let (first, rest) = chunk.split_at(chunk.len().min(HEAD_BYTES - head.len()));
        head.extend_from_slice(first);
        if head.len() == HEAD_BYTES {
            self.begin(sink)?;
            self.body(rest, false, sink);
        }
        Ok(())
    }

    /// Ends the list: a pending entry is refused, and a list without any `#EXTINF` is none.
    pub fn finish(mut self, sink: &mut impl FnMut(Item<'_>)) -> Result<Summary, NotAPlaylist> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        if self.head.is_some() {
            self.begin(sink)?;
        }
        self.body(&[], true, sink);
        let Self {
            mut lines,
            mut entries,
            ..
        } = self;
        entries.summary.ends_mid_line = lines.finish(|number, line| entries.line(number, line, sink));
        entries.finish(sink)
    }

    fn begin(&mut self, sink: &mut impl FnMut(Item<'_>)) -> Result<(), NotAPlaylist> {
        let head = self.head.take().unwrap_or_default();
        if let Some((encoding, mark)) = charset::utf16(&head) {
            let mut decoded = Vec::with_capacity(head.len());
            Utf16::new(encoding).feed(&head[mark..], false, |text| decoded.extend_from_slice(text));
            self.judge(&decoded)?;
            self.utf16 = Some(Utf16::new(encoding));
            self.entries.summary.encoding = Some(encoding.name());
            self.body(&head[mark..], false, sink);
        } else {
            self.judge(&head)?;
            self.entries.charset.learn(&head);
            self.entries.charset_is_fresh = false;
            self.body(&head, false, sink);
            self.entries.charset_is_fresh = true;
        }
        Ok(())
    }

    fn judge(&mut self, head: &[u8]) -> Result<(), NotAPlaylist> {
        let blank = sniff::trim_mark(head).trim_ascii().is_empty();
        let verdict = if blank && head.len() < HEAD_BYTES {
            Err(NotAPlaylist::Empty)
        } else {
            sniff::judge(sniff::trim_mark(head))
        };
        match verdict {
            Ok(()) => Ok(()),
            Err(error) => self.fail(error),
        }
    }

    fn fail(&mut self, error: NotAPlaylist) -> Result<(), NotAPlaylist> {
        self.failed = Some(error);
        Err(error)
    }

    fn body(&mut self, chunk: &[u8], last: bool, sink: &mut impl FnMut(Item<'_>)) {
        let Self {
            utf16,
            lines,
            entries,
            ..
        } = self;
        let mut each = |bytes: &[u8]| lines.feed(bytes, |number, line| entries.line(number, line, sink));
        match utf16 {
            Some(utf16) => utf16.feed(chunk, last, each),
            None => each(chunk),
        }
    }
}
