//! A provider as somebody wants it to be: one draft behind the form and the JSON, with the rules of each field.

mod rules;
mod sent;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use validator::Validate;

use super::renames::Rule;
use super::{Kind, Provider, Reading, Secrets, Source, Uploaded, import, mask, uploads};
use crate::support::validation::Invalid;
use rules::{
    account_word, backups, excluded_groups, group_patterns, header_set, header_text, one_line, panel_hosts,
    panel_url, playlist_url, rename_rules, web_url,
};
use sent::{Sent, unmasked};

pub(super) const CHOOSE_TYPE: &str = "Choose a type: m3u or xstream.";

/// The rename rules that somebody sends of a provider, without anything else of it; those it has if none were sent.
///
/// # Errors
/// The messages of the field.
pub fn rules_sent(sent: &Map<String, Value>, provider: &Provider) -> Result<Vec<Rule>, Invalid> {
    const FIELD: &str = "rename_rules";
    let mut sent = Sent {
        sent,
        errors: Invalid::default(),
    };
    let mut known = provider.reading.rename_rules.clone();
    sent.rename_rules(FIELD, &mut known);
    if let Err(error) = rename_rules(&known) {
        let message = error.message.unwrap_or_default();
        sent.errors.merge(Invalid::field(FIELD, message));
    }
    sent.errors.into_result().map(|()| known)
}

pub const DEFAULT_PRIORITY: i64 = 50;

/// Every field of a provider, resolved: what was sent on top of what was there.
#[derive(Clone, PartialEq, Validate)]
pub struct Draft {
    #[validate(
        custom(function = one_line),
        length(max = 100, message = "A name has at most 100 characters.")
    )]
    pub name: String,
    pub kind: Kind,
    pub enabled: bool,
    #[validate(range(min = 1, max = 100, message = "Priority is a whole number from 1 to 100."))]
    pub priority: i64,
    #[validate(range(
        min = 1,
        max = 1000,
        message = "Connections are a whole number from 1 to 1,000."
    ))]
    pub max_connections: Option<i64>,
    #[validate(custom(function = header_text), length(max = 500, message = "A user agent has at most 500 characters."))]
    pub user_agent: Option<String>,
    #[validate(custom(function = panel_url))]
    pub xstream_host: String,
    #[validate(custom(function = account_word))]
    pub xstream_username: String,
    #[validate(custom(function = account_word))]
    pub xstream_password: String,
    #[validate(custom(function = panel_hosts))]
    pub backup_hosts: Vec<String>,
    #[validate(custom(function = playlist_url))]
    pub m3u_url: String,
    /// What of the playlist's places counts: one of them.
    pub source: Source,
    #[validate(custom(function = backups))]
    pub backup_urls: Vec<String>,
    #[validate(custom(function = web_url))]
    pub epg_url: Option<String>,
    #[validate(custom(function = header_set))]
    pub headers: BTreeMap<String, String>,
    #[validate(custom(function = group_patterns))]
    pub include_groups: Vec<String>,
    #[validate(custom(function = excluded_groups))]
    pub exclude_groups: Vec<String>,
    #[validate(custom(function = rename_rules))]
    pub rename_rules: Vec<Rule>,
}

impl Draft {
    /// What was sent, for a provider that is not there yet, with the file that came along.
    ///
    /// # Errors
    /// The messages of each field that cannot stand.
    pub fn new(sent: &Map<String, Value>, file: Option<Uploaded>) -> Result<Self, Invalid> {
        let empty = Self {
            name: String::new(),
            kind: Kind::M3u,
            enabled: true,
            priority: DEFAULT_PRIORITY,
            max_connections: None,
            user_agent: None,
            xstream_host: String::new(),
            xstream_username: String::new(),
            xstream_password: String::new(),
            backup_hosts: Vec::new(),
            m3u_url: String::new(),
            source: Source::Address,
            backup_urls: Vec::new(),
            epg_url: None,
            headers: BTreeMap::new(),
            include_groups: Vec::new(),
            exclude_groups: Vec::new(),
            rename_rules: Vec::new(),
        };
        let mut errors = Invalid::default();
        if sent.get("type").is_none_or(Value::is_null) {
            errors.add("type", CHOOSE_TYPE);
        }
        empty.with(sent, file, errors)
    }

    /// A stored provider with what was sent on top: an absent field stays, null empties it or gives it its default, and
    /// an address that was sent as it is shown, masked, stays what it is.
    ///
    /// # Errors
    /// The messages of each field that cannot stand.
    pub fn changed(
        provider: &Provider,
        secrets: &Secrets,
        sent: &Map<String, Value>,
        file: Option<Uploaded>,
    ) -> Result<Self, Invalid> {
        let stored = Self {
            name: provider.name.clone(),
            kind: provider.kind,
            enabled: provider.enabled,
            priority: provider.priority,
            max_connections: provider.max_connections,
            user_agent: provider.user_agent.clone(),
            xstream_host: secrets.xstream_host.clone(),
            xstream_username: secrets.xstream_username.clone(),
            xstream_password: secrets.xstream_password.clone(),
            backup_hosts: secrets.backup_hosts.clone(),
            m3u_url: secrets.m3u_url.clone(),
            source: provider.source.clone(),
            backup_urls: secrets.backup_urls.clone(),
            epg_url: secrets.epg_url.clone(),
            headers: secrets.headers.clone(),
            include_groups: provider.reading.include_groups.clone(),
            exclude_groups: provider.reading.exclude_groups.clone(),
            rename_rules: provider.reading.rename_rules.clone(),
        };
        stored.with(sent, file, Invalid::default())
    }

