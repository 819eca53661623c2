//! What plays: channels at the pace of the clock, films and episodes as files, the archive as fast as it is read.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::catalogue::{Channel, Quality};
use super::wanted::{Kind, Wanted};
use super::{Subscriber, Visit, guide};
use crate::simulator::media::{RATE, Reel, Transport, image};
use crate::simulator::resource::{Body, Framing, Piece, Pieces, Reply};

const TS: &str = "video/mp2t";
const HLS: &str = "application/x-mpegURL";
/// Pictures that are sent at once: they begin with the tables of the stream.
const GROUP: u64 = 5;
/// What a viewer gets at once, so that playing begins without a pause.
const AHEAD: u64 = 2 * RATE;
/// Pictures of a piece of HLS.
const SEGMENT: u64 = 2 * RATE;
/// Pieces in a live playlist.
const WINDOW: u64 = 5;
/// The number of the picture with which a panel begins: earlier ones can be asked for.
const FIRST: u64 = 1_000 * RATE;
const MINUTE: u64 = 60 * RATE;
const DAY: i64 = 86_400;
const HUES: u64 = 12;

/// Makes what plays, each look of a channel once.
#[derive(Debug, Default)]
pub(super) struct Studio {
    channels: Mutex<HashMap<(u32, u8), Arc<Transport>>>,
}

impl Studio {
    pub(super) fn play(&self, subscriber: &Subscriber, wanted: &Wanted, visit: &Visit) -> Reply {
        let (catalogue, id) = (&subscriber.catalogue, wanted.id);
        let channel = || catalogue.find_channel(id);
        let reply = match &wanted.kind {
            Kind::Live => channel().and_then(|channel| self.live(subscriber, &channel, wanted, visit)),
            Kind::Film => catalogue.find_film(id).and_then(|film| {
                (film.extension == wanted.extension).then(|| file(&film.extension, id, film.duration_secs))
            }),
            Kind::Episode => catalogue.find_episode(id).and_then(|episode| {
                (episode.extension == wanted.extension)
                    .then(|| file(&episode.extension, id, episode.duration_secs))
            }),
            Kind::Archive { start, minutes } => {
                channel().and_then(|channel| self.archive(&channel, wanted, start, *minutes, visit))
            }
            Kind::Segment(number) => {
                let latest = now(visit) / SEGMENT;
                let is_kept = (latest - 2 * WINDOW..latest).contains(number);
                channel()
                    .filter(|_| is_kept)
                    .map(|channel| self.segment(&channel, *number))
            }
            Kind::Archived(number) => channel().map(|channel| self.segment(&channel, *number)),
        };
        reply.unwrap_or_else(unknown)
    }

    fn live(
        &self,
        subscriber: &Subscriber,
        channel: &Channel,
        wanted: &Wanted,
        visit: &Visit,
    ) -> Option<Reply> {
        let extension = match wanted.extension.as_str() {
            "" => "ts",
            other => other,
        };
        if !subscriber
            .account
            .output_formats
            .iter()
            .any(|known| known == extension)
        {
            return Some(Reply::new(403, "text/html", "Forbidden"));
        }
        let now = now(visit);
        match extension {
            "ts" => Some(endless(self.transport(channel), now - AHEAD)),
            "m3u8" => {
                let latest = now / SEGMENT;
                Some(playlist(wanted, "hls", latest - WINDOW..latest, false))
            }
            _ => None,
        }
    }

    fn archive(
        &self,
        channel: &Channel,
        wanted: &Wanted,
        start: &str,
        minutes: u64,
        visit: &Visit,
    ) -> Option<Reply> {
        let (start, now) = (seconds(start)?, visit.now_ms / 1000);
        let oldest = now - i64::from(channel.archive_days) * DAY;
        if !(oldest..now).contains(&start) {
            return None;
        }
        let first = u64::try_from(start.rem_euclid(DAY)).ok()? * RATE;
        let last = first + minutes.min(24 * 60) * MINUTE;
        match wanted.extension.as_str() {
            "ts" => Some(whole(self.transport(channel), first, last)),
            "m3u8" => Some(playlist(wanted, "archive", first / SEGMENT..last / SEGMENT, true)),
            _ => None,
        }
    }

    fn segment(&self, channel: &Channel, number: u64) -> Reply {
        let first = number * SEGMENT;
        Reply::new(200, TS, self.transport(channel).pictures(first..first + SEGMENT))
    }

    fn transport(&self, channel: &Channel) -> Arc<Transport> {
        let (width, height) = size(channel.quality);
        let hue = (channel.id % HUES) as u8;
        let mut known = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        let made = known
            .entry((height, hue))
            .or_insert_with(|| Arc::new(Transport::new(Reel::new(width, height, hue))));
        Arc::clone(made)
    }
}

