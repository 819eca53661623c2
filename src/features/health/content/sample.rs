//! Some seconds of a stream as they were seen and heard: how much of them was black, still or silent.
//!
//! Pictures come small and grey, so that looking at them costs next to nothing. The limits of what counts as black, still and
//! silent are those of FFmpeg's blackdetect, freezedetect and silencedetect.

use super::avi::Tracks;

/// Of a picture as it is looked at, in points.
pub(super) const WIDTH: usize = 64;
pub(super) const HEIGHT: usize = 36;
/// Pictures of a second that are looked at.
pub(super) const RATE: u64 = 4;
/// Samples of a second that are listened to.
pub(super) const SOUNDS: u64 = 8_000;

/// A point up to this brightness is black, and a picture with so many of a hundred such points.
const BLACK_POINT: u8 = 25;
const BLACK_PERCENT: usize = 98;
/// So much points may differ on average in a picture that stands still, in thousandths of the whole range.
const STILL_PER_MILLE: u64 = 1;
/// Samples of a tenth of a second that are heard together, and how loud the loudest of them may be: -60 dB.
const HEARD: u64 = SOUNDS / 10;
const SILENT: u16 = 33;
/// A hash of pictures is made of so many columns and rows.
const CELLS: (usize, usize) = (9, 8);
/// So much must one cell be brighter than the one beside it.
const EDGE: i32 = 2;
/// A picture with less between its brightest and darkest cell shows nothing to know it by.
const FLAT: i32 = 16;
/// Hashes of one picture differ in so many bits at most.
const ALIKE: u32 = 5;

/// What was seen and heard until now.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sample {
    pictures: u64,
    black: u64,
    still: u64,
    /// Those that stand still now, one after the other, and the most that ever did.
    run: u64,
    longest: u64,
    sounds: u64,
    silent: u64,
    /// Of the tenth of a second that is being heard: samples and the loudest of them.
    hearing: (u64, u16),
    last: Option<Vec<u8>>,
    /// Bytes that were read for it.
    pub(super) bytes: u64,
}

impl Sample {
    /// Takes a picture; one of another size is none.
    pub(super) fn see(&mut self, picture: &[u8]) {
        if picture.len() != WIDTH * HEIGHT {
            return;
        }
        self.pictures += 1;
        let black = picture.iter().filter(|point| **point <= BLACK_POINT).count();
        if black * 100 >= picture.len() * BLACK_PERCENT {
            self.black += 1;
        }
        let differs = self.last.as_ref().is_none_or(|last| {
            let sum: u64 = last
                .iter()
                .zip(picture)
                .map(|(before, now)| u64::from(before.abs_diff(*now)))
                .sum();
            sum * 1_000 > STILL_PER_MILLE * 255 * picture.len() as u64
        });
        if differs {
            // Compared with where it began to stand still, so that slow changes are seen.
            self.last = Some(picture.to_vec());
            self.run = 0;
        } else {
            self.still += 1;
            self.run += 1;
            self.longest = self.longest.max(self.run);
        }
    }

    /// Takes sound: signed samples of 16 bits, the low byte first.
    pub(super) fn hear(&mut self, sound: &[u8]) {
        for sample in sound.chunks_exact(2) {
            if let [low, high] = *sample {
                let loud = i16::from_le_bytes([low, high]).unsigned_abs();
                self.sounds += 1;
                self.hearing = (self.hearing.0 + 1, self.hearing.1.max(loud));
            }
            if self.hearing.0 == HEARD {
                if self.hearing.1 <= SILENT {
                    self.silent += HEARD;
                }
                self.hearing = (0, 0);
            }
        }
    }

    /// How long its picture and its sound lasted, in milliseconds.
    pub fn picture_ms(&self) -> u64 {
        self.pictures * 1_000 / RATE
    }

    pub fn sound_ms(&self) -> u64 {
        self.sounds * 1_000 / SOUNDS
    }

    pub fn black_ms(&self) -> u64 {
        self.black * 1_000 / RATE
    }

    /// How long the picture stood still. The one that it stood still at counts once more.
    pub fn still_ms(&self) -> u64 {
        let with_first = self.still + u64::from(self.still > 0);
        with_first.min(self.pictures) * 1_000 / RATE
    }

    /// Whether it stood still for half of its time without a break, as pictures that follow each other slowly do not.
    pub(super) fn is_unbroken(&self) -> bool {
        (self.longest + 1) * 2 > self.pictures
    }

    pub fn silent_ms(&self) -> u64 {
        self.silent * 1_000 / SOUNDS
    }

    /// Whether it lasted at least so long, by what there is: the picture, else the sound.
    pub(super) fn lasts(&self, tracks: Tracks, ms: u64) -> bool {
        match tracks.has_picture {
            true => self.picture_ms() >= ms,
            false => self.sound_ms() >= ms,
        }
    }

    /// Kilobits a second of all that came.
    pub fn bitrate_kbps(&self) -> Option<u32> {
        let ms = self.picture_ms().max(self.sound_ms());
        u32::try_from((self.bytes * 8).checked_div(ms)?).ok()
    }

