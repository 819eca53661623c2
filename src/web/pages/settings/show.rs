use std::collections::BTreeMap;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;
use serde_json::Value;

use crate::ctx::Ctx;
use crate::db::Engine;
use crate::edge::{Admin, Problem};
use crate::features::settings::{self, CATEGORIES, Category, Key, Kind, Setting};
use crate::support::cron::Cron;
use crate::support::validation::Invalid;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Page, format};
use crate::web::ui;

/// Before the ids of the form's fields.
pub(super) const FORM: &str = "setting";

/// What was typed, by the names of the fields; a box that is not checked is absent.
pub(super) type Typed = BTreeMap<String, String>;

#[derive(Template)]
#[template(path = "settings/show.html")]
struct Show {
    page: Page,
    category: &'static Category,
    rows: Vec<Row>,
    invalid: Invalid,
}

/// A setting with its field.
struct Row {
    key: &'static Key,
    setting: Setting,
    field: ui::Field,
    /// The next time of a schedule that is in force.
    next: Option<i64>,
    /// Where the configuration fixes it.
    fixed_at: Option<String>,
}

/// GET /settings: the first category.
pub(super) async fn first(req: HttpRequest, _: Admin, ctx: Data<Ctx>) -> Answer {
    render(&req, &ctx, StatusCode::OK, &CATEGORIES[0], None).await
}

/// GET /settings/{category}
pub(super) async fn show(req: HttpRequest, _: Admin, ctx: Data<Ctx>, category: Path<String>) -> Answer {
    render(&req, &ctx, StatusCode::OK, find(&category)?, None).await
}

pub(super) fn find(name: &str) -> Result<&'static Category, Problem> {
    Category::find(name).ok_or_else(|| Problem::not_found("This group of settings"))
}

/// The page; with what was typed, if it was refused.
pub(super) async fn render(
    req: &HttpRequest,
    ctx: &Ctx,
    status: StatusCode,
    category: &'static Category,
    refused: Option<(Typed, Invalid)>,
) -> Answer {
    let (typed, invalid) = refused.map_or((None, Invalid::default()), |(typed, invalid)| {
        (Some(typed), invalid)
    });
    let page = Page::new(req, "Settings").lead(category.lead);
    let all = settings::list(ctx).await?;
    let settings = settings::load(ctx).await?;
    let is_scheduled = |key: &Key| match key.category {
        "backups" => settings.backup_enabled && ctx.db.engine() == Engine::Sqlite,
        _ => settings.auto_sync_enabled,
    };
    let next = |setting: &Setting| match setting.rules().kind {
        Kind::Schedule { .. } if is_scheduled(setting.rules()) => {
            let cron = Cron::parse(setting.value.as_str()?).ok()?;
            cron.next_after(page.now.now_ms, &page.now.zone)
        }
        _ => None,
    };
    let rows = all
        .into_iter()
        .filter(|setting| setting.rules().category == category.name)
        .map(|setting| Row {
            key: setting.rules(),
            next: next(&setting),
            field: field(&setting, category, typed.as_ref(), &invalid),
            fixed_at: ctx.config.fixed_at(setting.key).filter(|_| setting.is_locked()),
            setting,
        })
        .collect();
    let view = Show {
        page,
        category,
        rows,
        invalid,
    };
    respond::with_status(req, status, &view)
}

fn field(setting: &Setting, category: &Category, typed: Option<&Typed>, invalid: &Invalid) -> ui::Field {
    let key = setting.rules();
    // Fields that are locked are not sent.
    let typed = typed.filter(|_| !setting.is_locked());
    let stored = match &setting.value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let text = match typed {
        Some(typed) => typed.get(key.name).cloned().unwrap_or_default(),
        None => stored,
    };
    let field = match key.kind {
        Kind::Flag { .. } => {
            let is_on = match typed {
                Some(typed) => typed.contains_key(key.name),
                None => setting.value == Value::Bool(true),
            };
            ui::Field::checkbox(key.name, key.title, is_on).help(key.help)
        }
        Kind::Number { min, max, .. } => ui::Field::number(key.name, key.title, text)
            .required()
            .attr("min", min)
            .attr("max", max)
            .unit(key.unit)
            .help(format!(
                "{} From {} to {}.",
                key.help,
                format::number(min),
                format::number(max)
            )),
        Kind::Choice { options, .. } => ui::Field::select(key.name, key.title, text, options)
            .required()
            .help(key.help),
        Kind::Address => ui::Field::url(key.name, key.title, text)
            .attr("autocomplete", "off")
            .help(key.help),
        Kind::Schedule { .. } => ui::Field::text(key.name, key.title, text)
            .required()
            .attr("autocomplete", "off")
            .attr("spellcheck", "false")
            .help(key.help),
        Kind::Zone => {
            // The machine's own zone is no choice of anybody.
            let text = if setting.changed || setting.is_locked() || typed.is_some() {
                text
            } else {
                String::new()
            };
            ui::Field::text(key.name, key.title, text)
                .attr("placeholder", setting.default.as_str().unwrap_or_default())
                .attr("autocomplete", "off")
                .attr("spellcheck", "false")
                .help(key.help)
        }
    };
    field
        .in_form(FORM)
        .locked(setting.is_locked())
        .check_at(format!("{}/checks", super::path(category)))
        .errors(invalid)
}

impl Row {
    /// The default in words.
    fn default(&self) -> String {
        match (&self.setting.default, self.key.kind) {
            (Value::Bool(true), _) => "on".to_owned(),
            (Value::Bool(false), _) => "off".to_owned(),
            (Value::Number(number), _) => {
                let number = format::number(number.as_i64().unwrap_or_default());
                match self.key.unit {
                    "%" => format!("{number} %"),
                    unit => format!("{number} {unit}").trim_end().to_owned(),
                }
            }
            (Value::String(text), Kind::Choice { options, .. }) => options
                .iter()
                .find(|(option, _)| option == text)
                .map_or_else(|| text.clone(), |(_, words)| (*words).to_owned()),
            (Value::String(text), _) => text.clone(),
            _ => "none".to_owned(),
        }
    }

    fn reset(&self) -> ui::Button {
        ui::Button::ghost("Reset")
            .small()
            .icon("undo-2")
            .submit()
            .attr("aria-label", format!("Reset {} to its default", self.key.title))
            .attr("form", "defaults")
            .attr("name", "key")
            .attr("value", self.key.name)
    }
}

impl Show {
    fn tabs(&self) -> ui::Tabs {
        CATEGORIES.iter().fold(
            ui::Tabs::new("Settings", super::path(self.category)),
            |tabs, category| tabs.tab(category.title, super::path(category)),
        )
    }
}
