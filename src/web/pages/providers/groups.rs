use actix_web::HttpRequest;
use actix_web::web::{Data, Form, Path, Query};
use askama::Template;
use serde::Deserialize;
use serde_json::{Map, json};

use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::catalogue::line_up;
use crate::features::providers::groups::{self, Filter, GroupLine, Listing};
use crate::features::providers::{Error, Provider, Reading, store};
use crate::support::ids::ProviderId;
use crate::support::paging::Slice;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, Page, Paging, format, paging};
use crate::web::ui;

/// Rows of one page.
const ROWS: u32 = 50;
/// Groups that one submit may choose: all there can be.
const ALL: u32 = u32::MAX;
const LONGEST_SEARCH: usize = 200;
/// Names in a message.
const NAMED: usize = 3;

#[derive(Template)]
#[template(path = "providers/groups.html", blocks = ["results"])]
struct GroupIndex {
    page: Page,
    provider: Provider,
    wanted: Wanted,
    listing: Listing,
    chips: ui::Chips,
    paging: Paging,
}

/// The part of the groups that the address names.
#[derive(Deserialize, Clone, Default)]
#[serde(default)]
pub(super) struct Wanted {
    q: String,
    taken: String,
    /// How many rows come before.
    after: u32,
}

/// GET /providers/{id}/groups
pub(super) async fn index(
    req: HttpRequest,
    _: Admin,
    ctx: Data<Ctx>,
    id: Path<ProviderId>,
    wanted: Query<Wanted>,
) -> Answer {
    let provider = store::get(&ctx.db, id.into_inner()).await?;
    let wanted = wanted.into_inner();
    let slice = Slice {
        skip: i64::from(wanted.after),
        limit: ROWS,
    };
    let listing = groups::list(&ctx.db, &provider, &wanted.filter()?, slice).await?;
    let path = path(provider.id);
    let query = wanted.query();
    let after = (wanted.after > 0).then(|| wanted.after.to_string());
    let next = slice.skip + i64::from(ROWS);
    let next = (next < listing.lines.total).then(|| next.to_string());
    let page = Page::new(&req, "Groups")
        .lead("Which groups of its list become channels, films and series. A change takes effect with the next sync.")
        .under("Providers", super::INDEX)
        .under(&provider.name, super::path(provider.id));
    let view = GroupIndex {
        page,
        chips: wanted.chips(&path, &listing),
        paging: Paging::new(&path, &query, after.as_deref(), next.as_deref()).target("results"),
        wanted: wanted.clone(),
        provider,
        listing,
    };
    respond::page_or(&req, &view, &view.as_results())
}

/// POST /providers/{id}/groups: takes the groups that are ticked, or all that match, or leaves them out.
pub(super) async fn update(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<ProviderId>,
    sent: Form<Vec<(String, String)>>,
) -> Answer {
    let id = id.into_inner();
    let provider = store::get(&ctx.db, id).await?;
    let sent = Sent::read(sent.into_inner())?;
    let names = match sent.all {
        true => matching(&ctx, &provider, &sent.wanted).await?,
        false => sent.names,
    };
    let back = sent.wanted.link(&path(id));
    if names.is_empty() {
        let message = "No group was chosen: tick the boxes of those you mean.";
        return respond::redirect(&req, &back, Some(Flash::info(message)));
    }
    let (reading, kept) = match sent.take {
        true => {
            let changed = groups::take(&provider.reading, &names);
            (changed.reading, changed.kept)
        }
        false => (groups::leave_out(&provider.reading, &names), Vec::new()),
    };
    let message = match save(&ctx, &admin, id, &reading).await {
        Ok(()) => told(names.len(), sent.take, &kept),
        Err(Error::Invalid(invalid)) => {
            let messages: Vec<String> = invalid.into_fields().into_values().flatten().collect();
            Flash::warning(messages.join(" "))
        }
        Err(error) => return Err(error.into()),
    };
    respond::redirect(&req, &back, Some(message))
}

/// What the submit of the page says.
struct Sent {
    wanted: Wanted,
    names: Vec<String>,
    take: bool,
    /// Not what is ticked, but all that the filter finds.
    all: bool,
}

