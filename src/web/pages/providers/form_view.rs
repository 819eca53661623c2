use askama::Template;

use super::form::{ADDRESS, PATH, ProviderForm, UPLOAD};
use crate::config::Config;
use crate::features::providers::uploads::FIELD as FILE;
use crate::features::providers::{Kind, Provider, import};
use crate::support::validation::Invalid;
use crate::web::kit::format;
use crate::web::ui;

/// Where a form leads and what stands in it.
pub(super) struct FormView {
    pub form: ProviderForm,
    pub invalid: Invalid,
    /// The stored provider, or none for a new one.
    pub provider: Option<Provider>,
    /// Whether files of the machine may be chosen.
    pub offers_path: bool,
    /// What the last test found, where scripts are off.
    pub tested: Option<super::tests::TestResult>,
}

impl FormView {
    pub fn new(form: ProviderForm, provider: Option<Provider>) -> Self {
        Self {
            form,
            invalid: Invalid::default(),
            provider,
            offers_path: false,
            tested: None,
        }
    }

    /// After a refusal.
    pub fn refused(mut form: ProviderForm, mut invalid: Invalid, provider: Option<Provider>) -> Self {
        if form.source == UPLOAD {
            // What lacks is the file, not the address.
            invalid = invalid.moved("m3u_url", FILE, "Choose the file of the playlist.");
        }
        if form.source == PATH {
            invalid = invalid.moved("m3u_url", import::FIELD, "Give the path of the file.");
        }
        form.forget_secrets(&mut invalid);
        Self {
            form,
            invalid,
            provider,
            offers_path: false,
            tested: None,
        }
    }

    /// With the choices that the configuration allows.
    pub fn offering(mut self, config: &Config) -> Self {
        self.offers_path = import::is_offered(config) || self.form.source == PATH;
        self
    }

    pub fn action(&self) -> String {
        self.below("")
    }

    pub fn checks(&self) -> String {
        self.below("/checks")
    }

    pub fn tests(&self) -> String {
        self.below("/tests")
    }

    /// Where groups are chosen by name; a provider that is not there yet has none.
    pub fn groups(&self) -> Option<String> {
        self.provider.as_ref().map(|_| self.below("/groups"))
    }

    /// Where cancelling leads.
    pub fn back(&self) -> String {
        self.below("")
    }

    pub fn title(&self) -> String {
        match &self.provider {
            Some(provider) => format!("Edit {}", provider.name),
            None => "Add a provider".to_owned(),
        }
    }

    pub fn submit_label(&self) -> &'static str {
        if self.provider.is_some() {
            "Save changes"
        } else {
            "Add provider"
        }
    }

    /// The types of provider, with their words.
    pub fn types(&self) -> &'static [(&'static str, &'static str); 2] {
        &[("m3u", "M3U playlist"), ("xstream", "Xtream Codes account")]
    }

    /// Where a playlist may come from.
    pub fn sources(&self) -> &'static [(&'static str, &'static str)] {
        const ALL: [(&str, &str); 3] = [
            (ADDRESS, "An address"),
            (UPLOAD, "A file that you upload"),
            (PATH, "A file on the server's machine"),
        ];
        if self.offers_path { &ALL } else { &ALL[..2] }
    }

    /// What is known of the file that is there.
    pub fn file_help(&self) -> String {
        const LATER: &str = "Gzip or not. It is stored encrypted, for every node and in every backup.";
        let uploaded = self
            .provider
            .as_ref()
            .and_then(|provider| provider.source.uploaded());
        match uploaded {
            Some(uploaded) => format!(
                "The present one has {} ({}). A new one takes its place once it is known to be a playlist.",
                format::count(uploaded.entries.cast_signed(), "entry", "entries"),
                format::bytes(uploaded.bytes.cast_signed())
            ),
            None => LATER.to_owned(),
        }
    }

    /// What an empty password means.
    pub fn password_help(&self) -> &'static str {
        match &self.provider {
            Some(provider) if provider.kind == Kind::Xtream => {
                "Leave it empty to keep the present one. It is stored encrypted."
            }
            _ => "It is stored encrypted and never shown again.",
        }
    }

    fn below(&self, rest: &str) -> String {
        match &self.provider {
            Some(provider) => format!("/providers/{}{rest}", provider.id),
            None => format!("/providers{rest}"),
        }
    }
}

/// The form alone, as a fragment.
#[derive(Template)]
#[template(path = "providers/_form.html")]
pub(super) struct FormFragment<'v> {
    pub view: &'v FormView,
}

/// The form in a dialog.
#[derive(Template)]
#[template(path = "providers/_form_dialog.html")]
pub(super) struct FormDialog<'v> {
    pub view: &'v FormView,
}

/// The form as a page.
#[derive(Template)]
#[template(path = "providers/form.html")]
pub(super) struct FormPage<'v> {
    pub page: crate::web::kit::Page,
    pub view: &'v FormView,
}
