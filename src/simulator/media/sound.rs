//! AAC (ISO/IEC 14496-3, low complexity): silence in stereo.

/// Samples a second.
pub(super) const RATE: u32 = 48_000;
/// Samples in a frame.
pub(super) const SAMPLES: u32 = 1_024;
/// A frame of silence.
pub(super) const SILENCE: [u8; 9] = [0x21, 0x00, 0x49, 0x90, 0x02, 0x19, 0x00, 0x23, 0x80];
/// `AudioSpecificConfig`: low complexity, 48 kHz, two channels.
pub(super) const CONFIG: [u8; 2] = [0x11, 0x90];

/// The frame with the header that it has in a transport stream (ADTS).
pub(super) fn framed() -> Vec<u8> {
    let length = SILENCE.len() as u8 + 7;
    let mut out = vec![0xFF, 0xF1, 0x4C, 0x80, length >> 3, length << 5 | 0x1F, 0xFC];
    out.extend_from_slice(&SILENCE);
    out
}
