//! A reel as a Matroska file (RFC 9559): one cluster a turn, each with its own time, and cues to find them.

use super::{PICTURES, RATE, Reel, SOUNDS, TURN, Tiled, sound};

const MS: u64 = 1_000;
const PICTURE: u8 = 1;
const SOUND: u8 = 2;

/// A file of this many turns.
pub(super) fn file(reel: &Reel, turns: u64) -> Tiled {
    let (cluster, stamp) = cluster(reel);
    let opening = element(
        0x1A45_DFA3,
        &[
            number(0x4286, 1),
            number(0x42F7, 1),
            number(0x42F2, 4),
            number(0x42F3, 8),
            element(0x4282, b"matroska"),
            number(0x4287, 4),
            number(0x4285, 2),
        ]
        .concat(),
    );
    let info = [info(turns), tracks(reel)].concat();
    // Where the clusters begin changes no length, so the cues are made twice.
    let first = info.len() as u64 + cues(turns, 0, 0).len() as u64;
    let cues = cues(turns, first, cluster.len() as u64);
    let size = first + cluster.len() as u64 * turns;
    let segment = [0x1853_8067_u32.to_be_bytes().to_vec(), long(size)].concat();
    Tiled {
        head: [opening, segment, info, cues].concat().into(),
        tile: cluster.into(),
        times: turns,
        stamp: Some((stamp, TURN * MS)),
    }
}

fn info(turns: u64) -> Vec<u8> {
    let duration = (turns * TURN * MS) as f64;
    let content = [
        number(0x2A_D7B1, 1_000_000),
        element(0x4489, &duration.to_be_bytes()),
        element(0x4D80, b"panel"),
        element(0x5741, b"panel"),
    ];
    element(0x1549_A966, &content.concat())
}

fn tracks(reel: &Reel) -> Vec<u8> {
    let (width, height) = (reel.picture.width, reel.picture.height);
    let size = [number(0xB0, u64::from(width)), number(0xBA, u64::from(height))];
    let video = [
        track(PICTURE, 1, b"V_MPEG4/ISO/AVC", &reel.decoder()),
        number(0x23_E383, 1_000_000_000 / RATE),
        element(0xE0, &size.concat()),
    ];
    let rate = element(0xB5, &f64::from(sound::RATE).to_be_bytes());
    let audio = [
        track(SOUND, 2, b"A_AAC", &sound::CONFIG),
        element(0xE1, &[rate, number(0x9F, 2)].concat()),
    ];
    let entries = [element(0xAE, &video.concat()), element(0xAE, &audio.concat())];
    element(0x1654_AE6B, &entries.concat())
}

fn track(id: u8, kind: u64, codec: &[u8], private: &[u8]) -> Vec<u8> {
    [
        number(0xD7, u64::from(id)),
        number(0x73C5, u64::from(id)),
        number(0x83, kind),
        number(0x9C, 0),
        element(0x86, codec),
        element(0x63A2, private),
    ]
    .concat()
}

fn cues(turns: u64, first: u64, size: u64) -> Vec<u8> {
    let points = (0..turns).flat_map(|turn| {
        let place = [
            number(0xF7, u64::from(PICTURE)),
            number(0xF1, first + turn * size),
        ];
        let point = [number(0xB3, turn * TURN * MS), element(0xB7, &place.concat())];
        element(0xBB, &point.concat())
    });
    element(0x1C53_BB6B, &points.collect::<Vec<u8>>())
}

/// A cluster, and where its time stands in it.
fn cluster(reel: &Reel) -> (Vec<u8>, usize) {
    let mut blocks: Vec<(u64, u8, Vec<u8>)> = Vec::new();
    blocks.extend((0..PICTURES).map(|picture| (picture * MS / RATE, PICTURE, reel.sample(picture))));
    blocks.extend((0..SOUNDS).map(|frame| {
        let at = frame * u64::from(sound::SAMPLES) * MS / u64::from(sound::RATE);
        (at, SOUND, reel.sound.to_vec())
    }));
    blocks.sort_by_key(|(at, ..)| *at);
    let time = number(0xE7, 0);
    let mut content = time.clone();
    for (at, track, data) in blocks {
        let [high, low] = (at as u16).to_be_bytes();
        let block = [&[0x80 | track, high, low, 0x80][..], &data].concat();
        content.extend(element(0xA3, &block));
    }
    let out = element(0x1F43_B675, &content);
    let stamp = out.len() - content.len() + time.len() - 8;
    (out, stamp)
}

/// An unsigned number, always in eight bytes.
fn number(id: u32, value: u64) -> Vec<u8> {
    element(id, &value.to_be_bytes())
}

fn element(id: u32, content: &[u8]) -> Vec<u8> {
    let bytes = id.to_be_bytes();
    let skipped = bytes.iter().take_while(|byte| **byte == 0).count();
    [&bytes[skipped..], &long(content.len() as u64), content].concat()
}

/// A size, always in eight bytes.
fn long(size: u64) -> Vec<u8> {
    (size | 1 << 56).to_be_bytes().to_vec()
}
