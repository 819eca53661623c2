//! A small hash that is the same on every machine and in every version: its values may be stored.

/// FNV-1a with a final mix.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hash64(u64);

impl Hash64 {
    pub(super) fn new() -> Hash64 {
        Hash64(0xcbf2_9ce4_8422_2325)
    }

    /// The same with a tag in it, so that keys of different kinds never meet.
    pub(super) fn tagged(mut self, tag: u8) -> Hash64 {
        self.byte(tag);
        self
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }

    pub(super) fn text(&mut self, text: &str) {
        text.bytes().for_each(|byte| self.byte(byte));
    }

    /// Never zero, which stands for "none".
    pub(super) fn finish(self) -> u64 {
        let mut mixed = self.0;
        mixed ^= mixed >> 33;
        mixed = mixed.wrapping_mul(0xff51_afd7_ed55_8ccd);
        mixed ^= mixed >> 33;
        mixed.max(1)
    }
}
