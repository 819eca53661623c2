use actix_web::HttpRequest;
use actix_web::web::{Data, Form, Path};

use super::CHANNELS;
use super::channel_form::{ChannelForm, FORM, FormDialog, FormFragment, FormPage, FormView};
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::catalogue::detail::{self, ChannelDetail};
use crate::features::catalogue::editing::{self, Change, Edit, EditError, number_taken};
use crate::support::ids::ChannelId;
use crate::support::validation::Invalid;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, Page};
use crate::web::ui;

/// GET /channels/{id}/edit: the form, in a dialog where scripts run.
pub(super) async fn edit(req: HttpRequest, _: Admin, ctx: Data<Ctx>, id: Path<ChannelId>) -> Answer {
    let channel = find(&ctx, id.into_inner()).await?;
    let tags = detail::tags(&ctx.db, channel.id).await?;
    let view = FormView {
        form: ChannelForm::of(&channel, &tags),
        invalid: Invalid::default(),
        channel,
    };
    respond::page_or(&req, &page(&req, &view), &FormDialog { view: &view })
}

/// POST /channels/{id}: changes a channel.
pub(super) async fn update(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<ChannelId>,
    form: Form<ChannelForm>,
) -> Answer {
    let (id, form) = (id.into_inner(), form.into_inner());
    let invalid = match editing::update(&ctx, &admin.user.actor(), id, &form.sent()).await {
        Ok(edited) => {
            let path = format!("{CHANNELS}/{}", edited.channel.id);
            let message = match edited.is_changed {
                true => Flash::success(format!("“{}” is saved.", edited.channel.name)),
                false => Flash::info("Nothing was changed."),
            };
            return respond::redirect(&req, &path, Some(message));
        }
        Err(EditError::Invalid(invalid)) => invalid,
        Err(error @ EditError::NumberTaken(_)) => Invalid::field("number", error.to_string()),
        Err(error) => return Err(error.into()),
    };
    let view = FormView {
        form,
        invalid,
        channel: find(&ctx, id).await?,
    };
    respond::invalid(&req, &page(&req, &view), &FormFragment { view: &view })
}

/// POST /channels/{id}/checks: the message of the one field that was left.
pub(super) async fn check(
    req: HttpRequest,
    _: Admin,
    ctx: Data<Ctx>,
    id: Path<ChannelId>,
    form: Form<ChannelForm>,
) -> Answer {
    let form = form.into_inner();
    let mut sent = form.sent();
    sent.retain(|name, _| *name == form.field);
    let invalid = match Edit::read(&sent) {
        Err(invalid) => invalid,
        Ok(Edit {
            number: Change::Set(number),
            ..
        }) => {
            let holder = editing::number_holder(&ctx, id.into_inner(), number).await?;
            holder
                .map(|name| Invalid::field("number", number_taken(&name)))
                .unwrap_or_default()
        }
        Ok(_) => Invalid::default(),
    };
    let field = ui::Field::text(&form.field, "", "")
        .in_form(FORM)
        .errors(&invalid);
    respond::html(&req, &field.message())
}

async fn find(ctx: &Ctx, id: ChannelId) -> Result<ChannelDetail, Problem> {
    let channel = detail::channel(&ctx.db, id).await?;
    channel.ok_or_else(|| Problem::not_found("This channel").with_recovery("See all channels", CHANNELS))
}

fn page<'v>(req: &HttpRequest, view: &'v FormView) -> FormPage<'v> {
    let page = Page::new(req, view.title())
        .under("Channels", CHANNELS)
        .under(&view.channel.name, view.action());
    FormPage { page, view }
}
