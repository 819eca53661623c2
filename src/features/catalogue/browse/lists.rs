//! Lists as pages ask for them: a large one answers from an [`Index`] in memory, and only the rows that are shown are read.
//!
//! An index holds for one version of the catalogue. While a newer one is being built, and for small lists, the database
//! searches, sorts and counts by itself; both answer alike.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;

use super::index::{Index, Wanted};
use super::store::{self, Table};
use super::{
    ChannelFilter, ChannelLine, ChannelSort, MovieLine, Page, Place, Placed, SeriesLine, TitleFilter,
    TitleSort, TitleTotals,
};
use crate::db::{Db, DbError, FromRow};

/// Shorter lists are searched by the database as fast.
const WORTH_AN_INDEX: usize = 5_000;
/// Fewer are counted by the database as fast.
const MANY: i64 = 5_000;

/// The lists of a catalogue; cheap to clone.
#[derive(Clone)]
pub struct Lists {
    db: Db,
    runtime: Handle,
    kept: Arc<[Kept; 3]>,
    /// With the version of the catalogue that they hold for.
    totals: Arc<Mutex<Option<(i64, Totals)>>>,
}

/// What there is to watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Those with a stream.
    pub channels: i64,
    pub titles: TitleTotals,
}

#[derive(Default)]
struct Kept {
    /// Held by who builds.
    building: Arc<tokio::sync::Mutex<()>>,
    /// None until the first is built.
    built: Mutex<Option<Built>>,
}

#[derive(Clone)]
struct Built {
    version: i64,
    /// None where the list is too short.
    index: Option<Arc<Index>>,
}

impl Lists {
    /// Indexes are built in the runtime that this is called in: that of a connection has it to answer.
    pub fn new(db: Db) -> Self {
        Self {
            db,
            runtime: Handle::current(),
            kept: Arc::default(),
            totals: Arc::default(),
        }
    }

    /// As [`super::channels`].
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn channels(
        &self,
        filter: &ChannelFilter,
        sort: ChannelSort,
        place: &Place,
        limit: i64,
    ) -> Result<Page<ChannelLine>, DbError> {
        if let Some(index) = self.index(Table::Channels).await? {
            let wanted = Wanted::channels(filter, sort);
            return self.page(Table::Channels, &index, &wanted, place, limit).await;
        }
        super::channels(&self.db, filter, sort, place, limit).await
    }

    /// As [`super::movies`].
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn movies(
        &self,
        filter: &TitleFilter,
        sort: TitleSort,
        place: &Place,
        limit: i64,
    ) -> Result<Page<MovieLine>, DbError> {
        if let Some(index) = self.index(Table::Movies).await? {
            let wanted = Wanted::titles(filter, sort);
            return self.page(Table::Movies, &index, &wanted, place, limit).await;
        }
        super::movies(&self.db, filter, sort, place, limit).await
    }

    /// As [`super::series`].
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn series(
        &self,
        filter: &TitleFilter,
        sort: TitleSort,
        place: &Place,
        limit: i64,
    ) -> Result<Page<SeriesLine>, DbError> {
        if let Some(index) = self.index(Table::Series).await? {
            let wanted = Wanted::titles(filter, sort);
            return self.page(Table::Series, &index, &wanted, place, limit).await;
        }
        super::series(&self.db, filter, sort, place, limit).await
    }

    /// As [`super::categories`].
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn categories(&self) -> Result<Vec<String>, DbError> {
        match self.index(Table::Channels).await? {
            Some(index) => Ok(index.groups().to_vec()),
            None => super::categories(&self.db).await,
        }
    }

    /// How many channels, films, series and episodes there are. Counting many takes a while, so they are counted once for
    /// each version of the catalogue.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn totals(&self) -> Result<Totals, DbError> {
        let version = store::version(&self.db).await?;
        let known = *self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, totals)) = known.filter(|(of, _)| *of == version) {
            return Ok(totals);
        }
        let totals = Totals {
            channels: super::channel_total(&self.db).await?,
            titles: super::title_totals(&self.db).await?,
        };
        let titles = totals.titles;
        // What was counted while the catalogue changed may be of either state.
        if totals.channels + titles.movies + titles.episodes >= MANY
            && store::version(&self.db).await? == version
        {
            *self.totals.lock().unwrap_or_else(PoisonError::into_inner) = Some((version, totals));
        }
        Ok(totals)
    }

    /// Builds what there is not yet and what holds no longer, so that nobody waits for it.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn renew(&self) -> Result<(), DbError> {
        for table in [Table::Channels, Table::Movies, Table::Series] {
            let kept = self.kept(table);
            let _building = kept.building.lock().await;
            let version = store::version(&self.db).await?;
            if kept.built().is_none_or(|built| built.version != version) {
                self.build(table).await?;
            }
        }
        Ok(())
    }

    async fn page<T: FromRow + Placed>(
        &self,
        table: Table,
        index: &Index,
        wanted: &Wanted<'_>,
        place: &Place,
        limit: i64,
    ) -> Result<Page<T>, DbError> {
        let limit = usize::try_from(limit).unwrap_or(0);
        let mut part = index.part(wanted, place, limit.saturating_add(1));
        let goes_on = part.entries.len() > limit;
        part.entries.truncate(limit);
        let items = store::rows(&self.db, table, &part.entries).await?;
        Ok(super::page(items, place, goes_on, part.total))
    }

    /// The index of the catalogue as it is now; where there is none yet, the next one is begun.
    async fn index(&self, table: Table) -> Result<Option<Arc<Index>>, DbError> {
        let version = store::version(&self.db).await?;
        let kept = self.kept(table);
        if let Some(built) = kept.built().filter(|built| built.version == version) {
            return Ok(built.index);
        }
        if let Ok(building) = Arc::clone(&kept.building).try_lock_owned() {
            let lists = self.clone();
            self.runtime.spawn(async move {
                let _building = building;
                if let Err(error) = lists.build(table).await {
                    tracing::warn!(%error, "an index of a list could not be built");
                }
            });
        }
        Ok(None)
    }

    async fn build(&self, table: Table) -> Result<(), DbError> {
        let version = store::version(&self.db).await?;
        let index = store::index(&self.db, table).await?;
        // What was read while the catalogue changed may be of either state.
        if store::version(&self.db).await? == version {
            let index = index.filter(|index| index.len() >= WORTH_AN_INDEX).map(Arc::new);
            *self.kept(table).lock() = Some(Built { version, index });
        }
        Ok(())
    }

    fn kept(&self, table: Table) -> &Kept {
        let [channels, movies, series] = &*self.kept;
        match table {
            Table::Channels => channels,
            Table::Movies => movies,
            Table::Series => series,
        }
    }
}

impl Kept {
    fn built(&self) -> Option<Built> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Built>> {
        self.built.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
