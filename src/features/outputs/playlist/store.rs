use crate::args;
use crate::db::{Db, DbError};
use crate::features::catalogue::pictures;
use crate::features::catalogue::quality::Tier;
use crate::features::outputs::selection::{Preference, Selection};
use crate::support::ids::ChannelId;

/// Minor numbers are counted below this: 2.1 is stored as 20001.
const MINOR: i64 = 10_000;

crate::record! {
    /// What a playlist says of a channel, or of one tier of it.
    pub struct Line {
        pub id: ChannelId,
        pub name: String,
        pub category: String,
        pub lineup_number: i64,
        pub epg_id: Option<String>,
        pub logo_url: Option<String>,
        pub resolution: Option<String>,
    }
}

impl Line {
    /// The path behind the token; a wished picture is part of it, since players drop queries.
    pub fn path(&self, quality: Preference) -> String {
        match quality {
            Preference::Best => format!("channel/{}", self.id),
            Preference::All => match self.tier() {
                Some(tier) => format!("channel/{}/{}", self.id, tier.name().to_ascii_lowercase()),
                None => format!("channel/{}", self.id),
            },
            wish => format!("channel/{}/{wish}", self.id),
        }
    }

    pub fn label(&self, quality: Preference) -> String {
        match (quality, self.tier()) {
            (Preference::All, Some(tier)) => format!(" [{tier}]"),
            _ => String::new(),
        }
    }

    pub fn number(&self) -> String {
        match (self.lineup_number / MINOR, self.lineup_number % MINOR) {
            (major, 0) => major.to_string(),
            (major, minor) => format!("{major}.{minor}"),
        }
    }

    /// What ties the entry to the guide: the provider's own id of it, else one of ours.
    pub fn tvg_id(&self) -> String {
        match &self.epg_id {
            // The same in playlist and guide: a playlist has no way to write a double quote.
            Some(id) => id.replace('"', "'").replace(char::is_control, " "),
            None => format!("channel-{}", self.id),
        }
    }

    /// The path of the logo behind the token, empty if there is none: the cache's, so that no player meets the provider. It
    /// changes with the logo, since players keep what they got.
    pub fn logo(&self) -> String {
        match self.logo_url.as_deref() {
            None | Some("") => String::new(),
            Some(url) => format!("logo/{}/{}.jpg", self.id, pictures::version(url)),
        }
    }

    fn tier(&self) -> Option<Tier> {
        self.resolution.as_deref()?.parse().ok()
    }
}

/// Rises with every change of what is listed.
pub async fn catalogue_version(db: &Db) -> Result<i64, DbError> {
    let (version,): (i64,) = db
        .one("select version from catalogue_state where id = 1", args![])
        .await?;
    Ok(version)
}

pub async fn category_exists(db: &Db, category: &str) -> Result<bool, DbError> {
    let found: Option<(i64,)> = db
        .optional(
            "select id from channels
             where enabled and category = $1 and listed limit 1",
            args![category],
        )
        .await?;
    Ok(found.is_some())
}

/// Every line of the selection, by number, then name.
pub async fn each_entry(
    db: &Db,
    selection: &Selection,
    mut take: impl FnMut(Line) -> Result<(), DbError> + Send,
) -> Result<(), DbError> {
    let sql = match (selection.quality, &selection.category) {
        (Preference::All, _) => {
            "select c.id, c.name, c.category, c.lineup_number, c.epg_id, c.logo_url, s.resolution
             from channels c
             join (select t.channel_id, t.resolution, max(t.quality_score) as score
                   from channel_streams t join providers p on p.id = t.provider_id
                   where t.missing_since is null and t.enabled and p.enabled and p.deleted_at is null
                   group by t.channel_id, t.resolution) s on s.channel_id = c.id
             where c.enabled and c.listed and c.active_stream_count > 0 and ($1 is null or c.category = $1)
             order by c.lineup_number, c.sort_key, c.id, s.score desc nulls last"
        }
        _ => {
            "select id, name, category, lineup_number, epg_id, logo_url, null
             from channels
             where enabled and listed and active_stream_count > 0 and ($1 is null or category = $1)
             order by lineup_number, sort_key, id"
        }
    };
    db.each(sql, args![selection.category.as_deref()], |row| {
        take(crate::db::FromRow::from_row(row)?)
    })
    .await
}
