use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::show::render;
use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::settings::{self, Error, Key, Setting};
use crate::support::validation::Invalid;
use crate::web::kit::Flash;
use crate::web::kit::respond::{self, Answer};
use crate::web::ui;

/// The setting, and the name of its field.
pub(super) const PUBLIC_URL: &str = "public_url";

/// The address at which players reach this server, as the form shows it.
pub(super) struct Address {
    /// In force; absent until somebody confirms one.
    pub confirmed: Option<String>,
    pub locked: bool,
    /// What stands in the field.
    pub typed: String,
    pub invalid: Invalid,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(super) struct AddressForm {
    public_url: String,
}

impl Address {
    /// As it is stored; `guess` stands in the field as long as nothing is.
    pub fn of(setting: &Setting, guess: String) -> Self {
        let confirmed = setting.value.as_str().map(str::to_owned);
        Self {
            typed: confirmed.clone().unwrap_or(guess),
            locked: setting.is_locked(),
            confirmed,
            invalid: Invalid::default(),
        }
    }

    /// Whether only this machine reaches the address in the field.
    pub fn is_loopback(&self) -> bool {
        let Ok(url) = url::Url::parse(self.typed.trim()) else {
            return false;
        };
        match url.host() {
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            None => false,
        }
    }
}

/// POST /library/address: confirms or changes the address.
pub(super) async fn update(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    form: Form<AddressForm>,
) -> Answer {
    let typed = form.into_inner().public_url;
    let values = Map::from_iter([(PUBLIC_URL.to_owned(), json!(typed.trim()))]);
    match settings::set(&ctx, &admin.user.actor(), &values).await {
        Ok(()) => {
            let message = Flash::success("The address is confirmed. Links in files begin with it.");
            respond::redirect(&req, super::INDEX, Some(message))
        }
        Err(Error::Invalid(invalid)) => {
            let refused = Some((typed, invalid));
            render(&req, &admin, &ctx, StatusCode::UNPROCESSABLE_ENTITY, 0, refused).await
        }
        Err(error) => Err(error.into()),
    }
}

/// POST /library/address/checks: the message of the field, once it was left.
pub(super) async fn check(req: HttpRequest, _: Admin, form: Form<AddressForm>) -> Answer {
    let value = Value::String(form.into_inner().public_url);
    let message = Key::find(PUBLIC_URL).and_then(|key| key.check(&value).err());
    let mut invalid = Invalid::default();
    if let Some(message) = message {
        invalid.add(PUBLIC_URL, message);
    }
    let field = ui::Field::url(PUBLIC_URL, "", "")
        .in_form(PUBLIC_URL)
        .errors(&invalid);
    respond::html(&req, &field.message())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_this_machine_alone_is_noticed() {
        let is_loopback = |typed: &str| {
            let address = Address {
                confirmed: None,
                locked: false,
                typed: typed.to_owned(),
                invalid: Invalid::default(),
            };
            address.is_loopback()
        };
        for typed in [
            "http://localhost:8080",
            "http://127.1.2.3/",
            "https://[::1]/",
            " http://tv.localhost",
        ] {
            assert!(is_loopback(typed), "{typed}");
        }
        for typed in ["http://192.168.1.10:8080", "https://tv.example", "nonsense", ""] {
            assert!(!is_loopback(typed), "{typed}");
        }
    }
}
