//! Which encoding a list is in. Most are UTF-8; the rest is UTF-16 or what its author's machine spoke.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Evidence beyond this many bytes changes no guess.
const ENOUGH_EVIDENCE: usize = 256 * 1024;

/// The UTF-16 byte order of a list's beginning and the length of its mark; None for any encoding that extends ASCII.
pub(super) fn utf16(head: &[u8]) -> Option<(&'static Encoding, usize)> {
    match head {
        [0xff, 0xfe, ..] => Some((UTF_16LE, 2)),
        [0xfe, 0xff, ..] => Some((UTF_16BE, 2)),
        [b'#', 0, b'E', 0, ..] => Some((UTF_16LE, 0)),
        [0, b'#', 0, b'E', ..] => Some((UTF_16BE, 0)),
        _ => None,
    }
}

/// Decodes lines that are not UTF-8, by all such lines seen so far.
pub(super) struct Charset {
    detector: EncodingDetector,
    evidence: usize,
    guess: Option<&'static Encoding>,
}

impl Charset {
    pub(super) fn new() -> Self {
        Self {
            detector: EncodingDetector::new(Iso2022JpDetection::Deny),
            evidence: 0,
            guess: None,
        }
    }

    /// Learns from the whole lines of a list's beginning that are not UTF-8.
    pub(super) fn learn(&mut self, head: &[u8]) {
        let end = memchr::memrchr2(b'\n', b'\r', head).unwrap_or(0);
        for line in head[..end].split(|byte| matches!(byte, b'\n' | b'\r')) {
            if std::str::from_utf8(line).is_err() && !is_broken_utf8(line) {
                self.observe(line);
            }
        }
    }

    /// The line as text; `fresh` lines are evidence too.
    pub(super) fn decode<'a>(&mut self, line: &'a [u8], fresh: bool) -> Cow<'a, str> {
        match std::str::from_utf8(line) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) if is_broken_utf8(line) => String::from_utf8_lossy(line),
            Err(_) => {
                if fresh {
                    self.observe(line);
                }
                let encoding = *self
                    .guess
                    .get_or_insert_with(|| self.detector.guess(None, Utf8Detection::Deny));
                encoding.decode_without_bom_handling(line).0
            }
        }
    }

    /// The name of the encoding that was used for lines that are not UTF-8.
    pub(super) fn name(&self) -> Option<&'static str> {
        self.guess.map(Encoding::name)
    }

    fn observe(&mut self, line: &[u8]) {
        if self.evidence < ENOUGH_EVIDENCE {
            self.evidence += line.len();
            self.detector.feed(line, false);
            self.detector.feed(b"\n", false);
            self.guess = None;
        }
    }
}

/// Whether a line is UTF-8 with a fault, such as a name cut inside a character, rather than another encoding: more
/// of its characters beyond ASCII are right than wrong.
fn is_broken_utf8(line: &[u8]) -> bool {
    let mut balance = 0_i64;
    for chunk in line.utf8_chunks() {
        balance += chunk.valid().chars().filter(|c| !c.is_ascii()).count() as i64;
        balance -= i64::from(!chunk.invalid().is_empty());
    }
    balance > 0
}

/// Turns UTF-16 chunks into UTF-8 chunks.
pub(super) struct Utf16 {
    decoder: Decoder,
    buffer: Vec<u8>,
}

impl Utf16 {
    pub(super) fn new(encoding: &'static Encoding) -> Self {
        debug_assert!(encoding != UTF_8);
        Self {
            decoder: encoding.new_decoder_without_bom_handling(),
            buffer: vec![0; 16 * 1024],
        }
    }

    pub(super) fn feed(&mut self, mut chunk: &[u8], last: bool, mut each: impl FnMut(&[u8])) {
        loop {
            let (result, read, written, _) = self.decoder.decode_to_utf8(chunk, &mut self.buffer, last);
            each(&self.buffer[..written]);
            chunk = &chunk[read..];
            if result == encoding_rs::CoderResult::InputEmpty {
                return;
            }
        }
    }
}
