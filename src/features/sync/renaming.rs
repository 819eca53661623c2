//! What rename rules would make of the names that are stored, before anybody saves them.

use std::time::{Duration, Instant};

use tokio::task::spawn_blocking;

use crate::ctx::Ctx;
use crate::db::{Db, DbError};
use crate::features::catalogue::store::listed;
use crate::features::catalogue::vod;
use crate::features::providers::renames::{Named, Renamer, Rule};
use crate::features::providers::store::series;
use crate::features::providers::{Kind, Provider};

use super::Error;

/// Names that are looked at, and for how long: somebody waits.
const MOST_NAMES: usize = 300_000;
const PATIENCE: Duration = Duration::from_secs(3);
/// Names that are read at a time.
const PAGE: i64 = 4_096;
/// Examples of each kind.
const EXAMPLES: usize = 20;

/// What would become of a provider's names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preview {
    /// Names that were looked at.
    pub names: usize,
    /// Of them, those that the rules name otherwise than they are listed.
    pub renamed: usize,
    /// Of all, those that would be called otherwise than now.
    pub changed: usize,
    /// Whether all names that are stored were looked at.
    pub is_whole: bool,
    /// How many names each rule finds something in.
    pub found: Vec<usize>,
    /// The first of those renamed, of each kind.
    pub examples: Vec<Example>,
}

/// A name that rules change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    pub named: Named,
    pub listed: String,
    pub name: String,
}

/// A name as it is stored.
struct Stored {
    id: i64,
    named: Named,
    name: String,
    listed_name: Option<String>,
    /// The name is what was made a title of.
    is_title: bool,
}

/// Applies rules to the names that a provider listed when it was last read. The rules must stand.
///
/// # Errors
/// [`Error::Db`].
pub async fn preview(ctx: &Ctx, provider: &Provider, rules: &[Rule]) -> Result<Preview, Error> {
    let mut judge = Judge {
        this_year: super::year_of(ctx.clock.now_ms()),
        renamer: Renamer::new(rules),
        until: Instant::now() + PATIENCE,
        preview: Preview {
            is_whole: true,
            found: vec![0; rules.len()],
            ..Preview::default()
        },
    };
    for part in Part::of(provider.kind) {
        let mut after = i64::MIN;
        loop {
            let page = part.page(&ctx.db, provider, after).await?;
            let Some(last) = page.last() else { break };
            after = last.id;
            judge = spawn_blocking(move || judge.judged(page))
                .await
                .map_err(|_| Error::Staging)?;
            if !judge.preview.is_whole {
                return Ok(judge.preview);
            }
        }
    }
    Ok(judge.preview)
}

/// Where names are stored.
#[derive(Clone, Copy)]
enum Part {
    Streams,
    /// With the episodes that are listed by themselves.
    Vod,
    /// Of a panel, whose episodes have their names from their series.
    FilmsAlone,
    Series,
}

impl Part {
    fn of(kind: Kind) -> &'static [Self] {
        match kind {
            Kind::M3u => &[Self::Streams, Self::Vod],
            Kind::Xtream => &[Self::Streams, Self::FilmsAlone, Self::Series],
        }
    }

    /// The next names; none behind the last.
    async fn page(self, db: &Db, provider: &Provider, after: i64) -> Result<Vec<Stored>, DbError> {
        let named = |is_film| match self {
            Self::Streams => Named::Live,
            _ if is_film => Named::Films,
            _ => Named::Series,
        };
        if matches!(self, Self::Series) {
            let names = series::names(db, provider.id, after, PAGE).await?;
            let stored = |(id, name, listed_name): (i64, String, Option<String>)| Stored {
                id,
                named: Named::Series,
                name,
                listed_name,
                is_title: true,
            };
            return Ok(names.into_iter().map(stored).collect());
        }
        let kind = match self {
            Self::Streams => listed::Names::Streams,
            Self::FilmsAlone => listed::Names::Films,
            Self::Vod | Self::Series => listed::Names::Vod,
        };
        let names = listed::names(db, provider.id, kind, after, PAGE).await?;
        let stored = |name: listed::Name| Stored {
            id: name.id,
            named: named(name.is_film),
            name: name.name,
            listed_name: name.listed_name,
            is_title: false,
        };
        Ok(names.into_iter().map(stored).collect())
    }
}

struct Judge {
    this_year: u16,
    renamer: Renamer,
    until: Instant,
    preview: Preview,
}

impl Judge {
    fn judged(mut self, names: Vec<Stored>) -> Self {
        for name in names {
            if self.preview.names >= MOST_NAMES || Instant::now() >= self.until {
                self.preview.is_whole = false;
                break;
            }
            self.judge(name);
        }
        self
    }

    fn judge(&mut self, stored: Stored) {
        let Preview {
            names,
            renamed,
            changed,
            found,
            examples,
            ..
        } = &mut self.preview;
        *names += 1;
        let listed = stored.listed_name.as_deref().unwrap_or(&stored.name);
        let name = self.renamer.rename_noting(stored.named, listed, |rule| {
            if let Some(count) = found.get_mut(rule) {
                *count += 1;
            }
        });
        let called = name.as_deref().unwrap_or(listed);
        let is_same = match stored.is_title {
            true => vod::series(called, None, self.this_year).0 == stored.name,
            false => called == stored.name,
        };
        *changed += usize::from(!is_same);
        let Some(name) = name else { return };
        *renamed += 1;
        let shown = examples
            .iter()
            .filter(|example| example.named == stored.named)
            .count();
        if shown < EXAMPLES {
            examples.push(Example {
                named: stored.named,
                listed: listed.to_owned(),
                name,
            });
        }
    }
}
