use askama::Template;
use serde::Deserialize;

use crate::ctx::Ctx;
use crate::edge::Problem;
use crate::features::sync::log::{ChangeLine, Difference};
use crate::features::sync::store::SyncRow;
use crate::features::sync::{self, ChangeShown};
use crate::support::paging::Slice;
use crate::web::kit::Paging;
use crate::web::ui;

/// Rows of one page.
const ROWS: u32 = 50;

/// What a run changed, or would change.
#[derive(Template)]
#[template(path = "syncs/_changes.html")]
pub(super) struct Changes {
    lines: Vec<ChangeShown>,
    tabs: ui::Tabs,
    paging: Paging,
    is_pending: bool,
}

impl askama::filters::HtmlSafe for Changes {}

/// The part of the differences that the address names.
#[derive(Deserialize, Clone, Default)]
#[serde(default)]
pub(super) struct Wanted {
    change: String,
    /// How many lines come before.
    after: u32,
}

impl Wanted {
    /// # Errors
    /// 422 for a kind that there is not.
    pub fn check(&self) -> Result<(), Problem> {
        self.difference().map(drop)
    }

    fn difference(&self) -> Result<Option<Difference>, Problem> {
        match self.change.as_str() {
            "" | "all" => Ok(None),
            word => word
                .parse()
                .map(Some)
                .map_err(|()| Problem::invalid_field("change", "Choose a kind of change.")),
        }
    }
}

/// The differences of a run; of one that is held, what would be lost comes first.
pub(super) async fn of(ctx: &Ctx, run: &super::Run, wanted: &Wanted) -> Result<Changes, Problem> {
    let mut wanted = wanted.clone();
    let row = &run.row;
    if wanted.change.is_empty() && run.is_pending() && row.removed > 0 {
        wanted.change = Difference::Removed.as_str().to_owned();
    }
    let change = wanted.difference()?;
    let slice = Slice {
        skip: i64::from(wanted.after),
        limit: ROWS,
    };
    let found = sync::differences(ctx, row.id, change, slice).await?;
    let path = super::path(row.id);
    let query = [("change", wanted.change.as_str())];
    let after = (wanted.after > 0).then(|| wanted.after.to_string());
    let next = slice.skip + i64::from(ROWS);
    let next = (next < found.total).then(|| next.to_string());
    Ok(Changes {
        lines: found.items,
        tabs: tabs(row, change),
        paging: Paging::new(&path, &query, after.as_deref(), next.as_deref()).target("changes"),
        is_pending: run.is_pending(),
    })
}

fn tabs(row: &SyncRow, chosen: Option<Difference>) -> ui::Tabs {
    let path = |change: Option<Difference>| {
        let word = change.map_or("all", Difference::as_str);
        format!("{}?change={word}#changes", super::path(row.id))
    };
    let tabs = ui::Tabs::new("Kinds of change", path(chosen));
    let tabs = tabs.counted("All", path(None), count(row, None));
    Difference::ALL
        .iter()
        .copied()
        .fold(tabs, |tabs, change| match count(row, Some(change)) {
            0 => tabs,
            count => tabs.counted(word(change), path(Some(change)), count),
        })
}

/// How many differences of a kind, or of all kinds, a run found.
fn count(run: &SyncRow, change: Option<Difference>) -> i64 {
    let of = |change| match change {
        Difference::Added => run.added,
        Difference::Changed => run.changed,
        Difference::Renamed => run.renamed,
        Difference::Removed => run.removed,
        Difference::Returned => run.returned,
        Difference::Excluded => run.newly_excluded,
    };
    match change {
        Some(change) => of(change),
        None => Difference::ALL.iter().copied().map(of).sum(),
    }
}

fn word(change: Difference) -> &'static str {
    match change {
        Difference::Added => "Added",
        Difference::Changed => "Changed",
        Difference::Renamed => "Renamed",
        Difference::Removed => "Removed",
        Difference::Returned => "Returned",
        Difference::Excluded => "Left out",
    }
}

fn badge(change: Difference) -> ui::Badge {
    match change {
        Difference::Added => ui::Badge::success(word(change)).icon("plus"),
        Difference::Returned => ui::Badge::success(word(change)).icon("undo-2"),
        Difference::Removed => ui::Badge::danger(word(change)).icon("trash-2"),
        Difference::Renamed => ui::Badge::info(word(change)).icon("pencil"),
        Difference::Changed => ui::Badge::info(word(change)).icon("refresh-cw"),
        Difference::Excluded => ui::Badge::neutral(word(change)).icon("funnel"),
    }
}

fn kind(line: &ChangeLine) -> &str {
    match line.kind.as_str() {
        "live" => "Channel stream",
        "movie" => "Film",
        "episode" => "Episode",
        other => other,
    }
}
