//! Writing line-ups in the three forms that a device has.

use serde_json::json;

use super::{Device, store};
use crate::db::{Db, DbError};
use crate::features::catalogue::number::ChannelNumber;
use crate::features::catalogue::quality::Tier;
use crate::features::outputs::xmltv::push_escaped;

crate::record! {
    /// A channel of a line-up.
    #[derive(Debug, Clone)]
    pub struct Line {
        /// As it is stored.
        pub number: i64,
        pub name: String,
        pub resolution: Option<String>,
    }
}

impl Line {
    fn is_hd(&self) -> bool {
        let tier = self
            .resolution
            .as_deref()
            .and_then(|tier| tier.parse::<Tier>().ok());
        tier.is_some_and(|tier| tier >= Tier::P720)
    }
}

/// A form of a line-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Json,
    Xml,
    M3u,
}

/// The line-up of a device as it is now; `base` is the device's own address, without a slash at its end.
///
/// # Errors
/// Whatever the database says.
pub async fn write(db: &Db, device: &Device, form: Form, base: &str) -> Result<Vec<u8>, DbError> {
    let mut writer = Writer::new(form, base);
    store::each_channel(db, device.id, |line| writer.push(&line)).await?;
    Ok(writer.finish())
}

struct Writer<'b> {
    form: Form,
    base: &'b str,
    last: Option<i64>,
    out: Vec<u8>,
}

impl<'b> Writer<'b> {
    fn new(form: Form, base: &'b str) -> Self {
        let head: &[u8] = match form {
            Form::Json => b"[",
            Form::Xml => b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Lineup>\n",
            Form::M3u => b"#EXTM3U\n",
        };
        Self {
            form,
            base,
            last: None,
            out: head.to_vec(),
        }
    }

    /// A number names one channel: should another have it too, players see the first.
    fn push(&mut self, line: &Line) {
        let Some(number) = ChannelNumber::from_stored(line.number).filter(|_| self.last != Some(line.number))
        else {
            return;
        };
        let url = format!("{}/auto/v{number}", self.base);
        let hd = u8::from(line.is_hd());
        match self.form {
            Form::Json => {
                if self.last.is_some() {
                    self.out.push(b',');
                }
                let entry =
                    json!({"GuideNumber": number.to_string(), "GuideName": line.name, "HD": hd, "URL": url});
                self.out.extend_from_slice(entry.to_string().as_bytes());
            }
            Form::Xml => {
                let text = [
                    ("GuideNumber", number.to_string()),
                    ("GuideName", line.name.clone()),
                    ("HD", hd.to_string()),
                    ("URL", url),
                ];
                self.out.extend_from_slice(b"<Program>");
                for (name, text) in text {
                    self.out.extend_from_slice(format!("<{name}>").as_bytes());
                    push_escaped(&mut self.out, &text);
                    self.out.extend_from_slice(format!("</{name}>").as_bytes());
                }
                self.out.extend_from_slice(b"</Program>\n");
            }
            Form::M3u => {
                let name: String = line
                    .name
                    .chars()
                    .map(|c| if c.is_control() { ' ' } else { c })
                    .collect();
                let quoted = name.replace('"', "'");
                let entry = format!(
                    "#EXTINF:-1 channel-id=\"{number}\" channel-number=\"{number}\" tvg-chno=\"{number}\" \
                     tvg-name=\"{quoted}\",{number} {name}\n{url}\n"
                );
                self.out.extend_from_slice(entry.as_bytes());
            }
        }
        self.last = Some(line.number);
    }

    fn finish(mut self) -> Vec<u8> {
        let foot: &[u8] = match self.form {
            Form::Json => b"]",
            Form::Xml => b"</Lineup>\n",
            Form::M3u => b"",
        };
        self.out.extend_from_slice(foot);
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(form: Form, lines: &[(i64, &str, Option<&str>)]) -> String {
        let mut writer = Writer::new(form, "http://tv.home/hdhr/101010AD");
        for (number, name, resolution) in lines {
            writer.push(&Line {
                number: *number,
                name: (*name).to_owned(),
                resolution: resolution.map(str::to_owned),
            });
        }
        String::from_utf8(writer.finish()).unwrap()
    }

    #[test]
    fn a_device_without_channels_has_an_empty_line_up() {
        assert_eq!(written(Form::Json, &[]), "[]");
        assert!(written(Form::Xml, &[]).ends_with("<Lineup>\n</Lineup>\n"));
        assert_eq!(written(Form::M3u, &[]), "#EXTM3U\n");
    }

    #[test]
    fn each_channel_has_its_number_its_name_and_an_address_by_its_number() {
        let lines = [
            (20_000, "One", Some("1080p")),
            (20_001, "A & \"B\"\n", None),
            (20_001, "Twice", None),
        ];
        let json: serde_json::Value = serde_json::from_str(&written(Form::Json, &lines)).unwrap();
        assert_eq!(
            json,
            json!([
                {"GuideNumber": "2", "GuideName": "One", "HD": 1, "URL": "http://tv.home/hdhr/101010AD/auto/v2"},
                {"GuideNumber": "2.1", "GuideName": "A & \"B\"\n", "HD": 0, "URL": "http://tv.home/hdhr/101010AD/auto/v2.1"},
            ])
        );
        let xml = written(Form::Xml, &lines);
        assert!(
            xml.contains(
                "<GuideNumber>2.1</GuideNumber><GuideName>A &amp; &quot;B&quot; </GuideName><HD>0</HD>"
            ),
            "{xml}"
        );
        assert_eq!(xml.matches("<Program>").count(), 2);
        let m3u = written(Form::M3u, &lines);
        assert_eq!(m3u.lines().count(), 5, "{m3u}");
        assert!(
            m3u.contains("tvg-name=\"A & 'B' \",2.1 A & \"B\" \nhttp://tv.home/hdhr/101010AD/auto/v2.1\n"),
            "{m3u}"
        );
    }
}
