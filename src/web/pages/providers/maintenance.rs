use actix_web::HttpRequest;
use actix_web::web::{Data, Form, Path};
use askama::Template;
use serde::Deserialize;

use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::health::Error;
use crate::features::health::maintenance::{self, Phase, Wanted, Window};
use crate::features::providers::{Provider, store};
use crate::support::ids::{MaintenanceId, ProviderId};
use crate::support::validation::Invalid;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, Moment, Page};
use crate::web::ui;

const FORM: &str = "maintenance";
const HOUR_MS: i64 = 3_600_000;

/// A window as it is typed: date and time of the installation's zone.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct MaintenanceForm {
    from: String,
    to: String,
    note: String,
}

struct View {
    now: Moment,
    provider: Provider,
    windows: Vec<Window>,
    form: MaintenanceForm,
    invalid: Invalid,
}

#[derive(Template)]
#[template(path = "providers/maintenance.html")]
struct MaintenancePage<'v> {
    page: Page,
    view: &'v View,
}

#[derive(Template)]
#[template(path = "providers/_maintenance_form.html")]
struct MaintenanceFragment<'v> {
    view: &'v View,
}

impl View {
    async fn of(req: &HttpRequest, ctx: &Ctx, id: ProviderId) -> Result<Self, Problem> {
        let now = Moment::of(req);
        let next_hour = (now.now_ms.div_euclid(HOUR_MS) + 1) * HOUR_MS;
        Ok(Self {
            provider: store::get(&ctx.db, id).await?,
            windows: maintenance::list(ctx, id).await?,
            form: MaintenanceForm {
                from: now.typed(next_hour),
                to: now.typed(next_hour + 2 * HOUR_MS),
                note: String::new(),
            },
            invalid: Invalid::default(),
            now,
        })
    }

    fn page(&self, req: &HttpRequest) -> MaintenancePage<'_> {
        MaintenancePage {
            page: Page::new(req, "Maintenance")
                .lead(
                    "Times in which this provider is at work on its service. Nothing is asked of its streams then, \
                     nothing is held against them, and when it is over they are checked.",
                )
                .under("Providers", super::INDEX)
                .under(&self.provider.name, super::path(self.provider.id)),
            view: self,
        }
    }

    fn zone_name(&self) -> &str {
        self.now.zone.iana_name().unwrap_or("the installation")
    }

    fn action(&self) -> String {
        path(self.provider.id)
    }

    fn badge(&self, window: &Window) -> ui::Badge {
        match window.phase(self.now.now_ms) {
            Phase::Planned => ui::Badge::neutral("Planned"),
            Phase::Running => ui::Badge::health("maintenance"),
            Phase::Over => ui::Badge::neutral("Over"),
        }
    }

    fn end(&self, window: &Window) -> ui::Button {
        let (label, icon) = match window.phase(self.now.now_ms) {
            Phase::Running => ("End now", "check"),
            Phase::Planned | Phase::Over => ("Remove", "trash-2"),
        };
        let named = format!("{label}: the window from {}", self.now.absolute(window.from_at));
        ui::Button::ghost(label)
            .small()
            .icon(icon)
            .attr("aria-label", named)
            .post(format!("{}/{}/ends", self.action(), window.id))
    }
}

fn path(id: ProviderId) -> String {
    format!("{}/maintenance", super::path(id))
}

/// GET /providers/{id}/maintenance
pub(super) async fn index(req: HttpRequest, _: Admin, ctx: Data<Ctx>, id: Path<ProviderId>) -> Answer {
    let view = View::of(&req, &ctx, id.into_inner()).await?;
    respond::html(&req, &view.page(&req))
}

/// POST /providers/{id}/maintenance: plans a window.
pub(super) async fn create(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<ProviderId>,
    form: Form<MaintenanceForm>,
) -> Answer {
    let (id, form) = (id.into_inner(), form.into_inner());
    let now = Moment::of(&req);
    let wanted = Wanted {
        from_at: now.read(&form.from),
        to_at: now.read(&form.to),
        note: form.note.clone(),
    };
    match maintenance::create(&ctx, &admin.user.actor(), id, &wanted).await {
        Ok(_) => {
            let message = Flash::success("The maintenance is planned.");
            respond::redirect(&req, &path(id), Some(message))
        }
        Err(Error::Invalid(invalid)) => {
            let view = View {
                form,
                invalid,
                ..View::of(&req, &ctx, id).await?
            };
            respond::invalid(&req, &view.page(&req), &MaintenanceFragment { view: &view })
        }
        Err(error) => Err(error.into()),
    }
}

/// POST /providers/{id}/maintenance/{window}/ends: removes a window, or ends the one that is running.
pub(super) async fn destroy(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    ids: Path<(ProviderId, MaintenanceId)>,
) -> Answer {
    let (id, window) = ids.into_inner();
    let message = match maintenance::end(&ctx, &admin.user.actor(), id, window).await? {
        Phase::Running => "The maintenance is over. Its streams are checked in a moment.",
        Phase::Planned | Phase::Over => "The window is removed.",
    };
    respond::redirect(&req, &path(id), Some(Flash::success(message)))
}
