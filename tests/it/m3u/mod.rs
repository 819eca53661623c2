//! Reading playlists as they really are.

mod bounds;
mod encodings;
mod entries;
mod quirks;
mod refusals;

use m3u_strm_processor::features::providers::m3u::{Item, Limits, NotAPlaylist, Reader, Refusal, Summary};
use url::Url;

/// An accepted entry, owned.
#[derive(Debug, Clone, PartialEq)]
struct Got {
    line: u64,
    name: String,
    url: String,
    tvg_id: Option<String>,
    tvg_name: Option<String>,
    logo: Option<String>,
    group: Option<String>,
    chno: Option<(u32, Option<u32>)>,
    duration_s: Option<u32>,
    headers: Vec<(String, String)>,
    properties: Vec<(String, String)>,
    attributes: Vec<(String, String)>,
}

#[derive(Debug, Default)]
struct Read {
    entries: Vec<Got>,
    refused: Vec<(u64, Refusal, String)>,
    summary: Summary,
}

impl Read {
    fn names(&self) -> Vec<&str> {
        self.entries.iter().map(|entry| entry.name.as_str()).collect()
    }

    fn urls(&self) -> Vec<&str> {
        self.entries.iter().map(|entry| entry.url.as_str()).collect()
    }
}

fn base() -> Url {
    Url::parse("http://list.example/lists/tv.m3u?token=t").unwrap()
}

fn read(bytes: impl AsRef<[u8]>) -> Read {
    try_read(bytes.as_ref(), usize::MAX).unwrap()
}

fn try_read(bytes: &[u8], chunk: usize) -> Result<Read, NotAPlaylist> {
    read_with(Reader::new(Limits::default()).with_base(base()), bytes, chunk)
}

fn read_with(mut reader: Reader, bytes: &[u8], chunk: usize) -> Result<Read, NotAPlaylist> {
    let mut read = Read::default();
    let mut sink = |item: Item<'_>| match item {
        Item::Refused { line, reason, name } => read.refused.push((line, reason, name.to_owned())),
        Item::Entry(entry) => {
            let owned = |text: &Option<std::borrow::Cow<'_, str>>| text.as_ref().map(|text| text.to_string());
            read.entries.push(Got {
                line: entry.line,
                name: entry.name.to_string(),
                url: entry.url.to_string(),
                tvg_id: owned(&entry.tvg_id),
                tvg_name: owned(&entry.tvg_name),
                logo: owned(&entry.tvg_logo),
                group: owned(&entry.group),
                chno: entry.chno,
                duration_s: entry.duration_s,
                headers: entry
                    .headers()
                    .iter()
                    .map(|h| (h.name.clone(), h.value.clone()))
                    .collect(),
                properties: entry.properties().to_vec(),
                attributes: entry
                    .attributes()
                    .map(|(key, value)| (key.to_owned(), value.to_owned()))
                    .collect(),
            });
        }
    };
    for piece in bytes.chunks(chunk.min(bytes.len().max(1))) {
        reader.feed(piece, &mut sink)?;
    }
    let summary = reader.finish(&mut sink)?;
    read.summary = summary;
    assert_eq!(
        read.summary.entries,
        (read.entries.len() + read.refused.len()) as u64
    );
    assert_eq!(read.summary.accepted, read.entries.len() as u64);
    assert_eq!(
        read.summary.refused.iter().sum::<u64>(),
        read.refused.len() as u64
    );
    Ok(read)
}

fn one(extinf: &str) -> Got {
    let read = read(format!("#EXTM3U\n{extinf}\nhttp://h/1.ts\n"));
    assert_eq!(read.entries.len(), 1, "{extinf}: {:?}", read.refused);
    read.entries.into_iter().next().unwrap()
}

fn test_data(path: &str) -> Option<Vec<u8>> {
    let Some(folder) = std::env::var_os("STRM_TEST_DATA") else {
        eprintln!("skipped: STRM_TEST_DATA is not set");
        return None;
    };
    Some(std::fs::read(std::path::Path::new(&folder).join(path)).unwrap())
}
