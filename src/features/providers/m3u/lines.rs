//! Bytes into lines: LF, CR or CRLF, each held only as far as the limit.

use memchr::memchr2;

/// A line without its end; `cut` if it was longer than the limit and only its beginning is here.
pub(super) struct Line<'a> {
    pub bytes: &'a [u8],
    pub cut: bool,
}

/// Collects a line that spans chunks; a whole line inside one chunk is never copied.
pub(super) struct Lines {
    limit: usize,
    held: Vec<u8>,
    overflowed: bool,
    after_cr: bool,
    /// Lines seen so far, the present one included.
    pub number: u64,
}

impl Lines {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            held: Vec::new(),
            overflowed: false,
            after_cr: false,
            number: 1,
        }
    }

    pub(super) fn feed(&mut self, mut chunk: &[u8], mut each: impl FnMut(u64, Line<'_>)) {
        while !chunk.is_empty() {
            if std::mem::take(&mut self.after_cr) && chunk[0] == b'\n' {
                chunk = &chunk[1..];
                continue;
            }
            let Some(end) = memchr2(b'\n', b'\r', chunk) else {
                self.hold(chunk);
                return;
            };
            self.after_cr = chunk[end] == b'\r';
            if self.held.is_empty() && !self.overflowed {
                let cut = end > self.limit;
                each(
                    self.number,
                    Line {
                        bytes: &chunk[..end.min(self.limit)],
                        cut,
                    },
                );
            } else {
                self.hold(&chunk[..end]);
                self.flush(&mut each);
            }
            self.number += 1;
            chunk = &chunk[end + 1..];
        }
    }

    /// Hands over a last line without an end; true if there was one.
    pub(super) fn finish(&mut self, mut each: impl FnMut(u64, Line<'_>)) -> bool {
        let open = !self.held.is_empty() || self.overflowed;
        if open {
            self.flush(&mut each);
        }
        open
    }

    fn hold(&mut self, bytes: &[u8]) {
        let room = self.limit - self.held.len();
        self.held.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.overflowed |= bytes.len() > room;
    }

    fn flush(&mut self, each: &mut impl FnMut(u64, Line<'_>)) {
        each(
            self.number,
            Line {
                bytes: &self.held,
                cut: self.overflowed,
            },
        );
        self.held.clear();
        self.held.shrink_to(64 * 1024);
        self.overflowed = false;
    }
}
