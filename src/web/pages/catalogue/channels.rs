use actix_web::HttpRequest;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use super::CHANNELS;
use super::listing::{self, ROWS};
use super::picture::Picture;
use super::star::{Look, star};
use crate::ctx::Ctx;
use crate::db::DbError;
use crate::edge::{Member, Problem};
use crate::features::catalogue::browse::{self, ChannelLine, ChannelList, Lists, Place};
use crate::features::catalogue::content::Content;
use crate::features::catalogue::favourites;
use crate::features::catalogue::number::ChannelNumber;
use crate::features::providers;
use crate::support::validation::Invalid;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Htmx, Page, Paging, Pairs, format};
use crate::web::ui;

#[derive(Template)]
#[template(path = "catalogue/channels.html", blocks = ["results"])]
struct ChannelIndex {
    page: Page,
    wanted: Wanted,
    rows: Vec<Row>,
    total: i64,
    chips: ui::Chips,
    paging: Paging,
    empty: Option<ui::Empty>,
    categories: Vec<(String, String)>,
    tags: Vec<(String, String)>,
    providers: Vec<(String, String)>,
}

struct Row {
    line: ChannelLine,
    is_marked: bool,
}

/// The list as the address describes it.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Wanted(Pairs);

/// GET /channels
pub(super) async fn index(
    req: HttpRequest,
    member: Member,
    ctx: Data<Ctx>,
    lists: Data<Lists>,
    wanted: Query<Wanted>,
) -> Answer {
    let wanted = wanted.into_inner();
    let (list, place) = wanted.read()?;
    let found = lists.channels(&list.filter, list.order(), &place, ROWS).await?;
    let contents: Vec<Content> = found.items.iter().map(|line| Content::Channel(line.id)).collect();
    let marked = favourites::marked(&ctx.db, member.user.id, &contents).await?;
    let providers = providers::store::names(&ctx.db).await?;
    let empty = match found.total {
        0 => Some(empty(&wanted, !providers.is_empty(), member.user.is_admin())),
        _ => None,
    };
    let providers = providers.into_iter().map(|(id, name)| (id.to_string(), name));
    let providers = listing::choices("All", providers, wanted.text("provider_id"));
    let query = wanted.query();
    let view = ChannelIndex {
        page: Page::new(&req, "Channels")
            .lead("Every channel once, however many providers send it; its best stream plays first."),
        total: found.total,
        chips: wanted.chips(found.total, &providers),
        paging: listing::paging(CHANNELS, &query, &found, "channels"),
        rows: found
            .items
            .into_iter()
            .map(|line| Row {
                is_marked: marked.contains(&line.id.0),
                line,
            })
            .collect(),
        empty,
        categories: categories(&req, &lists, &wanted).await?,
        tags: tags(&req, &ctx, &wanted).await?,
        providers,
        wanted,
    };
    respond::page_or(&req, &view, &view.as_results())
}

impl Wanted {
    fn read(&self) -> Result<(ChannelList, Place), Problem> {
        let mut invalid = Invalid::default();
        let list = ChannelList::read(|name| self.text(name), &mut invalid);
        let place = listing::place(self.text("after"), self.text("before"), &mut invalid);
        listing::refuse(invalid)?;
        Ok((list, place))
    }

    fn text(&self, name: &str) -> &str {
        self.0.text(name)
    }

    /// What says which channels the list holds, as the form for many channels takes it.
    fn chosen(&self) -> impl Iterator<Item = (&str, &str)> {
        let given = self.query().into_iter().filter(|(_, text)| !text.is_empty());
        given.map(|(name, text)| (super::bulk::list_name(name), text))
    }

