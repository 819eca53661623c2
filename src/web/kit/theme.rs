//! Light or dark: by the system's preference until somebody chooses; the choice is a cookie, so no page flashes.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::respond;
use super::urls;
use crate::edge::{Client, Problem};

pub const PATH: &str = "/theme";
const NAME: &str = "theme";

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// What the visitor chose.
    pub fn of(req: &HttpRequest) -> Self {
        match req.cookie(NAME).as_ref().map(Cookie::value) {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::System,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::System => "As the system",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    pub fn icon(self) -> &'static str {
        match self {
            Self::System => "monitor",
            Self::Light => "sun",
            Self::Dark => "moon",
        }
    }
}

#[derive(Deserialize)]
pub struct Choice {
    theme: Theme,
}

/// Remembers the choice for a year and goes back to the page.
pub async fn update(req: HttpRequest, choice: web::Form<Choice>) -> Result<HttpResponse, Problem> {
    let cookie = Cookie::build(NAME, choice.theme.name())
        .path("/")
        .same_site(SameSite::Lax)
        .http_only(true)
        .secure(Client::of(&req).https)
        .max_age(Duration::days(365))
        .finish();
    let mut response = respond::redirect(&req, &urls::back(&req), None)?;
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}
