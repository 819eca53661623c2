//! Requests as they are read from a connection.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

const MAX_HEAD: u64 = 64 * 1024;
const MAX_BODY: u64 = 1024 * 1024;

/// A request as it arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// The path without its query.
    pub fn path(&self) -> &str {
        self.target
            .split_once('?')
            .map_or(self.target.as_str(), |(path, _)| path)
    }

    /// The query without its question mark.
    pub fn query(&self) -> Option<&str> {
        self.target.split_once('?').map(|(_, query)| query)
    }

    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Reads the next request; `None` where the connection ended or is not HTTP.
    pub(super) async fn read(from: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<Self>> {
        let mut head = from.take(MAX_HEAD);
        let Some(first) = line(&mut head).await? else {
            return Ok(None);
        };
        let mut words = first.split_ascii_whitespace();
        let (Some(method), Some(target)) = (words.next(), words.next()) else {
            return Ok(None);
        };
        let mut request = Self {
            method: method.into(),
            target: target.into(),
            ..Self::default()
        };
        loop {
            match line(&mut head).await? {
                None => return Ok(None),
                Some(text) if text.is_empty() => break,
                Some(text) => {
                    let (name, value) = text.split_once(':').unwrap_or((&text, ""));
                    request.headers.push((name.trim().into(), value.trim().into()));
                }
            }
        }
        let length = request
            .header("content-length")
            .and_then(|value| value.parse().ok())
            .unwrap_or(0_u64);
        from.take(length.min(MAX_BODY))
            .read_to_end(&mut request.body)
            .await?;
        Ok(Some(request))
    }
}

async fn line(from: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    if from.read_until(b'\n', &mut bytes).await? == 0 || bytes.pop() != Some(b'\n') {
        return Ok(None);
    }
    if bytes.last() == Some(&b'\r') {
        bytes.pop();
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}
