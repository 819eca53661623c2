//! A reel as an MP4 file (ISO/IEC 14496-12): its tables say "all alike", so that they stay small.

use super::{PICTURES, Reel, SOUNDS, TURN, Tiled, length, sound};

/// Units of time of the film in a second.
const SCALE: u32 = 1_000;

/// A file of this many turns.
pub(super) fn file(reel: &Reel, turns: u64) -> Tiled {
    let samples: Vec<Vec<u8>> = (0..PICTURES).map(|number| reel.sample(number)).collect();
    let sample = samples.first().map_or(0, Vec::len);
    let mut tile = samples.concat();
    let pictures = tile.len() as u64;
    for _ in 0..SOUNDS {
        tile.extend_from_slice(reel.sound);
    }
    let start = boxed(
        b"ftyp",
        &[b"isom".as_slice(), &[0, 0, 2, 0], b"isomiso2avc1mp41"].concat(),
    );
    let size = tile.len() as u64;
    // Where the samples begin changes no length, so the tables are made twice.
    let movie = |first: u64| {
        let video = Track {
            id: 1,
            entry: video_entry(reel),
            handler: *b"vide",
            scale: super::RATE as u32,
            step: 1,
            sample,
            each: PICTURES as u32,
            offsets: (0..turns).map(|turn| first + turn * size).collect(),
            size: (reel.picture.width, reel.picture.height),
        };
        let audio = Track {
            id: 2,
            entry: audio_entry(),
            handler: *b"soun",
            scale: sound::RATE,
            step: sound::SAMPLES,
            sample: reel.sound.len(),
            each: SOUNDS as u32,
            offsets: (0..turns).map(|turn| first + turn * size + pictures).collect(),
            size: (0, 0),
        };
        moov(&[video, audio], turns)
    };
    let data = 16;
    let first = (start.len() + movie(0).len() + data) as u64;
    let mut head = start;
    head.extend(movie(first));
    head.extend_from_slice(&[0, 0, 0, 1]);
    head.extend_from_slice(b"mdat");
    head.extend_from_slice(&(size * turns + data as u64).to_be_bytes());
    Tiled {
        head: head.into(),
        tile: tile.into(),
        times: turns,
        stamp: None,
    }
}

struct Track {
    id: u32,
    entry: Vec<u8>,
    handler: [u8; 4],
    /// Units of time in a second.
    scale: u32,
    /// Units from sample to sample.
    step: u32,
    /// Bytes of each sample.
    sample: usize,
    /// Samples in each turn.
    each: u32,
    /// Where each turn begins in the file.
    offsets: Vec<u64>,
    size: (u32, u32),
}

fn moov(tracks: &[Track], turns: u64) -> Vec<u8> {
    let duration = (turns * TURN) as u32 * SCALE;
    let mut mvhd = words(&[0, 0, 0, SCALE, duration, 0x0001_0000, 0x0100_0000, 0, 0]);
    mvhd.extend(matrix());
    mvhd.extend(words(&[0, 0, 0, 0, 0, 0, tracks.len() as u32 + 1]));
    let mut out = boxed(b"mvhd", &mvhd);
    for track in tracks {
        out.extend(trak(track, duration));
    }
    boxed(b"moov", &out)
}

fn trak(track: &Track, duration: u32) -> Vec<u8> {
    let volume = if track.handler == *b"soun" { 0x0100_0000 } else { 0 };
    let mut tkhd = words(&[3, 0, 0, track.id, 0, duration, 0, 0, 0, volume]);
    tkhd.extend(matrix());
    tkhd.extend(words(&[track.size.0 << 16, track.size.1 << 16]));
    let samples = track.each * track.offsets.len() as u32;
    // The language is undetermined.
    let mdhd = words(&[0, 0, 0, track.scale, samples * track.step, 0x55C4_0000]);
    let hdlr = [&words(&[0, 0])[..], &track.handler, &words(&[0, 0, 0])[..], &[0]].concat();
    let kind = if volume > 0 {
        boxed(b"smhd", &words(&[0, 0]))
    } else {
        boxed(b"vmhd", &words(&[1, 0, 0]))
    };
    let own = boxed(b"url ", &words(&[1]));
    let dinf = boxed(b"dinf", &boxed(b"dref", &[words(&[0, 1]), own].concat()));
    let stbl = boxed(
        b"stbl",
        &[
            boxed(b"stsd", &[words(&[0, 1]), track.entry.clone()].concat()),
            boxed(b"stts", &words(&[0, 1, samples, track.step])),
            boxed(b"stsc", &words(&[0, 1, 1, track.each, 1])),
            boxed(b"stsz", &words(&[0, track.sample as u32, samples])),
            boxed(b"co64", &offsets(&track.offsets)),
        ]
        .concat(),
    );
    let minf = boxed(b"minf", &[kind, dinf, stbl].concat());
    let mdia = boxed(
        b"mdia",
        &[boxed(b"mdhd", &mdhd), boxed(b"hdlr", &hdlr), minf].concat(),
    );
    boxed(b"trak", &[boxed(b"tkhd", &tkhd), mdia].concat())
}

fn offsets(offsets: &[u64]) -> Vec<u8> {
    let mut out = words(&[0, offsets.len() as u32]);
    for offset in offsets {
        out.extend_from_slice(&offset.to_be_bytes());
    }
    out
}

fn video_entry(reel: &Reel) -> Vec<u8> {
    let (width, height) = (reel.picture.width, reel.picture.height);
    let mut out = words(&[
        0,
        1,
        0,
        0,
        0,
        0,
        width << 16 | height,
        0x0048_0000,
        0x0048_0000,
        0,
    ]);
    out.extend_from_slice(&[0, 1]);
    out.extend_from_slice(&[0; 32]);
    out.extend_from_slice(&[0, 24, 0xFF, 0xFF]);
    out.extend(boxed(b"avcC", &reel.decoder()));
    boxed(b"avc1", &out)
}

fn audio_entry() -> Vec<u8> {
    let mut out = words(&[0, 1, 0, 0, 2 << 16 | 16, 0, sound::RATE << 16]);
    let config = described(5, &sound::CONFIG);
    let decoder = [&[0x40, 0x15, 0, 0, 0][..], &words(&[8_000, 4_000]), &config].concat();
    let stream = [&[0, 2, 0][..], &described(4, &decoder), &described(6, &[2])].concat();
    out.extend(boxed(b"esds", &[words(&[0]), described(3, &stream)].concat()));
    boxed(b"mp4a", &out)
}

/// A descriptor of ISO/IEC 14496-1; all here are short.
fn described(tag: u8, content: &[u8]) -> Vec<u8> {
    [&[tag, content.len() as u8], content].concat()
}

fn matrix() -> Vec<u8> {
    words(&[0x0001_0000, 0, 0, 0, 0x0001_0000, 0, 0, 0, 0x4000_0000])
}

fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [&length(content.len() + 8)[..], kind, content].concat()
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}
