use actix_web::HttpRequest;
use actix_web::web::{Data, Form, Path};
use askama::Template;
use serde::Deserialize;

use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::providers::reservations::{self, Choice, Line, Standing, Wanted};
use crate::features::providers::{Error, Provider, store};
use crate::support::ids::{CredentialId, ProviderId};
use crate::support::validation::Invalid;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, Page, format};
use crate::web::ui;

const FORM: &str = "reservation";

/// A reservation as it is typed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ReservationForm {
    credential_id: String,
    connections: String,
}

struct View {
    provider: Provider,
    standing: Standing,
    choices: Vec<Choice>,
    form: ReservationForm,
    invalid: Invalid,
}

#[derive(Template)]
#[template(path = "providers/connections.html")]
struct ConnectionsPage<'v> {
    page: Page,
    view: &'v View,
}

#[derive(Template)]
#[template(path = "providers/_reservation_form.html")]
struct ReservationFragment<'v> {
    view: &'v View,
}

impl View {
    async fn of(ctx: &Ctx, id: ProviderId) -> Result<Self, Problem> {
        let provider = store::get(&ctx.db, id).await?;
        Ok(Self {
            standing: reservations::standing(ctx, &provider).await?,
            provider,
            choices: reservations::choices(ctx).await?,
            form: ReservationForm {
                connections: "1".to_owned(),
                ..ReservationForm::default()
            },
            invalid: Invalid::default(),
        })
    }

    fn page(&self, req: &HttpRequest) -> ConnectionsPage<'_> {
        ConnectionsPage {
            page: Page::new(req, "Connections")
                .lead(
                    "Who uses this provider's connections now, and for whom some are reserved. Nobody else and none of the \
                     checks takes the last ones that are kept for somebody.",
                )
                .under("Providers", super::INDEX)
                .under(&self.provider.name, super::path(self.provider.id)),
            view: self,
        }
    }

    fn action(&self) -> String {
        path(self.provider.id)
    }

    fn allowed(&self) -> String {
        self.standing
            .limit
            .map_or_else(|| "not limited".to_owned(), format::number)
    }

    /// What an administrator has to know of the reservations together.
    fn notice(&self) -> Option<ui::Notice> {
        let standing = &self.standing;
        let reserved = standing.reserved();
        match standing.limit {
            _ if reserved == 0 => None,
            None => Some(ui::Notice::info(
                "This provider does not limit its connections: reservations mean nothing until it does.",
            )),
            Some(limit) if standing.is_short() => Some(ui::Notice::warning(format!(
                "{reserved} connections are reserved, and the provider allows only {limit} at once. What was reserved first is \
                 kept.",
            ))),
            Some(limit) if standing.kept() == limit => Some(ui::Notice::info(
                "Every connection is reserved: nobody else can watch over this provider, and its streams are not checked.",
            )),
            Some(_) => None,
        }
    }

    fn reserved(&self, line: &Line) -> String {
        match (line.reserved, line.kept, self.standing.limit) {
            (0, ..) => "–".to_owned(),
            (reserved, kept, Some(_)) if kept < reserved => format!("{reserved}, {kept} of them kept"),
            (reserved, ..) => format::number(reserved),
        }
    }

    fn whom(&self) -> ui::Field {
        let choose = (String::new(), "Choose".to_owned());
        let known = self.choices.iter().map(|choice| {
            let label = match &choice.user {
                Some(user) => format!("{} ({user})", choice.name),
                None => choice.name.clone(),
            };
            (choice.credential.to_string(), label)
        });
        let options: Vec<(String, String)> = std::iter::once(choose).chain(known).collect();
        ui::Field::select("credential_id", "For", &self.form.credential_id, &options)
            .in_form(FORM)
            .required()
            .help("The credential in the links of a player. Another reservation for the same one replaces the first.")
            .errors(&self.invalid)
    }

    fn end(&self, line: &Line) -> ui::Button {
        ui::Button::ghost("Remove")
            .small()
            .icon("trash-2")
            .attr("aria-label", format!("Remove the reservation for {}", line.name))
            .post(format!("{}/{}/removal", self.action(), line.credential))
    }
}

fn path(id: ProviderId) -> String {
    format!("{}/connections", super::path(id))
}

/// GET /providers/{id}/connections
pub(super) async fn index(req: HttpRequest, _: Admin, ctx: Data<Ctx>, id: Path<ProviderId>) -> Answer {
    let view = View::of(&ctx, id.into_inner()).await?;
    respond::html(&req, &view.page(&req))
}

/// POST /providers/{id}/connections: reserves some for a credential, or changes how many.
pub(super) async fn update(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<ProviderId>,
    form: Form<ReservationForm>,
) -> Answer {
    let (id, form) = (id.into_inner(), form.into_inner());
    let wanted = Wanted {
        credential: form.credential_id.trim().parse().ok(),
        connections: form.connections.trim().parse().ok(),
    };
    match reservations::put(&ctx, &admin.user.actor(), id, wanted).await {
        Ok(()) => {
            let message = Flash::success("The connections are reserved, from the next one that is free.");
            respond::redirect(&req, &path(id), Some(message))
        }
        Err(Error::Invalid(invalid)) => {
            let view = View {
                form,
                invalid,
                ..View::of(&ctx, id).await?
            };
            respond::invalid(&req, &view.page(&req), &ReservationFragment { view: &view })
        }
        Err(error) => Err(error.into()),
    }
}

/// POST /providers/{id}/connections/{credential}/removal: ends a reservation.
pub(super) async fn destroy(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    ids: Path<(ProviderId, CredentialId)>,
) -> Answer {
    let (id, credential) = ids.into_inner();
    reservations::remove(&ctx, &admin.user.actor(), id, credential).await?;
    let message = Flash::success("The reservation is removed.");
    respond::redirect(&req, &path(id), Some(message))
}