impl Sent {
    fn read(pairs: Vec<(String, String)>) -> Result<Self, Problem> {
        let (mut wanted, mut names, mut choice) = (Wanted::default(), Vec::new(), String::new());
        for (name, value) in pairs {
            match name.as_str() {
                "q" => wanted.q = value,
                "taken" => wanted.taken = value,
                "after" => wanted.after = value.parse().unwrap_or(0),
                "group" => names.push(value),
                "choice" => choice = value,
                _ => {}
            }
        }
        let (take, all) = match choice.as_str() {
            "take" => (true, false),
            "leave_out" => (false, false),
            "take_all" => (true, true),
            "leave_out_all" => (false, true),
            _ => {
                return Err(Problem::invalid_field(
                    "choice",
                    "Choose what to do with the groups.",
                ));
            }
        };
        wanted.filter()?;
        Ok(Self {
            wanted,
            names,
            take,
            all,
        })
    }
}

async fn matching(ctx: &Ctx, provider: &Provider, wanted: &Wanted) -> Result<Vec<String>, Problem> {
    let slice = Slice { skip: 0, limit: ALL };
    let listing = groups::list(&ctx.db, provider, &wanted.filter()?, slice).await?;
    let names = listing.lines.items.into_iter().map(|line| line.offered.name);
    Ok(names.collect())
}

async fn save(ctx: &Ctx, admin: &Admin, id: ProviderId, reading: &Reading) -> Result<(), Error> {
    let mut sent = Map::new();
    sent.insert("include_groups".to_owned(), json!(reading.include_groups));
    sent.insert("exclude_groups".to_owned(), json!(reading.exclude_groups));
    line_up::update(ctx, &admin.user.actor(), id, &sent)
        .await
        .map(drop)
}

fn told(chosen: usize, take: bool, kept: &[(String, String)]) -> Flash {
    let changed = i64::try_from(chosen - kept.len()).unwrap_or(i64::MAX);
    let groups = format::count(changed, "group is", "groups are");
    let done = match take {
        true => format!("{groups} taken from the next sync on."),
        false => format!("{groups} left out from the next sync on."),
    };
    if kept.is_empty() {
        return Flash::success(done);
    }
    let stays = |(name, by): &(String, String)| format!("“{name}” stays out because of {by}");
    let named: Vec<String> = kept.iter().take(NAMED).map(stays).collect();
    let rest = match kept.len() - named.len() {
        0 => String::new(),
        rest => format!(", and {rest} more"),
    };
    let done = if changed > 0 {
        format!("{done} ")
    } else {
        String::new()
    };
    Flash::warning(format!(
        "{done}{}{rest}: edit that pattern to take them.",
        named.join("; ")
    ))
}

fn path(id: ProviderId) -> String {
    format!("{}/groups", super::path(id))
}

impl Wanted {
    /// # Errors
    /// 422 for a filter that there is not.
    fn filter(&self) -> Result<Filter, Problem> {
        if self.q.chars().count() > LONGEST_SEARCH {
            return Err(Problem::invalid_field("q", "Use at most 200 characters."));
        }
        let taken = match self.taken.as_str() {
            "" => None,
            "true" => Some(true),
            "false" => Some(false),
            _ => return Err(Problem::invalid_field("taken", "Use true or false.")),
        };
        Ok(Filter {
            q: self.q.clone(),
            taken,
        })
    }

    fn query(&self) -> [(&str, &str); 2] {
        [("q", &self.q), ("taken", &self.taken)]
    }

    fn is_filtered(&self) -> bool {
        self.query().iter().any(|(_, value)| !value.is_empty())
    }

    fn link(&self, path: &str) -> String {
        let after = (self.after > 0).then(|| self.after.to_string());
        paging::link(path, &self.query(), after.as_deref())
    }

    fn chips(&self, path: &str, listing: &Listing) -> ui::Chips {
        let taken = if self.taken == "true" { "taken" } else { "left out" };
        let filters = [
            ("q", "Search", self.q.clone()),
            ("taken", "Shown", taken.to_owned()),
        ];
        let summary = format::count(listing.lines.total, "group", "groups");
        ui::Chips::new(path, &self.query(), summary, &filters)
    }
}

impl GroupIndex {
    fn path(&self) -> String {
        path(self.provider.id)
    }

    fn search(&self) -> ui::Field {
        ui::Field::search("q", "Search", &self.wanted.q)
            .in_form("filter")
            .attr("placeholder", "Name of a group")
            .attr("autocomplete", "off")
            .attr("maxlength", LONGEST_SEARCH)
    }
}

fn state(line: &GroupLine) -> ui::Badge {
    match (&line.excluded_by, line.is_taken) {
        (_, true) => ui::Badge::success("Taken"),
        (Some(_), _) if line.is_by_pattern => ui::Badge::neutral("Left out").icon("funnel"),
        _ => ui::Badge::neutral("Left out").icon("x"),
    }
}