    /// The address without the place in the list.
    fn query(&self) -> [(&'static str, &str); ChannelList::NAMES.len()] {
        ChannelList::NAMES.map(|name| (name, self.text(name)))
    }

    fn is_filtered(&self) -> bool {
        self.query()
            .iter()
            .any(|(name, value)| *name != "sort" && !value.is_empty())
    }

    /// The same list in another order.
    fn sorted_by(&self, sort: &str) -> String {
        let query = self.query();
        let kept: Vec<_> = query.into_iter().filter(|(name, _)| *name != "sort").collect();
        crate::web::kit::paging::link(CHANNELS, &[kept.as_slice(), &[("sort", sort)]].concat(), None)
    }

    /// The order in force, as table heads name it.
    fn order(&self) -> &str {
        match self.text("sort") {
            "" if self.text("q").trim().is_empty() => "name",
            "streams" => "-streams",
            sort => sort,
        }
    }

    fn chips(&self, total: i64, providers: &[(String, String)]) -> ui::Chips {
        let provider = providers.iter().find(|(id, _)| id == self.text("provider_id"));
        let provider = provider.map_or_else(String::new, |(_, name)| name.clone());
        let word = |value: &str, yes: &str, no: &str| if value == "true" { yes } else { no }.to_owned();
        let filters = [
            ("q", "Search", self.text("q").to_owned()),
            ("category", "Category", self.text("category").to_owned()),
            ("provider_id", "Provider", provider),
            ("enabled", "In use", word(self.text("enabled"), "yes", "no")),
            ("health", "Health", self.text("health").to_owned()),
            ("has_epg", "Guide", word(self.text("has_epg"), "yes", "no")),
            ("tag", "Tag", self.text("tag").to_owned()),
        ];
        let summary = format::count(total, "channel", "channels");
        ui::Chips::new(CHANNELS, &self.query(), summary, &filters)
    }
}

impl ChannelIndex {
    fn search(&self) -> ui::Field {
        ui::Field::search("q", "Search", self.wanted.text("q"))
            .in_form("filter")
            .attr("placeholder", "Name of a channel")
            .attr("autocomplete", "off")
            .attr("maxlength", 200)
    }

    /// "Change all 7 that match", or all there are.
    fn change_all(&self) -> String {
        let which = if self.wanted.is_filtered() {
            " that match"
        } else {
            ""
        };
        format!("Change all {}{which}", format::number(self.total))
    }

    fn select(&self, name: &str, label: &str, chosen: &str, choices: &[(String, String)]) -> ui::Field {
        ui::Field::select(name, label, chosen, choices).in_form("filter")
    }
}

impl Row {
    fn number(&self) -> String {
        ChannelNumber::from_stored(self.line.lineup_number)
            .map_or_else(String::new, |number| number.to_string())
    }

    /// "3", or "2 of 3" where some are out of use.
    fn streams(&self) -> String {
        let (active, all) = (self.line.active_stream_count, self.line.stream_count);
        if active == all {
            format::number(all)
        } else {
            format!("{} of {}", format::number(active), format::number(all))
        }
    }

    fn picture(&self) -> Picture {
        let line = &self.line;
        Picture::of(Content::Channel(line.id), &line.name, line.logo_url.as_deref())
    }

    fn star(&self) -> ui::Button {
        star(Content::Channel(self.line.id), self.is_marked, Look::Icon)
    }
}

/// Only the page has the form; a fragment does without.
async fn categories(
    req: &HttpRequest,
    lists: &Lists,
    wanted: &Wanted,
) -> Result<Vec<(String, String)>, DbError> {
    if Htmx::of(req).fragment {
        return Ok(Vec::new());
    }
    let names = lists.categories().await?;
    let names = names.into_iter().map(|name| (name.clone(), name));
    Ok(listing::choices("All", names, wanted.text("category")))
}

/// As [`categories`].
async fn tags(req: &HttpRequest, ctx: &Ctx, wanted: &Wanted) -> Result<Vec<(String, String)>, DbError> {
    if Htmx::of(req).fragment {
        return Ok(Vec::new());
    }
    let names = browse::tags(&ctx.db).await?;
    let names = names.into_iter().map(|name| (name.clone(), name));
    Ok(listing::choices("All", names, wanted.text("tag")))
}

fn empty(wanted: &Wanted, has_provider: bool, is_admin: bool) -> ui::Empty {
    if wanted.is_filtered() {
        let text = "Try fewer or other words, or take a filter away.";
        return ui::Empty::new("search", "No channel matches", text)
            .action(ui::Button::secondary("Clear filters").icon("x").href(CHANNELS));
    }
    super::nothing_yet("tv", "No channels yet", has_provider, is_admin)
}
