use actix_web::HttpRequest;
use actix_web::web::{Data, Form, Path};
use askama::Template;

use super::form::{FormView, RuleForm, Untried};
use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::catalogue::rules::{self, Draft, Error, MOST_JOINED, RuleType};
use crate::support::ids::{ChannelId, MergeRuleId};
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Htmx, format};
use crate::web::ui;

/// What a rule would change, in words.
#[derive(Template)]
#[template(path = "merge_rules/_preview.html")]
pub(super) struct Preview {
    found: String,
    is_too_broad: bool,
    merged: Section<MergedLine>,
    parted: Section<PartedLine>,
}

impl askama::filters::HtmlSafe for Preview {}

/// Changes of one kind; no lines if there are none.
struct Section<L> {
    title: String,
    lines: Vec<L>,
    /// That not all are shown.
    note: String,
}

/// Channels that would be one.
struct MergedLine {
    channels: Vec<(ChannelId, String)>,
    rest: String,
}

/// A channel that would be several.
struct PartedLine {
    channel: ChannelId,
    name: String,
    parts: Vec<PartLine>,
    rest: String,
}

/// Streams of one part.
struct PartLine {
    names: Vec<String>,
    rest: String,
}

/// POST /merge-rules/preview: what a rule would change that is not kept yet.
pub(super) async fn of_new(req: HttpRequest, _: Admin, ctx: Data<Ctx>, form: Form<RuleForm>) -> Answer {
    answer(&req, &ctx, FormView::of(form.into_inner(), None)).await
}

/// POST /merge-rules/{id}/preview: what a stored rule would change, with what its form says now.
pub(super) async fn of_stored(
    req: HttpRequest,
    _: Admin,
    ctx: Data<Ctx>,
    id: Path<MergeRuleId>,
    form: Form<RuleForm>,
) -> Answer {
    answer(&req, &ctx, FormView::of(form.into_inner(), Some(*id))).await
}

async fn answer(req: &HttpRequest, ctx: &Ctx, mut view: FormView) -> Answer {
    match preview(ctx, &view).await {
        Ok(preview) if Htmx::of(req).fragment => respond::html(req, &preview),
        Ok(preview) => {
            view.preview = Some(preview);
            respond::html(req, &view.page(req, ctx).await?)
        }
        Err(Error::Invalid(invalid)) => {
            let messages = invalid.fields().values().flatten().cloned().collect();
            view.invalid = invalid;
            respond::invalid(req, &view.page(req, ctx).await?, &Untried { messages })
        }
        Err(error) => Err(error.into()),
    }
}

async fn preview(ctx: &Ctx, view: &FormView) -> Result<Preview, Error> {
    let draft = Draft::new(&view.form.sent())?;
    let joins = draft.rule_type != RuleType::NeverMerge;
    Ok(Preview::of(rules::preview(ctx, &draft, view.id).await?, joins))
}

impl Preview {
    fn of(preview: rules::Preview, joins: bool) -> Self {
        let [first, second] = preview.found.map(|found| count(found, "stream", "streams"));
        let (merged, parted) = (preview.merged_samples, preview.parted_samples);
        Self {
            found: match joins {
                true => format!("It finds {first}."),
                false => format!("The first expression finds {first}, the second {second}."),
            },
            is_too_broad: preview.is_too_broad,
            merged: Section {
                title: becomes(preview.merged),
                note: shown("largest", merged.len(), preview.merged.1),
                lines: merged.into_iter().map(MergedLine::of).collect(),
            },
            parted: Section {
                title: becomes(preview.parted),
                note: shown("first", parted.len(), preview.parted.0),
                lines: parted.into_iter().map(PartedLine::of).collect(),
            },
        }
    }

    fn too_broad(&self) -> ui::Notice {
        let most = count(MOST_JOINED, "stream", "streams");
        ui::Notice::warning(format!(
            "It finds more than {most} that would be one channel. That is too broad to be meant, so it does not join them."
        ))
    }
}

impl MergedLine {
    fn of(merged: rules::Merged) -> Self {
        let more = more(merged.channels.len(), merged.count);
        let streams = count(merged.streams, "stream", "streams");
        Self {
            channels: merged.channels,
            rest: format!("{more}: one channel with {streams}"),
        }
    }
}

impl PartedLine {
    fn of(parted: rules::Parted) -> Self {
        let parts = parted.parts.into_iter().map(|part| PartLine {
            rest: more(part.names.len(), part.streams),
            names: part.names,
        });
        let parts: Vec<PartLine> = parts.collect();
        Self {
            channel: parted.channel,
            name: parted.name,
            rest: match parted.count.saturating_sub(parts.len()) {
                0 => String::new(),
                others => format!("and {}", count(others, "other part", "other parts")),
            },
            parts,
        }
    }
}

fn becomes((channels, into): (usize, usize)) -> String {
    format!(
        "{} would become {}",
        count(channels, "channel", "channels"),
        number(into)
    )
}

fn shown(which: &str, shown: usize, all: usize) -> String {
    match shown < all {
        true => format!("The {which} {shown} are shown."),
        false => String::new(),
    }
}

fn more(named: usize, all: usize) -> String {
    match all.saturating_sub(named) {
        0 => String::new(),
        others => format!(" and {} more", number(others)),
    }
}

fn count(number: usize, one: &str, many: &str) -> String {
    format::count(i64::try_from(number).unwrap_or(i64::MAX), one, many)
}

fn number(number: usize) -> String {
    format::number(i64::try_from(number).unwrap_or(i64::MAX))
}
