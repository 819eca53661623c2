use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::typed::{header, lines, number, split};
use crate::features::providers::uploads::FIELD as FILE;
use crate::features::providers::{Kind, Shown, Source, import, mask};
use crate::support::crypto::random_token;
use crate::support::validation::Invalid;

/// The id of the form, and the beginning of its fields' ids.
pub(super) const FORM: &str = "provider";

/// A provider as the form holds it: what was typed, as text.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct ProviderForm {
    pub form_key: String,
    pub name: String,
    pub r#type: String,
    pub xstream_host: String,
    pub xstream_username: String,
    /// Never shown again; left empty for a stored provider, it stays what it is.
    pub xstream_password: String,
    /// One address a line.
    pub backup_hosts: String,
    /// Where the playlist comes from: `address`, `upload` or `path`.
    pub source: String,
    pub m3u_url: String,
    pub m3u_path: String,
    /// A file came along. It is not sent back.
    #[serde(skip)]
    pub has_file: bool,
    /// One address a line.
    pub backup_urls: String,
    pub priority: String,
    pub max_connections: String,
    pub user_agent: String,
    /// One `Name: value` a line.
    pub headers: String,
    /// One name or pattern a line.
    pub include_groups: String,
    pub exclude_groups: String,
    enabled: Option<String>,
    /// Which field was left, where only that one is to be checked.
    pub field: String,
}

impl ProviderForm {
    /// For a new provider.
    pub fn new() -> Self {
        Self {
            form_key: random_token().expose_secret().to_owned(),
            r#type: "m3u".to_owned(),
            source: ADDRESS.to_owned(),
            priority: "50".to_owned(),
            enabled: Some("true".to_owned()),
            ..Self::default()
        }
    }

    /// For a stored one, its addresses masked.
    pub fn of(shown: &Shown) -> Self {
        let provider = &shown.provider;
        let lines: Vec<String> = shown
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        Self {
            name: provider.name.clone(),
            r#type: provider.kind.as_str().to_owned(),
            xstream_host: shown.xstream_host.clone(),
            xstream_username: shown.xstream_username.clone(),
            backup_hosts: shown.backup_hosts.join("\n"),
            source: match provider.source {
                Source::Address => ADDRESS.to_owned(),
                Source::Upload(_) => UPLOAD.to_owned(),
                Source::Path(_) => PATH.to_owned(),
            },
            m3u_url: shown.m3u_url.clone(),
            m3u_path: provider.source.path().unwrap_or_default().to_owned(),
            backup_urls: shown.backup_urls.join("\n"),
            priority: provider.priority.to_string(),
            max_connections: provider
                .max_connections
                .map(|most| most.to_string())
                .unwrap_or_default(),
            user_agent: provider.user_agent.clone().unwrap_or_default(),
            headers: lines.join("\n"),
            include_groups: provider.reading.include_groups.join("\n"),
            exclude_groups: provider.reading.exclude_groups.join("\n"),
            enabled: provider.enabled.then(|| "true".to_owned()),
            ..Self::default()
        }
    }

    pub fn enabled(&self) -> bool {
        self.enabled.is_some()
    }