    /// How its list is to be read.
    pub fn reading(&self) -> Reading {
        Reading {
            include_groups: self.include_groups.clone(),
            exclude_groups: self.exclude_groups.clone(),
            rename_rules: self.rename_rules.clone(),
        }
    }

    /// The names of the fields that are not as stored.
    pub fn differences(&self, provider: &Provider, secrets: &Secrets) -> Vec<&'static str> {
        let checks = [
            ("name", self.name == provider.name),
            ("type", self.kind == provider.kind),
            ("enabled", self.enabled == provider.enabled),
            ("priority", self.priority == provider.priority),
            (
                "max_connections",
                self.max_connections == provider.max_connections,
            ),
            ("user_agent", self.user_agent == provider.user_agent),
            ("xstream_host", self.xstream_host == secrets.xstream_host),
            (
                "xstream_username",
                self.xstream_username == secrets.xstream_username,
            ),
            (
                "xstream_password",
                self.xstream_password == secrets.xstream_password,
            ),
            ("backup_hosts", self.backup_hosts == secrets.backup_hosts),
            ("m3u_url", self.m3u_url == secrets.m3u_url),
            (
                uploads::FIELD,
                self.source.uploaded() == provider.source.uploaded(),
            ),
            (import::FIELD, self.source.path() == provider.source.path()),
            ("backup_urls", self.backup_urls == secrets.backup_urls),
            ("epg_url", self.epg_url == secrets.epg_url),
            ("headers", self.headers == secrets.headers),
            (
                "include_groups",
                self.include_groups == provider.reading.include_groups,
            ),
            (
                "exclude_groups",
                self.exclude_groups == provider.reading.exclude_groups,
            ),
            ("rename_rules", self.rename_rules == provider.reading.rename_rules),
        ];
        checks
            .into_iter()
            .filter(|(_, is_same)| !is_same)
            .map(|(field, _)| field)
            .collect()
    }

    fn with(
        mut self,
        sent: &Map<String, Value>,
        file: Option<Uploaded>,
        errors: Invalid,
    ) -> Result<Self, Invalid> {
        let mut sent = Sent { sent, errors };
        sent.text("name", |name| self.name = name.unwrap_or_default());
        sent.kind(&mut self.kind);
        sent.flag("enabled", |enabled| self.enabled = enabled.unwrap_or(true));
        sent.number("priority", |priority| {
            self.priority = priority.unwrap_or(DEFAULT_PRIORITY)
        });
        sent.number("max_connections", |most| self.max_connections = most);
        sent.text("user_agent", |agent| {
            self.user_agent = agent.filter(|agent| !agent.is_empty())
        });
        sent.text("xstream_host", |host| {
            self.xstream_host = rules::host(host.unwrap_or_default())
        });
        sent.word("xstream_username", mask::account, &mut self.xstream_username);
        sent.word("xstream_password", mask::password, &mut self.xstream_password);
        let known = std::mem::take(&mut self.backup_hosts);
        self.backup_hosts = sent
            .list("backup_hosts", &known)
            .into_iter()
            .map(rules::host)
            .collect();
        let known = [self.m3u_url.clone()];
        sent.text("m3u_url", |url| {
            self.m3u_url = unmasked(url.unwrap_or_default(), &known, 0)
        });
        let known: Vec<String> = self.epg_url.iter().cloned().collect();
        sent.text("epg_url", |url| {
            self.epg_url = url
                .filter(|url| !url.is_empty())
                .map(|url| unmasked(url, &known, 0));
        });
        let known = std::mem::take(&mut self.backup_urls);
        self.backup_urls = sent.list("backup_urls", &known);
        self.headers = sent.headers("headers", std::mem::take(&mut self.headers));
        sent.texts("include_groups", &mut self.include_groups);
        sent.texts("exclude_groups", &mut self.exclude_groups);
        sent.rename_rules("rename_rules", &mut self.rename_rules);
        self.source = sent.source(std::mem::take(&mut self.source), file);
        let mut errors = sent.errors;
        match self.kind {
            Kind::M3u => {
                self.xstream_host.clear();
                self.xstream_username.clear();
                self.xstream_password.clear();
                self.backup_hosts.clear();
            }
            Kind::Xtream => self.source = Source::Address,
        }
        if self.kind == Kind::Xtream || self.source != Source::Address {
            self.m3u_url.clear();
            self.backup_urls.clear();
        }
        errors.merge(Invalid::of(&self));
        if let Some(Err(problem)) = self.source.path().map(import::judge) {
            errors.add(import::FIELD, format!("Not taken: {problem}."));
        }
        for (field, message) in rules::lacking(&self) {
            if !errors.fields().contains_key(field) {
                errors.add(field, message);
            }
        }
        errors.into_result().map(|()| self)
    }
}
