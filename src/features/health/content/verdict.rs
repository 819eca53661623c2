//! What a sample says of a stream.

use super::sample::Sample;
use crate::features::catalogue::defect::Defect;

/// So much of a sample must be bad, in hundredths.
const MOST_OF: u64 = 90;

/// What was found, and in words what was seen of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub defect: Option<Defect>,
    /// "black for 9.6 of 10 s"; of a good one too.
    pub evidence: String,
}

/// What a sample says; `floor_kbps` is what a picture of its kind has at least, and `slate` whether the picture it stands still
/// at is a sign that other channels of its provider show. Of several defects the first counts.
pub fn of(sample: &Sample, floor_kbps: Option<u32>, slate: Option<usize>) -> Verdict {
    let (picture, sound) = (sample.picture_ms(), sample.sound_ms());
    let is_most = |part: u64, whole: u64| whole > 0 && part * 100 >= whole * MOST_OF;
    let told =
        |what: &str, part: u64, whole: u64| format!("{what} for {} of {} s", tenths(part), tenths(whole));
    let found = |defect, evidence| Verdict {
        defect: Some(defect),
        evidence,
    };
    if is_most(sample.black_ms(), picture) {
        return found(Defect::Black, told("black", sample.black_ms(), picture));
    }
    if is_most(sample.still_ms(), picture) && sample.is_unbroken() {
        let still = told("a still picture", sample.still_ms(), picture);
        return match slate {
            Some(others) => {
                let channels = if others == 1 { "channel" } else { "channels" };
                found(
                    Defect::Slate,
                    format!("{still}, and {others} other {channels} of its provider showed the same"),
                )
            }
            None => found(Defect::Frozen, still),
        };
    }
    if is_most(sample.silent_ms(), sound) {
        return found(Defect::Silent, told("silent", sample.silent_ms(), sound));
    }
    if let (Some(kbps), Some(floor)) = (sample.bitrate_kbps(), floor_kbps)
        && picture > 0
        && kbps < floor
    {
        return found(
            Defect::LowBitrate,
            format!("{kbps} kbit/s, where its picture should have {floor} at least"),
        );
    }
    Verdict {
        defect: None,
        evidence: good(sample),
    }
}

fn good(sample: &Sample) -> String {
    let seen = match (sample.picture_ms(), sample.sound_ms()) {
        (0, sound) => format!("{} s of sound and no picture", tenths(sound)),
        (picture, 0) => format!("{} s of moving picture and no sound", tenths(picture)),
        (picture, _) => format!("{} s of moving picture with sound", tenths(picture)),
    };
    match sample.bitrate_kbps() {
        Some(kbps) => format!("{seen}, {kbps} kbit/s"),
        None => seen,
    }
}

/// Whether a sample's picture stands still without being black, so that it may be a sign.
pub(super) fn may_be_slate(sample: &Sample) -> bool {
    of(sample, None, None).defect == Some(Defect::Frozen)
}

/// Seconds to a tenth, without a nought behind the point.
fn tenths(ms: u64) -> String {
    let tenths = (ms + 50) / 100;
    match tenths % 10 {
        0 => format!("{}", tenths / 10),
        part => format!("{}.{part}", tenths / 10),
    }
}
