use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::show::{FORM, Typed, find, render};
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::settings::{self, Category, Error, Key, Kind, Setting};
use crate::support::validation::Invalid;
use crate::web::kit::Flash;
use crate::web::kit::respond::{self, Answer};
use crate::web::ui;

/// POST /settings/{category}: stores what differs from what is in force, all or nothing.
pub(super) async fn update(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    category: Path<String>,
    form: Form<Typed>,
) -> Answer {
    let (category, typed) = (find(&category)?, form.into_inner());
    let values = changes(category, &settings::list(&ctx).await?, &typed);
    if values.is_empty() {
        let message = Flash::info("Nothing was changed.");
        return respond::redirect(&req, &super::path(category), Some(message));
    }
    match settings::set(&ctx, &admin.user.actor(), &values).await {
        Ok(()) => {
            let titles: Vec<&str> = values
                .keys()
                .filter_map(|name| Some(Key::find(name)?.title))
                .collect();
            let message = Flash::success(format!("Saved: {}.", titles.join(", ")));
            respond::redirect(&req, &super::path(category), Some(message))
        }
        Err(Error::Invalid(invalid)) => {
            let refused = Some((typed, invalid));
            render(&req, &ctx, StatusCode::UNPROCESSABLE_ENTITY, category, refused).await
        }
        Err(error) => Err(error.into()),
    }
}

/// What of a category was typed anew.
fn changes(category: &Category, settings: &[Setting], typed: &Typed) -> Map<String, Value> {
    let of_category = settings
        .iter()
        .filter(|setting| setting.rules().category == category.name && !setting.is_locked());
    of_category
        .filter_map(|setting| {
            let key = setting.rules();
            let text = typed.get(key.name).map(String::as_str);
            if text.is_none() && !matches!(key.kind, Kind::Flag { .. }) {
                return None;
            }
            let value = key.read(text);
            let is_as_before = value == setting.value || (value.is_null() && !setting.changed);
            (!is_as_before).then(|| (key.name.to_owned(), value))
        })
        .collect()
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    key: String,
}

/// POST /settings/{category}/defaults: gives one setting its default back.
pub(super) async fn reset(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    category: Path<String>,
    form: Form<Wanted>,
) -> Answer {
    let category = find(&category)?;
    let key = category
        .keys()
        .find(|key| key.name == form.key)
        .ok_or_else(|| Problem::not_found("This setting"))?;
    settings::reset_one(&ctx, &admin.user.actor(), key.name).await?;
    let message = Flash::success(format!("{} is back at its default.", key.title));
    respond::redirect(&req, &super::path(category), Some(message))
}

/// POST /settings/{category}/checks: the message of the one field that was left.
pub(super) async fn check(req: HttpRequest, _: Admin, category: Path<String>, form: Form<Typed>) -> Answer {
    let (category, typed) = (find(&category)?, form.into_inner());
    let name = typed.get("field").map(String::as_str).unwrap_or_default();
    let mut invalid = Invalid::default();
    if let Some(key) = category.keys().find(|key| key.name == name) {
        let value = key.read(typed.get(name).map(String::as_str));
        if let Err(message) = key.check(&value) {
            invalid.add(name, message);
        }
    }
    let field = ui::Field::text(name, "", "").in_form(FORM).errors(&invalid);
    respond::html(&req, &field.message())
}
