//! What a provider lists once, as the catalogue stores it, and its compact form while a run is not yet applied.

use super::number::ChannelNumber;

/// The three kinds of things a provider lists. What is compared between two runs is compared within one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    Live,
    Movie,
    Episode,
}

impl EntryKind {
    pub const ALL: [Self; 3] = [Self::Live, Self::Movie, Self::Episode];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Movie => "movie",
            Self::Episode => "episode",
        }
    }

    /// The kind in the words of people: a provider's live channels, films, episodes.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Live => "live streams",
            Self::Movie => "films",
            Self::Episode => "episodes",
        }
    }
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content<'a> {
    Live,
    Movie {
        title: &'a str,
        year: Option<i64>,
    },
    Episode {
        series: &'a str,
        /// Where the series' name states one.
        year: Option<i64>,
        season: i64,
        episode: i64,
        title: Option<&'a str>,
    },
}

impl Content<'_> {
    pub fn kind(&self) -> EntryKind {
        match self {
            Self::Live => EntryKind::Live,
            Self::Movie { .. } => EntryKind::Movie,
            Self::Episode { .. } => EntryKind::Episode,
        }
    }
}

/// Keyed hashes by which an entry is found again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EntryKeys {
    /// Of tvg-id, listed name and group.
    pub identity: i64,
    /// Of path and query without host, credentials and tokens.
    pub url: i64,
    /// Of the tvg-id; of a panel's episode, of the series that it is listed under.
    pub tvg: Option<i64>,
    /// Of every stored fact: equal digests are equal rows.
    pub digest: i64,
}

/// One entry without its secrets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry<'a> {
    pub content: Content<'a>,
    /// By the rules of its provider, if they name it otherwise than it is listed.
    pub name: &'a str,
    /// What the list says in place of that name.
    pub listed_name: Option<&'a str>,
    /// The first of its groups; empty if it has none.
    pub group: &'a str,
    pub tvg_id: Option<&'a str>,
    pub country: Option<&'a str>,
    pub language: Option<&'a str>,
    pub number: Option<ChannelNumber>,
    pub logo_url: Option<&'a str>,
    pub url_template: &'a str,
    /// The stored word of the stream's format.
    pub format: &'a str,
    /// JSON object of the request headers that are no secrets.
    pub headers: Option<&'a str>,
    /// JSON object of further attributes that outputs repeat.
    pub metadata: Option<&'a str>,
}

/// The bytes are no entry: they were cut or are of another version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a staged entry cannot be read")]
pub struct Malformed;

impl<'a> Entry<'a> {
    /// Appends the compact form, which [`Entry::decode`] reads without copying.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match self.content {
            Content::Live => out.push(0),
            Content::Movie { title, year } => {
                out.push(1);
                put_text(out, title);
                put_number(out, year);
            }
            Content::Episode {
                series,
                year,
                season,
                episode,
                title,
            } => {
                out.push(2);
                put_text(out, series);
                put_number(out, year);
                put_number(out, Some(season));
                put_number(out, Some(episode));
                put_optional(out, title);
            }
        }
        for text in [self.name, self.group, self.url_template, self.format] {
            put_text(out, text);
        }
        for text in [
            self.tvg_id,
            self.country,
            self.language,
            self.logo_url,
            self.headers,
            self.metadata,
        ] {
            put_optional(out, text);
        }
        put_number(out, self.number.map(ChannelNumber::stored));
        // Nothing where the name is as listed: what was stored without rules stays equal.
        if let Some(listed) = self.listed_name {
            put_text(out, listed);
        }
    }

    /// # Errors
    /// [`Malformed`] if the bytes are not what [`Entry::encode`] wrote.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut input = Input(bytes);
        Ok(Self {
            content: input.content()?,
            name: input.text()?,
            group: input.text()?,
            url_template: input.text()?,
            format: input.text()?,
            tvg_id: input.optional()?,
            country: input.optional()?,
            language: input.optional()?,
            logo_url: input.optional()?,
            headers: input.optional()?,
            metadata: input.optional()?,
            number: input.number()?.and_then(ChannelNumber::from_stored),
            listed_name: match input.0 {
                [] => None,
                _ => Some(input.text()?),
            },
        })
    }

    /// The name that its provider lists.
    pub fn listed(&self) -> &'a str {
        self.listed_name.unwrap_or(self.name)
    }

    /// The group of an encoded entry, without reading what follows it.
    ///
    /// # Errors
    /// As [`Entry::decode`].
    pub fn group_of(bytes: &'a [u8]) -> Result<&'a str, Malformed> {
        let mut input = Input(bytes);
        input.content()?;
        input.text()?;
        input.text()
    }
}