    /// Of the picture that it stood still at last: which cells are brighter than those beside them. None of one that shows
    /// nothing.
    pub(super) fn hash(&self) -> Option<i64> {
        let picture = self.last.as_ref()?;
        let (columns, rows) = CELLS;
        let cell = |column: usize, row: usize| {
            let (left, right) = (column * WIDTH / columns, (column + 1) * WIDTH / columns);
            let (top, bottom) = (row * HEIGHT / rows, (row + 1) * HEIGHT / rows);
            let lines = picture.chunks(WIDTH).skip(top).take(bottom - top);
            let points = lines.flat_map(|line| line.iter().skip(left).take(right - left));
            let sum: i32 = points.map(|point| i32::from(*point)).sum();
            sum / i32::try_from((right - left) * (bottom - top)).unwrap_or(1).max(1)
        };
        let cells: Vec<i32> = (0..rows)
            .flat_map(|row| (0..columns).map(move |column| (column, row)))
            .map(|(column, row)| cell(column, row))
            .collect();
        let (darkest, brightest) = (cells.iter().min()?, cells.iter().max()?);
        if brightest - darkest < FLAT {
            return None;
        }
        let bits = cells.chunks(columns).flat_map(|row| row.windows(2));
        Some(bits.fold(0, |hash, pair| match pair {
            [left, right] => hash << 1 | i64::from(*left > right + EDGE),
            _ => hash,
        }))
    }
}

/// Whether two hashes are of one picture.
pub(super) fn is_same_picture(one: i64, other: i64) -> bool {
    (one ^ other).count_ones() <= ALIKE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(shade: impl Fn(usize, usize) -> u8) -> Vec<u8> {
        (0..HEIGHT)
            .flat_map(|y| (0..WIDTH).map(move |x| (x, y)))
            .map(|(x, y)| shade(x, y))
            .collect()
    }

    fn seen(pictures: &[Vec<u8>]) -> Sample {
        let mut sample = Sample::default();
        pictures.iter().for_each(|picture| sample.see(picture));
        sample
    }

    #[test]
    fn black_is_black_but_for_noise_and_a_logo_of_a_few_points() {
        let dark = picture(|x, y| if x < 5 && y < 9 { 200 } else { 12 });
        assert_eq!(seen(&vec![dark; 8]).black_ms(), 2_000);
        let titles = picture(|x, y| if x < 16 && y < 9 { 200 } else { 12 });
        assert_eq!(seen(&vec![titles; 8]).black_ms(), 0);
    }

    #[test]
    fn a_picture_stands_still_until_something_moves_however_slowly() {
        let still = vec![picture(|x, _| x as u8); 8];
        assert_eq!(
            (seen(&still).still_ms(), seen(&still).picture_ms()),
            (2_000, 2_000)
        );
        // A line of small print moves along the bottom.
        let ticker: Vec<Vec<u8>> = (0..8)
            .map(|step| picture(|x, y| if y == 34 && (x + step) % 2 == 0 { 90 } else { 60 }))
            .collect();
        assert_eq!(seen(&ticker).still_ms(), 0);
        let fading: Vec<Vec<u8>> = (0..40).map(|step| picture(|_, _| 60 + step / 10)).collect();
        assert!(seen(&fading).still_ms() < 10_000);
        assert_eq!(seen(&[vec![1; 7]]).picture_ms(), 0, "of another size");
    }

    #[test]
    fn pictures_that_follow_each_other_slowly_are_no_still_one() {
        let slide = |step: usize| picture(move |x, y| ((x + y) * step % 200) as u8);
        let shown = |each: usize| seen(&(0..40).map(|step| slide(step / each + 1)).collect::<Vec<_>>());
        assert!(!shown(10).is_unbroken());
        assert!(shown(40).is_unbroken() && shown(30).is_unbroken());
    }

    #[test]
    fn silence_is_what_nobody_hears() {
        let tone = |loud: i16| -> Vec<u8> { (0..SOUNDS).flat_map(|_| loud.to_le_bytes()).collect() };
        let mut sample = Sample::default();
        sample.hear(&tone(0));
        sample.hear(&tone(-30));
        assert_eq!((sample.sound_ms(), sample.silent_ms()), (2_000, 2_000));
        sample.hear(&tone(-80));
        sample.hear(&tone(i16::MIN));
        assert_eq!((sample.sound_ms(), sample.silent_ms()), (4_000, 2_000));
    }

    #[test]
    fn a_picture_is_known_again_and_one_that_shows_nothing_is_not() {
        let hash = |picture: Vec<u8>| seen(&[picture]).hash();
        let sign = |shift: u8| picture(move |x, y| if (x / 9 + y / 9) % 2 == 0 { 40 + shift } else { 180 });
        let (one, again) = (hash(sign(0)).unwrap(), hash(sign(3)).unwrap());
        assert!(is_same_picture(one, again));
        let other = hash(picture(|x, _| 255 - x as u8 * 3)).unwrap();
        assert!(!is_same_picture(one, other));
        assert_eq!(hash(picture(|_, _| 90)), None);
        assert_eq!(Sample::default().hash(), None);
    }

    #[test]
    fn bits_a_second_are_those_of_all_that_came() {
        let mut sample = seen(&vec![picture(|_, _| 0); 40]);
        assert_eq!(Sample::default().bitrate_kbps(), None);
        sample.bytes = 1_250_000;
        assert_eq!(sample.bitrate_kbps(), Some(1_000));
    }
}
