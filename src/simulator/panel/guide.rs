//! What is on: made up from the channel's id in the guide and the hour, so that every request agrees.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Subscriber, Visit};
use crate::simulator::names;
use crate::simulator::resource::{Piece, Pieces, Reply};

/// The time zone of the panel.
pub(super) const ZONE: &str = "Europe/London";
const DAY: i64 = 86_400;
/// Days that the guide knows ahead.
const AHEAD: i64 = 2;

/// One programme; instants are seconds since the epoch.
pub(super) struct Programme {
    pub(super) id: u64,
    pub(super) channel: String,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) start: i64,
    pub(super) stop: i64,
}

/// The programmes of a channel from `back` days ago to two days ahead, without a gap.
pub(super) fn programmes(channel: &str, now: i64, back: i64) -> Vec<Programme> {
    let salt = channel
        .bytes()
        .fold(0, |sum, byte| names::mix(sum, u64::from(byte)));
    let length = [1_800, 3_600, 5_400, 7_200][(salt % 4) as usize];
    let first = (now - back * DAY).div_euclid(length);
    let last = (now + AHEAD * DAY).div_euclid(length);
    (first..last)
        .map(|slot| {
            let hash = names::mix(salt, slot as u64);
            Programme {
                id: hash >> 34,
                channel: channel.to_owned(),
                title: names::title((hash % 3_000) as usize),
                description: format!("{} looks back.", names::person((hash % 2_000) as usize)),
                start: slot * length,
                stop: (slot + 1) * length,
            }
        })
        .collect()
}

/// An instant as the panel's clock on the wall shows it.
pub(super) fn local(seconds: i64) -> String {
    zoned(seconds, "%Y-%m-%d %H:%M:%S")
}

/// The guide of all channels of an account.
pub(super) fn xmltv(subscriber: &Subscriber, visit: &Visit) -> Reply {
    let (catalogue, now, host) = (
        Arc::clone(&subscriber.catalogue),
        visit.now_ms / 1000,
        visit.host.to_owned(),
    );
    let pieces = Pieces::new(move || {
        let head = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\" ?><!DOCTYPE tv SYSTEM \"xmltv.dtd\">\n\
             <tv generator-info-name=\"Panel\" generator-info-url=\"http://{}/\">\n",
            escaped(&host)
        );
        let count = catalogue.channel_count();
        let (channels, listed) = (Arc::clone(&catalogue), Arc::clone(&catalogue));
        let mut named = HashSet::new();
        let mut shown = HashSet::new();
        let names = (0..count).filter_map(move |index| {
            let channel = channels.channel_at(index);
            let guide = channel
                .guide
                .as_deref()
                .filter(|guide| named.insert((*guide).to_owned()))?;
            Some(format!(
                "<channel id=\"{}\"><display-name>{}</display-name></channel>\n",
                escaped(guide),
                escaped(&channel.name)
            ))
        });
        let days = (0..count).filter_map(move |index| {
            let channel = listed.channel_at(index);
            let guide = channel
                .guide
                .as_deref()
                .filter(|guide| shown.insert((*guide).to_owned()))?;
            let archive = i64::from(channel.archive_days);
            Some(programmes(guide, now, archive).iter().map(element).collect())
        });
        let whole = std::iter::once(head)
            .chain(names)
            .chain(days)
            .chain(std::iter::once("</tv>\n".to_owned()));
        whole.map(|text| Piece::from(text.into_bytes()))
    });
    Reply::pieces("application/xml", pieces)
}

fn element(programme: &Programme) -> String {
    let at = |seconds| zoned(seconds, "%Y%m%d%H%M%S %z");
    let mut out = String::with_capacity(300);
    // Writing to a string does not fail.
    let _ = writeln!(
        out,
        "<programme start=\"{}\" stop=\"{}\" channel=\"{}\"><title>{}</title><desc>{}</desc></programme>",
        at(programme.start),
        at(programme.stop),
        escaped(&programme.channel),
        escaped(&programme.title),
        escaped(&programme.description),
    );
    out
}

fn zoned(seconds: i64, format: &str) -> String {
    let zone = TimeZone::get(ZONE).unwrap_or(TimeZone::UTC);
    let at = Timestamp::from_second(seconds).unwrap_or_default();
    at.to_zoned(zone).strftime(format).to_string()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
