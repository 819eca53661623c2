use actix_web::HttpRequest;
use actix_web::web::{Data, Form, Path};
use askama::Template;
use serde::Deserialize;

use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::providers::{Provider, store};
use crate::features::settings;
use crate::features::sync::schedule::{self, Choice};
use crate::support::cron::Cron;
use crate::support::ids::ProviderId;
use crate::support::validation::Invalid;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, Page};
use crate::web::ui;

const FORM: &str = "schedule";

/// When a provider is synced by itself, as it is typed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ScheduleForm {
    mode: String,
    schedule: String,
}

struct View {
    provider: Provider,
    form: ScheduleForm,
    invalid: Invalid,
    /// The expression for all, if they are synced by themselves.
    of_all: Option<String>,
}

#[derive(Template)]
#[template(path = "providers/schedule.html")]
struct SchedulePage<'v> {
    page: Page,
    view: &'v View,
}

#[derive(Template)]
#[template(path = "providers/_schedule_dialog.html")]
struct ScheduleDialog<'v> {
    view: &'v View,
}

#[derive(Template)]
#[template(path = "providers/_schedule_form.html")]
struct ScheduleFragment<'v> {
    view: &'v View,
}

impl View {
    async fn of(ctx: &Ctx, id: ProviderId) -> Result<Self, crate::edge::Problem> {
        let provider = store::get(&ctx.db, id).await?;
        let rhythm = schedule::of(ctx, id).await?;
        let settings = settings::load(ctx).await?;
        Ok(Self {
            form: ScheduleForm {
                mode: rhythm.choice.name().to_owned(),
                schedule: match rhythm.choice {
                    Choice::Own(expression) => expression,
                    Choice::AsAll | Choice::Never => String::new(),
                },
            },
            invalid: Invalid::default(),
            of_all: settings.auto_sync_enabled.then_some(settings.auto_sync_schedule),
            provider,
        })
    }

    fn page(&self, req: &HttpRequest) -> SchedulePage<'_> {
        SchedulePage {
            page: Page::new(req, "Schedule")
                .lead("When this provider is synced by itself. Choosing it starts nothing.")
                .under("Providers", super::INDEX)
                .under(&self.provider.name, super::path(self.provider.id)),
            view: self,
        }
    }

    fn modes(&self) -> [(&'static str, String); 3] {
        let of_all = match &self.of_all {
            Some(expression) => format!("As all providers: {expression}"),
            None => "As all providers: switched off".to_owned(),
        };
        [
            ("all", of_all),
            ("own", "By a schedule of its own".to_owned()),
            ("never", "Never, only by hand".to_owned()),
        ]
    }

    fn action(&self) -> String {
        format!("{}/schedule", super::path(self.provider.id))
    }
}

/// GET /providers/{id}/schedule: the form, in a dialog where scripts run.
pub(super) async fn edit(req: HttpRequest, _: Admin, ctx: Data<Ctx>, id: Path<ProviderId>) -> Answer {
    let view = View::of(&ctx, id.into_inner()).await?;
    respond::page_or(&req, &view.page(&req), &ScheduleDialog { view: &view })
}

/// POST /providers/{id}/schedule
pub(super) async fn update(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<ProviderId>,
    form: Form<ScheduleForm>,
) -> Answer {
    let (id, form) = (id.into_inner(), form.into_inner());
    match Choice::parse(&form.mode, &form.schedule) {
        Ok(choice) => {
            schedule::choose(&ctx, &admin.user.actor(), id, &choice).await?;
            let message = Flash::success("The schedule is saved.");
            respond::redirect(&req, &super::path(id), Some(message))
        }
        Err(invalid) => {
            let view = View {
                form,
                invalid,
                ..View::of(&ctx, id).await?
            };
            respond::invalid(&req, &view.page(&req), &ScheduleFragment { view: &view })
        }
    }
}

/// POST /providers/{id}/schedule/checks: the message of the expression, once it was left.
pub(super) async fn check(req: HttpRequest, _: Admin, form: Form<ScheduleForm>) -> Answer {
    let mut invalid = Invalid::default();
    if let Err(message) = Cron::parse(&form.schedule) {
        // It counts only where it is chosen.
        if form.mode == "own" || !form.schedule.trim().is_empty() {
            invalid.add("schedule", message);
        }
    }
    let field = ui::Field::text("schedule", "", "").in_form(FORM).errors(&invalid);
    respond::html(&req, &field.message())
}