    /// Whether the playlist comes from a file that is sent along.
    pub fn takes_file(&self) -> bool {
        self.source == UPLOAD && Kind::parse(&self.r#type) != Ok(Kind::Xtream)
    }

    /// The fields as a program would send them.
    pub fn sent(&self) -> Map<String, Value> {
        let fields = json!({
            "name": self.name,
            "type": self.r#type,
            "xstream_host": self.xstream_host,
            "xstream_username": self.xstream_username,
            "backup_hosts": lines(&self.backup_hosts).collect::<Vec<_>>(),
            "m3u_url": self.m3u_url,
            "backup_urls": lines(&self.backup_urls).collect::<Vec<_>>(),
            "priority": number(&self.priority),
            "max_connections": number(&self.max_connections),
            "user_agent": self.user_agent,
            "headers": lines(&self.headers).map(header).collect::<Map<_, _>>(),
            "include_groups": lines(&self.include_groups).collect::<Vec<_>>(),
            "exclude_groups": lines(&self.exclude_groups).collect::<Vec<_>>(),
            "enabled": self.enabled(),
        });
        let mut fields = match fields {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        let path = (self.source == PATH).then_some(self.m3u_path.as_str());
        fields.insert(import::FIELD.to_owned(), json!(path));
        if self.source == UPLOAD || self.source == PATH {
            fields.insert("m3u_url".to_owned(), Value::Null);
        }
        if self.source != UPLOAD {
            fields.insert(FILE.to_owned(), Value::Null);
        }
        if !self.xstream_password.is_empty() {
            fields.insert("xstream_password".to_owned(), json!(self.xstream_password));
        }
        fields
    }

    /// Empties what holds a secret, before the form is shown again, and says so at the field.
    pub fn forget_secrets(&mut self, invalid: &mut Invalid) {
        if self.has_file && !invalid.fields().contains_key(FILE) {
            invalid.add(FILE, "Choose the file again: it is not sent back.");
        }
        if !self.xstream_password.is_empty() {
            self.xstream_password.clear();
            invalid.add(
                "xstream_password",
                "Type the password again: it is not sent back.",
            );
        }
        if mask::hides(&self.xstream_host) {
            self.xstream_host.clear();
            invalid.add("xstream_host", RETYPE);
        }
        if lines(&self.backup_hosts).any(mask::hides) {
            let kept: Vec<&str> = lines(&self.backup_hosts)
                .filter(|host| !mask::hides(host))
                .collect();
            self.backup_hosts = kept.join("\n");
            invalid.add("backup_hosts", RETYPE);
        }
        if mask::hides(&self.m3u_url) {
            self.m3u_url.clear();
            invalid.add("m3u_url", RETYPE);
        }
        if lines(&self.backup_urls).any(mask::hides) {
            let kept: Vec<&str> = lines(&self.backup_urls).filter(|url| !mask::hides(url)).collect();
            self.backup_urls = kept.join("\n");
            invalid.add("backup_urls", RETYPE);
        }
        let is_secret = |line: &&str| {
            let (name, value) = split(line);
            mask::header(name, value) != value
        };
        if lines(&self.headers).any(|line| is_secret(&line)) {
            let kept: Vec<&str> = lines(&self.headers).filter(|line| !is_secret(line)).collect();
            self.headers = kept.join("\n");
            invalid.add(
                "headers",
                "Type the missing headers again: values that may be secret are not sent back.",
            );
        }
    }

    /// Whether the part with the choice of groups begins open.
    pub fn has_groups(&self, invalid: &Invalid) -> bool {
        let is_wrong = |field: &&str| invalid.fields().contains_key(*field);
        ["include_groups", "exclude_groups"].iter().any(is_wrong)
            || !self.include_groups.is_empty()
            || !self.exclude_groups.is_empty()
    }

    /// Whether the part with the rarer fields begins open.
    pub fn is_detailed(&self, invalid: &Invalid) -> bool {
        let rare = [
            "backup_hosts",
            "backup_urls",
            "priority",
            "max_connections",
            "user_agent",
            "headers",
        ];
        rare.iter().any(|field| invalid.fields().contains_key(*field))
            || [
                &self.backup_hosts,
                &self.backup_urls,
                &self.max_connections,
                &self.user_agent,
                &self.headers,
            ]
            .iter()
            .any(|text| !text.is_empty())
    }
}

pub(super) const ADDRESS: &str = "address";
pub(super) const UPLOAD: &str = "upload";
pub(super) const PATH: &str = "path";

const RETYPE: &str = "Type the address again: it holds a password, which is not sent back.";

#[cfg(test)]
mod tests {
    use super::*;

    fn typed() -> ProviderForm {
        ProviderForm {
            name: "Alpha".to_owned(),
            m3u_url: "http://tv.example/get.php?password=s3cret".to_owned(),
            backup_urls: " http://b.example/list.m3u \n\nhttp://ann:s3cret@c.example/".to_owned(),
            priority: " 60 ".to_owned(),
            max_connections: "two".to_owned(),
            headers: "Referer: http://tv.example/\nAuthorization: Bearer s3cret\nnonsense".to_owned(),
            ..ProviderForm::new()
        }
    }

    #[test]
    fn a_form_says_what_json_would_say() {
        let sent = typed().sent();
        assert_eq!(sent["priority"], json!(60));
        assert_eq!(sent["max_connections"], json!("two"));
        assert_eq!(
            sent["backup_urls"],
            json!(["http://b.example/list.m3u", "http://ann:s3cret@c.example/"])
        );
        assert_eq!(
            sent["headers"],
            json!({ "Referer": "http://tv.example/", "Authorization": "Bearer s3cret", "nonsense": "" })
        );
        assert_eq!(
            (&sent["enabled"], &sent["user_agent"]),
            (&json!(true), &json!(""))
        );
        let off = ProviderForm {
            enabled: None,
            ..typed()
        };
        assert_eq!(off.sent()["enabled"], json!(false));
    }

    #[test]
    fn a_form_that_is_shown_again_keeps_what_was_typed_except_secrets() {
        let mut form = typed();
        let mut invalid = Invalid::field("max_connections", "This must be a whole number.");
        form.forget_secrets(&mut invalid);
        assert!(!format!("{form:?}").contains("s3cret"));
        assert_eq!(
            (form.name.as_str(), form.max_connections.as_str()),
            ("Alpha", "two")
        );
        assert_eq!(form.backup_urls, "http://b.example/list.m3u");
        assert_eq!(form.headers, "Referer: http://tv.example/\nnonsense");
        let fields: Vec<&String> = invalid.fields().keys().collect();
        assert_eq!(fields, ["backup_urls", "headers", "m3u_url", "max_connections"]);
    }

    #[test]
    fn a_password_is_sent_once_and_never_comes_back() {
        let mut form = ProviderForm {
            r#type: "xstream".to_owned(),
            xstream_host: "http://tv.example:8080".to_owned(),
            xstream_username: "livingroom".to_owned(),
            xstream_password: " s3cret ".to_owned(),
            backup_hosts: "http://b.example\nhttp://c.example/get.php?password=s3cret".to_owned(),
            ..ProviderForm::new()
        };
        assert_eq!(form.sent()["xstream_password"], json!(" s3cret "));
        let mut invalid = Invalid::default();
        form.forget_secrets(&mut invalid);
        assert!(!format!("{form:?}").contains("s3cret"));
        assert_eq!(
            (form.xstream_username.as_str(), form.backup_hosts.as_str()),
            ("livingroom", "http://b.example")
        );
        assert!(!form.sent().contains_key("xstream_password"));
        assert_eq!(invalid.fields().len(), 2);
    }

    #[test]
    fn an_address_as_it_is_shown_may_be_shown_again() {
        let mut form = typed();
        form.m3u_url = mask::url(&form.m3u_url);
        form.backup_urls.clear();
        form.headers = "Authorization: ***".to_owned();
        let mut invalid = Invalid::default();
        form.forget_secrets(&mut invalid);
        assert!(invalid.is_empty());
        assert_eq!(form.m3u_url, "http://tv.example/get.php?password=***");
    }
}