fn put_length(out: &mut Vec<u8>, length: usize) {
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    if length < 0xff {
        out.push(length.to_le_bytes()[0]);
    } else {
        out.push(0xff);
        out.extend(length.to_le_bytes());
    }
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_length(out, text.len());
    out.extend(text.as_bytes());
}

fn put_optional(out: &mut Vec<u8>, text: Option<&str>) {
    out.push(u8::from(text.is_some()));
    if let Some(text) = text {
        put_text(out, text);
    }
}

fn put_number(out: &mut Vec<u8>, number: Option<i64>) {
    out.push(u8::from(number.is_some()));
    if let Some(number) = number {
        out.extend(number.to_le_bytes());
    }
}

struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    fn content(&mut self) -> Result<Content<'a>, Malformed> {
        Ok(match self.byte()? {
            0 => Content::Live,
            1 => Content::Movie {
                title: self.text()?,
                year: self.number()?,
            },
            2 => Content::Episode {
                series: self.text()?,
                year: self.number()?,
                season: self.number()?.ok_or(Malformed)?,
                episode: self.number()?.ok_or(Malformed)?,
                title: self.optional()?,
            },
            _ => return Err(Malformed),
        })
    }

    fn byte(&mut self) -> Result<u8, Malformed> {
        self.take(1)?.first().copied().ok_or(Malformed)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.take(N)?.try_into().map_err(|_| Malformed)
    }

    fn text(&mut self) -> Result<&'a str, Malformed> {
        let length = match self.byte()? {
            0xff => u32::from_le_bytes(self.array()?),
            short => u32::from(short),
        };
        std::str::from_utf8(self.take(length as usize)?).map_err(|_| Malformed)
    }

    fn optional(&mut self) -> Result<Option<&'a str>, Malformed> {
        if self.byte()? == 0 {
            Ok(None)
        } else {
            self.text().map(Some)
        }
    }

    fn number(&mut self) -> Result<Option<i64>, Malformed> {
        if self.byte()? == 0 {
            Ok(None)
        } else {
            Ok(Some(i64::from_le_bytes(self.array()?)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(content: Content<'static>, name: &'static str) -> Entry<'static> {
        Entry {
            content,
            name,
            listed_name: None,
            group: "",
            tvg_id: Some(""),
            country: None,
            language: Some("en"),
            number: ChannelNumber::new(2, 1),
            logo_url: None,
            url_template: "{scheme}://{host}/1.ts",
            format: "ts",
            headers: None,
            metadata: Some("{}"),
        }
    }

    #[test]
    fn every_kind_comes_back_as_it_was() {
        let long: &'static str = "é".repeat(400).leak();
        let film = Content::Movie {
            title: "Heat",
            year: None,
        };
        let episode = Content::Episode {
            series: "Fargo",
            year: Some(2014),
            season: 1,
            episode: 2,
            title: Some(long),
        };
        for content in [Content::Live, film, episode] {
            let (mut entry, mut bytes) = (entry(content, long), Vec::new());
            entry.group = "Sport";
            entry.encode(&mut bytes);
            assert_eq!(Entry::decode(&bytes), Ok(entry));
            assert_eq!(Entry::group_of(&bytes), Ok("Sport"));
            let renamed = Entry {
                listed_name: Some("UK: Sky"),
                ..entry
            };
            let mut longer = Vec::new();
            renamed.encode(&mut longer);
            assert_eq!(Entry::decode(&longer), Ok(renamed));
            assert!(
                longer.starts_with(&bytes),
                "what is not renamed is stored as before"
            );
        }
    }

    #[test]
    fn cut_bytes_are_refused() {
        let mut bytes = Vec::new();
        entry(Content::Live, "a").encode(&mut bytes);
        for length in 0..bytes.len() {
            assert_eq!(Entry::decode(&bytes[..length]), Err(Malformed), "{length}");
        }
        bytes[0] = 9;
        assert_eq!(Entry::decode(&bytes), Err(Malformed));
    }
}
