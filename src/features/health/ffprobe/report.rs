//! What ffprobe prints as JSON: sizes, rates and times are strings there, pixels are numbers.

use serde::Deserialize;

use crate::features::catalogue::quality::Tier;

use super::super::probe::Reason;
use super::{Measured, Picture};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Report {
    streams: Vec<Stream>,
    format: Format,
    packets: Vec<Packet>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Format {
    format_name: String,
    /// How sure ffprobe is, of 100.
    probe_score: u32,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Stream {
    index: u32,
    codec_type: String,
    codec_name: String,
    width: u32,
    height: u32,
    sample_rate: String,
    avg_frame_rate: String,
    r_frame_rate: String,
    bit_rate: String,
    disposition: Disposition,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Disposition {
    attached_pic: u8,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Packet {
    stream_index: u32,
    size: String,
    dts_time: String,
    pts_time: String,
    duration_time: String,
}

/// Formats and codecs of still pictures, beside those whose format's name ends with `_pipe`.
const STILLS: [&str; 9] = [
    "image2", "gif", "apng", "ico", "png", "webp", "bmp", "tiff", "svg",
];
/// Less sure than this, ffprobe guesses: random bytes are some picture or sound to it.
const SURE: u32 = 26;
/// Packets of less time than this tell no rate, in seconds.
const SHORTEST: f64 = 0.5;
/// Packets of so much time are none of one piece: clocks jumped.
const LONGEST: f64 = 120.0;

/// What the report says of a stream; `is_known` if its container was known beforehand.
///
/// # Errors
/// [`Reason::Picture`] of a still one, [`Reason::Unreadable`] if there is neither picture nor sound.
pub fn read(printed: &[u8], is_known: bool) -> Result<Measured, Reason> {
    let report: Report = serde_json::from_slice(printed).map_err(|_| Reason::Unreadable)?;
    let format = report.format.format_name.as_str();
    if format.ends_with("_pipe") || format.split(',').any(is_still) {
        return Err(Reason::Picture);
    }
    let video = report.streams.iter().find(|stream| stream.is_video());
    let audio = report.streams.iter().find(|stream| stream.is_audio());
    if video.is_some_and(|video| is_still(&video.codec_name)) {
        return Err(Reason::Picture);
    }
    let picture = video.and_then(Stream::picture);
    let is_guess = !is_known && report.format.probe_score < SURE;
    if is_guess || (picture.is_none() && audio.is_none()) {
        return Err(Reason::Unreadable);
    }
    let told = if format.contains("mp4") {
        said(video, audio)
    } else {
        None
    };
    let bits = told.or_else(|| counted(&report.packets, video, audio));
    Ok(Measured {
        picture,
        sound: audio.map(|audio| audio.codec_name.clone()),
        bitrate_kbps: bits
            .map(|bits| (bits / 1_000.0).round() as u32)
            .filter(|kbps| *kbps > 0),
    })
}

fn is_still(name: &str) -> bool {
    STILLS.contains(&name)
}

impl Stream {
    fn is_video(&self) -> bool {
        self.codec_type == "video" && self.disposition.attached_pic == 0
    }

    fn is_audio(&self) -> bool {
        let rate: u32 = self.sample_rate.parse().unwrap_or(0);
        self.codec_type == "audio" && !self.codec_name.is_empty() && rate > 0
    }

    fn picture(&self) -> Option<Picture> {
        if self.width == 0 || self.height == 0 || self.codec_name.is_empty() {
            return None;
        }
        Some(Picture {
            tier: Tier::from_size(self.width, self.height),
            width: self.width,
            height: self.height,
            codec: self.codec_name.clone(),
            fps: self.fps(),
        })
    }

    /// The average. Of a piece it may be a little off; then the base rate is what was meant. That of interlaced pictures
    /// counts fields and is far off.
    fn fps(&self) -> Option<f64> {
        let (average, base) = (rate(&self.avg_frame_rate), rate(&self.r_frame_rate));
        match (average, base) {
            (Some(average), Some(base)) if (average / base - 1.0).abs() > 0.05 => Some(average),
            (average, base) => base.or(average),
        }
    }
}

/// A rate such as `25/1` or `30000/1001`; `0/0` is unknown, and so is what no picture has.
fn rate(text: &str) -> Option<f64> {
    let (over, under) = text.split_once('/')?;
    let rate = over.parse::<f64>().ok()? / under.parse::<f64>().ok()?;
    (1.0..=300.0)
        .contains(&rate)
        .then(|| (rate * 1_000.0).round() / 1_000.0)
}

/// What a container says that knows all its packets, in bits a second.
fn said(video: Option<&Stream>, audio: Option<&Stream>) -> Option<f64> {
    let rates = video
        .into_iter()
        .chain(audio)
        .map(|stream| stream.bit_rate.parse::<f64>().ok());
    rates.sum::<Option<f64>>().filter(|bits| *bits > 0.0)
}

/// What the packets come to, in bits a second: of each stream over its own time.
fn counted(packets: &[Packet], video: Option<&Stream>, audio: Option<&Stream>) -> Option<f64> {
    let rates = video
        .into_iter()
        .chain(audio)
        .map(|stream| counted_of(packets, stream.index));
    rates.sum::<Option<f64>>()
}

fn counted_of(packets: &[Packet], index: u32) -> Option<f64> {
    let (mut bytes, mut first, mut last) = (0_u64, f64::INFINITY, f64::NEG_INFINITY);
    for packet in packets.iter().filter(|packet| packet.stream_index == index) {
        let time = packet
            .dts_time
            .parse::<f64>()
            .or_else(|_| packet.pts_time.parse());
        let Ok(time) = time else { continue };
        bytes += packet.size.parse().unwrap_or(0);
        first = first.min(time);
        last = last.max(time + packet.duration_time.parse().unwrap_or(0.0));
    }
    let span = last - first;
    (SHORTEST..LONGEST)
        .contains(&span)
        .then(|| bytes as f64 * 8.0 / span)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(report: &str) -> Result<Measured, Reason> {
        read(report.as_bytes(), false)
    }

    /// A transport stream with these fields of its video stream, and a second of packets of both streams.
    fn transport(video: &str) -> String {
        let packets: Vec<String> = (0..25)
            .map(|number| {
                let time = f64::from(number) * 0.04;
                format!(
                    r#"{{"stream_index":0,"dts_time":"{time}","duration_time":"0.04","size":"10000"}},
                       {{"stream_index":1,"pts_time":"{time}","duration_time":"0.04","size":"640"}}"#
                )
            })
            .collect();
        format!(
            r#"{{"packets":[{}],"programs":[{{"streams":[]}}],"streams":[
                {{"index":0,"codec_type":"video","codec_name":"h264","avg_frame_rate":"25/1",{video}}},
                {{"index":1,"codec_type":"audio","codec_name":"aac","sample_rate":"48000","bit_rate":"71691"}}],
                "format":{{"format_name":"mpegts","probe_score":50}}}}"#,
            packets.join(",")
        )
    }

    #[test]
    fn the_bitrate_of_a_transport_stream_is_that_of_its_packets() {
        let measured = measured(&transport(r#""width":1280,"height":720"#)).unwrap();
        let picture = measured.picture.unwrap();
        assert_eq!(
            (picture.tier, picture.width, picture.height),
            (Tier::P720, 1280, 720)
        );
        assert_eq!((picture.codec.as_str(), picture.fps), ("h264", Some(25.0)));
        assert_eq!(measured.sound.as_deref(), Some("aac"));
        assert_eq!(measured.bitrate_kbps, Some(2_000 + 128));
    }

    #[test]
    fn a_film_says_its_bitrate_itself() {
        let report = transport(r#""width":1920,"height":1080,"bit_rate":"5000000""#)
            .replace("mpegts", "mov,mp4,m4a,3gp,3g2,mj2");
        assert_eq!(measured(&report).unwrap().bitrate_kbps, Some(5_072));
    }

    #[test]
    fn too_few_packets_tell_no_bitrate() {
        let report = transport(r#""width":1280,"height":720"#).replace("0.04\"", "0.01\"");
        let short: String = report
            .replace("\"dts_time\":\"0.", "\"dts_time\":\"0.00")
            .replace("\"pts_time\":\"0.", "\"pts_time\":\"0.00");
        assert_eq!(measured(&short).unwrap().bitrate_kbps, None);
    }

    #[test]
    fn a_cover_of_radio_is_no_picture() {
        let report = transport(r#""width":600,"height":600,"disposition":{"attached_pic":1}"#);
        let measured = measured(&report).unwrap();
        assert_eq!((measured.picture, measured.sound.as_deref()), (None, Some("aac")));
        assert_eq!(measured.bitrate_kbps, Some(128));
    }

    #[test]
    fn still_pictures_are_refused() {
        let still = r#"{"streams":[{"codec_type":"video","codec_name":"png","width":1920,"height":1080,
            "avg_frame_rate":"0/0"}],"format":{"format_name":"png_pipe","probe_score":99}}"#;
        assert_eq!(measured(still), Err(Reason::Picture));
        for name in ["image2", "gif", "mpegts"] {
            assert_eq!(
                measured(&still.replace("png_pipe", name)),
                Err(Reason::Picture),
                "{name}"
            );
        }
    }

    #[test]
    fn what_ffprobe_cannot_read_is_unreadable() {
        for report in [
            "",
            "{}",
            "[]",
            "not json",
            r#"{"error":{"code":-1094995529,"string":"Invalid data found when processing input"}}"#,
            r#"{"streams":[{"codec_type":"data"}],"format":{"format_name":"mpegts","probe_score":50}}"#,
            r#"{"streams":[{"codec_type":"audio","codec_name":"mp3","sample_rate":"0"}],"format":{"probe_score":99}}"#,
            r#"{"streams":[{"codec_type":"audio","codec_name":"mp3","sample_rate":"44100"}],"format":{"probe_score":1}}"#,
            r#"{"streams":[{"codec_type":"video","codec_name":"h264","width":0}],"format":{"format_name":"mpegts"}}"#,
        ] {
            assert_eq!(measured(report), Err(Reason::Unreadable), "{report}");
        }
    }

    #[test]
    fn the_base_rate_counts_where_the_average_is_a_little_off() {
        for (average, base, expected) in [
            ("24431/1000", "25/1", Some(25.0)),
            ("25/1", "50/1", Some(25.0)),
            ("0/0", "25/1", Some(25.0)),
            ("25/1", "90000/1", Some(25.0)),
            ("0/0", "0/0", None),
        ] {
            let stream = Stream {
                avg_frame_rate: average.into(),
                r_frame_rate: base.into(),
                ..Stream::default()
            };
            assert_eq!(stream.fps(), expected, "{average} {base}");
        }
    }

    #[test]
    fn a_guess_counts_only_of_what_was_known_beforehand() {
        let radio = r#"{"streams":[{"codec_type":"audio","codec_name":"mp3","sample_rate":"44100"}],
            "format":{"format_name":"mp3","probe_score":25}}"#;
        assert_eq!(read(radio.as_bytes(), false), Err(Reason::Unreadable));
        assert!(read(radio.as_bytes(), true).is_ok());
    }

    #[test]
    fn rates_are_fractions() {
        for (text, expected) in [
            ("25/1", Some(25.0)),
            ("30000/1001", Some(29.97)),
            ("0/0", None),
            ("90000/1", None),
            ("", None),
            ("25", None),
        ] {
            assert_eq!(rate(text), expected, "{text}");
        }
    }
}
