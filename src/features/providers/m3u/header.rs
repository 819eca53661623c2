//! What the `#EXTM3U` line says about the whole list.

use super::extinf;

/// More guide addresses than any list names in earnest.
const MOST_GUIDES: usize = 64;

/// The list's own attributes. A concatenated list has several header lines; the first value of each stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListHeader {
    /// Addresses of guides from `url-tvg` and `x-tvg-url`, in order, without doubles.
    pub guide_urls: Vec<String>,
    /// All other attributes, keys in lower case: `tvg-shift`, `catchup`, `catchup-source`…
    pub attributes: Vec<(String, String)>,
}

impl ListHeader {
    /// The value of an attribute of the header.
    pub fn attribute(&self, key: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, value)| value.as_str())
    }

    /// Reads what follows `#EXTM3U`.
    pub(super) fn read(&mut self, text: &str) {
        let mut attributes = Vec::new();
        extinf::parse(text, &mut attributes);
        for attribute in attributes {
            let key = text[attribute.key].to_ascii_lowercase();
            let value = &text[attribute.value];
            match key.as_str() {
                "url-tvg" | "x-tvg-url" | "tvg-url" => self.add_guides(value),
                _ if value.is_empty() || self.attributes.len() >= MOST_GUIDES => {}
                _ if self.attribute(&key).is_some() => {}
                _ => self.attributes.push((key, value.to_owned())),
            }
        }
    }

    fn add_guides(&mut self, list: &str) {
        for url in list
            .split([',', ';', ' '])
            .map(str::trim)
            .filter(|url| !url.is_empty())
        {
            if self.guide_urls.len() < MOST_GUIDES && !self.guide_urls.iter().any(|known| known == url) {
                self.guide_urls.push(url.to_owned());
            }
        }
    }
}
