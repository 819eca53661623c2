use actix_web::HttpRequest;
use actix_web::web::{Data, Form, Path, Query};
use askama::Template;
use serde::Deserialize;

use super::{CHANNELS, listing};
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::catalogue::browse::{ChannelFilter, ChannelLine, ChannelSort, Lists, Place};
use crate::features::catalogue::by_hand;
use crate::features::catalogue::detail::{self, ChannelDetail};
use crate::features::catalogue::number::ChannelNumber;
use crate::features::history;
use crate::support::ids::ChannelId;
use crate::support::validation::Invalid;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, Page, format};
use crate::web::ui;

/// Channels that are offered: whoever looks for one types more of its name.
const OFFERED: i64 = 20;

#[derive(Template)]
#[template(path = "catalogue/merge.html", blocks = ["results"])]
struct MergeNew {
    page: Page,
    channel: ChannelDetail,
    q: String,
    /// `None` before anything was looked for.
    found: Option<Found>,
}

struct Found {
    lines: Vec<ChannelLine>,
    total: i64,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Wanted {
    q: String,
}

#[derive(Deserialize)]
pub(super) struct Sent {
    into: ChannelId,
}

/// GET /channels/{id}/merge: which channel it goes into.
pub(super) async fn new(
    req: HttpRequest,
    _: Admin,
    ctx: Data<Ctx>,
    lists: Data<Lists>,
    id: Path<ChannelId>,
    wanted: Query<Wanted>,
) -> Answer {
    let q = wanted.into_inner().q;
    let mut invalid = Invalid::default();
    listing::check_search(&q, &mut invalid);
    listing::refuse(invalid)?;
    let channel = get(&ctx, *id).await?;
    let found = match q.trim() {
        "" => None,
        _ => Some(find(&lists, &q, channel.id).await?),
    };
    let page = Page::new(&req, "Merge into another channel")
        .lead("Its streams play there from now on. Its favourites and plays go along, and so does what was set by hand, such as a number. You can take it back; favourites and plays then stay where they went.")
        .under("Channels", CHANNELS)
        .under(&channel.name, format!("{CHANNELS}/{}", channel.id));
    let view = MergeNew {
        page,
        channel,
        q,
        found,
    };
    respond::page_or(&req, &view, &view.as_results())
}

/// POST /channels/{id}/merge
pub(super) async fn create(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<ChannelId>,
    sent: Form<Sent>,
) -> Answer {
    let from = get(&ctx, *id).await?;
    let into = by_hand::merge(&ctx, &admin.user.actor(), from.id, sent.into, history::follow).await?;
    let message = format!(
        "“{}” is merged into this channel. You can take that back below.",
        from.name
    );
    respond::redirect(&req, &format!("{CHANNELS}/{into}"), Some(Flash::success(message)))
}

async fn get(ctx: &Ctx, id: ChannelId) -> Result<ChannelDetail, Problem> {
    let missing = || Problem::not_found("This channel").with_recovery("See all channels", CHANNELS);
    detail::channel(&ctx.db, id).await?.ok_or_else(missing)
}

async fn find(lists: &Lists, q: &str, own: ChannelId) -> Result<Found, Problem> {
    let filter = ChannelFilter {
        q: q.to_owned(),
        ..ChannelFilter::default()
    };
    let place = Place::Skip(0);
    let found = lists
        .channels(&filter, ChannelSort::default(), &place, OFFERED + 1)
        .await?;
    let total = found.total;
    let mut lines = found.items;
    let others = lines.len();
    lines.retain(|line| line.id != own);
    let total = total - i64::from(others > lines.len());
    lines.truncate(usize::try_from(OFFERED).unwrap_or(usize::MAX));
    Ok(Found { lines, total })
}

impl MergeNew {
    fn path(&self) -> String {
        format!("{CHANNELS}/{}/merge", self.channel.id)
    }

    fn search(&self) -> ui::Field {
        ui::Field::search("q", "Search", &self.q)
            .in_form("filter")
            .attr("placeholder", "Name of the other channel")
            .attr("autocomplete", "off")
            .attr("maxlength", 200)
    }

    fn choose(&self, line: &ChannelLine) -> ui::Button {
        ui::Button::secondary("Merge into this")
            .small()
            .icon("merge")
            .post(self.path())
            .attr("name", "into")
            .attr("value", line.id)
            .attr("aria-label", format!("Merge into this: {}", line.name))
    }
}

impl Found {
    fn summary(&self) -> String {
        let shown = i64::try_from(self.lines.len()).unwrap_or(i64::MAX);
        let all = format::count(self.total, "channel", "channels");
        match self.total > shown {
            true => format!("The first {shown} of {all}: type more of the name to see others."),
            false => all,
        }
    }
}

fn number(line: &ChannelLine) -> String {
    ChannelNumber::from_stored(line.lineup_number).map_or_else(String::new, |number| number.to_string())
}
