//! A message that outlives one redirect, in a signed cookie.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::edge::{Client, Edge};
use crate::support::crypto;
use crate::web::ui::Toast;

const NAME: &str = "flash";
const PURPOSE: &str = "flash";
const MINUTES: i64 = 5;
/// Browsers keep cookies of up to 4 KiB.
const MAX_CHARACTERS: usize = 600;

/// How a message is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    Success,
    Info,
    Warning,
    Danger,
}

impl Tone {
    /// Part of class names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Danger => "danger",
        }
    }

    pub fn icon(self) -> &'static str {
        match self {
            Self::Success => "circle-check",
            Self::Info => "info",
            Self::Warning => "triangle-alert",
            Self::Danger => "circle-x",
        }
    }

    /// The word that stands beside the colour, for who does not see it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Success => "Done",
            Self::Info => "Note",
            Self::Warning => "Warning",
            Self::Danger => "Error",
        }
    }
}

/// What happened, told once on the next page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    pub tone: Tone,
    pub text: String,
}

impl Flash {
    pub fn success(text: impl Into<String>) -> Self {
        Self::new(Tone::Success, text)
    }

    pub fn info(text: impl Into<String>) -> Self {
        Self::new(Tone::Info, text)
    }

    pub fn warning(text: impl Into<String>) -> Self {
        Self::new(Tone::Warning, text)
    }

    fn new(tone: Tone, text: impl Into<String>) -> Self {
        let text: String = text.into();
        Self {
            tone,
            text: text.chars().take(MAX_CHARACTERS).collect(),
        }
    }

    /// The same message for a page that stays, beside a fragment.
    pub fn toast(&self) -> Toast {
        Toast::new(self.tone, &self.text).out_of_band()
    }
}

/// The message that the page before left, if it is ours.
pub fn read(req: &HttpRequest) -> Option<Flash> {
    let edge = req.app_data::<web::Data<Edge>>()?;
    let cookie = req.cookie(NAME)?;
    let (content, signature) = cookie.value().split_once('.')?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    if !crypto::equal(&edge.keys.fingerprint(PURPOSE, content.as_bytes()), &signature) {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(content).ok()?).ok()
}

/// Leaves a message for the next page.
pub(super) fn leave(req: &HttpRequest, response: &mut HttpResponse, message: &Flash) {
    let Some(edge) = req.app_data::<web::Data<Edge>>() else {
        return;
    };
    let content = URL_SAFE_NO_PAD.encode(serde_json::to_vec(message).unwrap_or_default());
    let signature = URL_SAFE_NO_PAD.encode(edge.keys.fingerprint(PURPOSE, content.as_bytes()));
    set(
        req,
        response,
        format!("{content}.{signature}"),
        Duration::minutes(MINUTES),
    );
}

/// Forgets the message after it was shown.
pub(super) fn clear(req: &HttpRequest, response: &mut HttpResponse) {
    if req.cookie(NAME).is_some() {
        set(req, response, String::new(), Duration::ZERO);
    }
}

fn set(req: &HttpRequest, response: &mut HttpResponse, value: String, age: Duration) {
    let cookie = Cookie::build(NAME, value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(Client::of(req).https)
        .max_age(age)
        .finish();
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