/// The answer where there is nothing of this name.
pub(super) fn unknown() -> Reply {
    Reply::new(404, "text/html", "Not found")
}

/// `logo/7.png` or `poster/7.png`.
pub(super) fn picture(name: &str) -> Reply {
    let found = name.strip_suffix(".png").and_then(|stem| {
        let (kind, number) = stem.split_once('/')?;
        let number = number.parse().ok()?;
        match kind {
            "logo" => Some(image(96, 96, number)),
            "poster" => Some(image(200, 300, number)),
            "backdrop" => Some(image(480, 270, number)),
            _ => None,
        }
    });
    found.map_or_else(unknown, |bytes| Reply::new(200, "image/png", bytes))
}

/// The number of the picture that is being recorded.
fn now(visit: &Visit) -> u64 {
    let since = u64::try_from(visit.running.as_millis()).unwrap_or(0) * RATE / 1_000;
    (FIRST + since) / GROUP * GROUP
}

/// From a picture on, for ever; the first seconds at once, the others as they are recorded.
fn endless(transport: Arc<Transport>, first: u64) -> Reply {
    let pieces = Pieces::new(move || {
        let transport = Arc::clone(&transport);
        (0..).map(move |group: u64| {
            let at = first + group * GROUP;
            let late = (group * GROUP).saturating_sub(AHEAD);
            Piece {
                bytes: transport.pictures(at..at + GROUP).into(),
                due: Duration::from_millis(late * 1_000 / RATE),
            }
        })
    });
    stream(pieces)
}

fn whole(transport: Arc<Transport>, first: u64, last: u64) -> Reply {
    let pieces = Pieces::new(move || {
        let transport = Arc::clone(&transport);
        let groups = (first / GROUP..last / GROUP).map(move |group| group * GROUP);
        groups.map(move |at| Piece::from(transport.pictures(at..at + GROUP)))
    });
    stream(pieces)
}

fn stream(pieces: Pieces) -> Reply {
    Reply {
        framing: Framing::Close,
        ..Reply::pieces(TS, pieces)
    }
}

fn file(extension: &str, id: u64, seconds: u32) -> Reply {
    let quality = if id.is_multiple_of(2) {
        Quality::Fhd
    } else {
        Quality::Hd
    };
    let (width, height) = size(quality);
    let reel = Reel::new(width, height, (id % HUES) as u8);
    let (kind, tiled) = match extension {
        "mp4" => ("video/mp4", reel.mp4(seconds)),
        "mkv" => ("video/x-matroska", reel.matroska(seconds)),
        _ => return unknown(),
    };
    Reply {
        body: Body::Tiled(tiled),
        ..Reply::new(200, kind, "")
    }
}

fn playlist(wanted: &Wanted, folder: &str, segments: std::ops::Range<u64>, is_whole: bool) -> Reply {
    let seconds = SEGMENT / RATE;
    let first = segments.start;
    let mut out = format!(
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:{seconds}\n#EXT-X-MEDIA-SEQUENCE:{first}\n"
    );
    let Wanted {
        username,
        password,
        id,
        ..
    } = wanted;
    for number in segments {
        // Writing to a string does not fail.
        let _ = write!(
            out,
            "#EXTINF:{seconds}.000,\n/{folder}/{username}/{password}/{id}_{number}.ts\n"
        );
    }
    if is_whole {
        out.push_str("#EXT-X-ENDLIST\n");
    }
    Reply::new(200, HLS, out)
}

fn size(quality: Quality) -> (u32, u32) {
    match quality {
        Quality::Sd => (720, 576),
        Quality::Hd => (1280, 720),
        Quality::Fhd => (1920, 1080),
        Quality::Uhd => (3840, 2160),
    }
}

/// A local time with anything between its numbers, such as `2024-06-15:13-10`, as seconds since the epoch.
fn seconds(text: &str) -> Option<i64> {
    let mut numbers = text
        .split(|c: char| !c.is_ascii_digit())
        .map(|part| part.parse::<i16>().ok());
    let mut next = || numbers.next().flatten();
    let (year, month, day) = (next()?, next()?, next()?);
    let (hour, minute, second) = (next()?, next()?, next().unwrap_or(0));
    let small = |number: i16| i8::try_from(number).ok();
    let at = DateTime::new(
        year,
        small(month)?,
        small(day)?,
        small(hour)?,
        small(minute)?,
        small(second)?,
        0,
    );
    let zone = TimeZone::get(guide::ZONE).ok()?;
    Some(at.ok()?.to_zoned(zone).ok()?.timestamp().as_second())
}
