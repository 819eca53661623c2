use crate::db::{Sql, Value};
use crate::features::catalogue::browse::{
    ChannelFilter, ChannelSort, FIT_STEP, Health, Place, TitleFilter, TitleSort, YearWord, words,
};
use crate::support::text::{folded, name_key};

/// One list: its table, what is shown of a row, which rows, in which order. Every piece of its text stands in this file.
pub struct Listing {
    table: &'static str,
    columns: &'static str,
    conditions: Vec<String>,
    args: Vec<Value>,
    lead: Option<Lead>,
    /// Where only these ids can be in the list, they are counted from instead of the whole table.
    few: Option<String>,
    /// Only one category or genre.
    is_grouped: bool,
    /// No index stands in the list's order and holds all it is narrowed by.
    is_scan: bool,
}

/// The number compared first.
struct Lead {
    expression: String,
    args: Vec<Value>,
    greatest_first: bool,
}

const CHANNEL_COLUMNS: &str = "t.id, t.name, t.category, t.country, t.logo_url, t.epg_id, t.enabled, \
     t.lineup_number, t.stream_count, t.active_stream_count, t.best_resolution, t.sort_key";
const MOVIE_COLUMNS: &str =
    "t.id, t.title, t.year, t.genre, t.rating, t.cover_url, t.version_count, t.sort_key";
const SERIES_COLUMNS: &str =
    "t.id, t.title, t.year, t.genre, t.rating, t.cover_url, t.season_count, t.episode_count, t.sort_key";

impl Listing {
    pub fn of_channels(filter: &ChannelFilter, sort: ChannelSort) -> Self {
        let mut listing = Self::new("channels", CHANNEL_COLUMNS, "listed");
        listing.search(&filter.q, None);
        if let Some(category) = &filter.category {
            listing.narrow("category = ", category.as_str());
            listing.is_grouped = true;
        }
        if let Some(provider) = filter.provider {
            let provider = bind(&mut listing.args, provider);
            let streams = "from channel_streams s where s.missing_since is null and s.provider_id = ";
            listing.and(&format!(
                "exists (select 1 {streams}{provider} and s.channel_id = channels.id)"
            ));
            listing.few = Some(format!("(select distinct s.channel_id {streams}{provider})"));
        }
        if let Some(tag) = &filter.tag {
            let tag = bind(&mut listing.args, folded(tag));
            listing.and(&format!(
                "id in (select t.channel_id from channel_tags t where t.tag_key = {tag})"
            ));
        }
        match filter.enabled {
            None => {}
            Some(true) => listing.and("enabled"),
            Some(false) => listing.and("not enabled"),
        }
        match filter.health {
            // Streams that were never tested are unknown.
            None | Some(Health::Unknown) => {}
            Some(Health::Up | Health::Degraded | Health::Down | Health::Maintenance) => listing.and("1 = 0"),
        }
        match filter.has_epg {
            None => {}
            Some(true) => listing.and("epg_id is not null"),
            Some(false) => listing.and("epg_id is null"),
        }
        listing.lead = match sort {
            ChannelSort::Fit => fit(&filter.q, None, listing.args.len(), Some("lineup_number")),
            ChannelSort::Name => None,
            ChannelSort::Number => Some(Lead::column("lineup_number", false)),
            ChannelSort::Streams => Some(Lead::column("stream_count", true)),
            ChannelSort::Health => Some(Lead::column("active_stream_count", true)),
        };
        listing
    }

    pub fn of_movies(filter: &TitleFilter, sort: TitleSort) -> Self {
        Self::new("vod_movies", MOVIE_COLUMNS, "version_count > 0").titles(filter, sort)
    }

    pub fn of_series(filter: &TitleFilter, sort: TitleSort) -> Self {
        Self::new("vod_series", SERIES_COLUMNS, "episode_count > 0").titles(filter, sort)
    }

    /// The statement that counts the whole list.
    pub fn count(&self) -> (Sql, Vec<Value>) {
        let table = self.table;
        let from = self.few.as_ref().map_or_else(
            || table.to_owned(),
            |few| format!("{few} few join {table} on {table}.id = few.channel_id"),
        );
        let mut conditions: Vec<&str> = self.conditions.iter().map(String::as_str).collect();
        if self.few.is_some() {
            conditions.retain(|condition| !condition.starts_with("exists "));
        } else if !self.is_grouped {
            // Always true: SQLite then walks the index in the order of names instead of the rows.
            conditions.push("sort_key >= ''");
        }
        let conditions = conditions.join(" and ");
        let text = format!("select count(*) from {from} where {conditions}");
        (Sql::built(text), self.args.clone())
    }

    /// The statement that reads `limit` rows from `place` on; backwards where the place is before a row. Behind the row's
    /// columns stands the number of the whole list where [`Self::counts_itself`].
    pub fn items(&self, place: &Place, limit: i64) -> (Sql, Vec<Value>) {
        let mut args = self.args.clone();
        if let Some(lead) = &self.lead {
            args.extend(lead.args.iter().cloned());
        }
        let lead = self.lead.as_ref().map_or("0", |lead| lead.expression.as_str());
        let (table, columns) = (self.table, self.columns);
        let conditions = self.conditions.join(" and ");
        let backwards = matches!(place, Place::Before(_));
        let outer = self.order("t.", Some("p.lead"), backwards);
        let text = if self.is_scan {
            // One walk through the index finds what matches; it is sorted and counted by itself. The inner order only
            // makes SQLite walk the index instead of the rows.
            let keyset = self.keyset("lead", place, &mut args);
            let condition = if keyset.is_empty() { "" } else { " where " };
            let part = part(place, limit, &mut args);
            format!(
                "with hits as materialized (select id, sort_key, cast({lead} as bigint) as lead from {table} \
                 where {conditions} order by sort_key, id) \
                 select {columns}, p.lead, (select count(*) from hits) from (select id as place_id, lead from hits\
                 {condition}{keyset} order by {inner}{part}) p \
                 join {table} t on t.id = p.place_id order by {outer}",
                inner = self.order("", Some("lead"), backwards),
            )
        } else {
            // Rows are found by index first and read whole only for the page.
            let keyset = self.keyset(lead, place, &mut args);
            let and = if keyset.is_empty() { "" } else { " and " };
            let part = part(place, limit, &mut args);
            format!(
                "select {columns}, p.lead from (select id as place_id, cast({lead} as bigint) as lead from {table} \
                 where {conditions}{and}{keyset} order by {inner}{part}) p \
                 join {table} t on t.id = p.place_id order by {outer}",
                inner = self.order("", None, backwards),
            )
        };
        (Sql::built(text), args)
    }

    /// The statement that reads the id of every row, in order.
    pub fn ids(&self) -> (Sql, Vec<Value>) {
        let mut args = self.args.clone();
        if let Some(lead) = &self.lead {
            args.extend(lead.args.iter().cloned());
        }
        let (table, conditions) = (self.table, self.conditions.join(" and "));
        let order = self.order("", None, false);
        let text = format!("select id from {table} where {conditions} order by {order}");
        (Sql::built(text), args)
    }

    /// Whether each row that [`Self::items`] finds says how long the whole list is.
    pub fn counts_itself(&self) -> bool {
        self.is_scan
    }

    /// The condition that begins the page beside the place's row; empty where it begins by number.
    fn keyset(&self, lead: &str, place: &Place, args: &mut Vec<Value>) -> String {
        let (cursor, backwards) = match place {
            Place::Skip(_) => return String::new(),
            Place::After(cursor) => (cursor, false),
            Place::Before(cursor) => (cursor, true),
        };
        let sign = if backwards { '<' } else { '>' };
        let sort_key = bind(args, cursor.sort_key.as_str());
        let id = bind(args, cursor.id);
        let beside = format!("(sort_key, id) {sign} ({sort_key}, {id})");
        let Some(known) = &self.lead else {
            return beside;
        };
        let beyond = if known.greatest_first == backwards {
            '>'
        } else {
            '<'
        };
        let at = bind(args, cursor.lead);
        // The bound by itself lets an index begin there.
        format!("{lead} {beyond}= {at} and ({lead} {beyond} {at} or {beside})")
    }

    fn order(&self, table: &str, lead_as: Option<&str>, backwards: bool) -> String {
        let direction = |descending: bool| if descending { " desc" } else { "" };
        let names = format!("{table}sort_key{0}, {table}id{0}", direction(backwards));
        match &self.lead {
            None => names,
            Some(lead) => {
                let expression = lead_as.unwrap_or(&lead.expression);
                format!(
                    "{expression}{}, {names}",
                    direction(lead.greatest_first != backwards)
                )
            }
        }
    }

    fn titles(mut self, filter: &TitleFilter, sort: TitleSort) -> Self {
        let year_word = YearWord::of(&words(&filter.q));
        self.search(&filter.q, year_word.as_ref());
        if let Some(genre) = &filter.genre {
            self.narrow("genre = ", genre.as_str());
            self.is_grouped = true;
        }
        if let Some(year) = filter.year {
            self.narrow("year = ", year);
            self.is_scan = true;
        }
        self.lead = match sort {
            TitleSort::Fit => fit(&filter.q, year_word.as_ref(), self.args.len(), None),
            TitleSort::Title => None,
            TitleSort::Year => Some(Lead::column("coalesce(year, 0)", true)),
            TitleSort::Added => Some(Lead::column("created_at", true)),
            TitleSort::Rating => Some(Lead::column("coalesce(rating, 0)", true)),
        };
        self
    }

    fn new(table: &'static str, columns: &'static str, visible: &str) -> Self {
        Self {
            table,
            columns,
            conditions: vec![visible.to_owned()],
            args: Vec::new(),
            lead: None,
            few: None,
            is_grouped: false,
            is_scan: false,
        }
    }

    fn and(&mut self, condition: &str) {
        self.conditions.push(condition.to_owned());
    }

    fn narrow(&mut self, condition: &str, value: impl Into<Value>) {
        let value = bind(&mut self.args, value);
        self.conditions.push(format!("{condition}{value}"));
    }

    fn search(&mut self, q: &str, year_word: Option<&YearWord>) {
        let words = words(q);
        if words.is_empty() && !q.trim().is_empty() {
            // Only punctuation: nothing that a folded name could hold.
            self.and("1 = 0");
        }
        self.is_scan |= !words.is_empty();
        for word in words {
            let year = year_word.filter(|year| year.word == word);
            let like = bind(&mut self.args, format!("%{word}%"));
            match year {
                None => self.and(&format!("name_key like {like}")),
                Some(year) => {
                    let year = bind(&mut self.args, year.year);
                    self.and(&format!("(name_key like {like} or year = {year})"));
                }
            }
        }
    }
}

impl Lead {
    fn column(expression: &str, greatest_first: bool) -> Self {
        Self {
            expression: expression.to_owned(),
            args: Vec::new(),
            greatest_first,
        }
    }
}

fn part(place: &Place, limit: i64, args: &mut Vec<Value>) -> String {
    let skip = if let Place::Skip(skip) = place { *skip } else { 0 };
    let (limit, skip) = (bind(args, limit), bind(args, skip));
    format!(" limit {limit} offset {skip}")
}

fn bind(args: &mut Vec<Value>, value: impl Into<Value>) -> String {
    args.push(value.into());
    format!("${}", args.len())
}

/// 0 for the exact name, 1 where every word of the search is a whole word of the name, 2 otherwise; `then` after it.
/// `bound` placeholders stand before its own.
fn fit(q: &str, year_word: Option<&YearWord>, bound: usize, then: Option<&str>) -> Option<Lead> {
    let words = words(q);
    if words.is_empty() {
        return None;
    }
    let mut args = Vec::new();
    let mut place = |value: Value| {
        args.push(value);
        format!("${}", bound + args.len())
    };
    let mut exact = format!("name_key = {}", place(Value::from(name_key(q))));
    let mut of_year = String::new();
    if let Some(year) = year_word {
        let (before, number) = (
            place(Value::from(year.before.as_str())),
            place(Value::from(year.year)),
        );
        exact = format!("({exact} or (name_key = {before} and year = {number}))");
        of_year = format!("year = {number}");
    }
    let mut whole = Vec::new();
    for word in words {
        let like = format!(
            "' ' || name_key || ' ' like {}",
            place(Value::from(format!("% {word} %")))
        );
        whole.push(match year_word {
            Some(year) if year.word == word => format!("({like} or {of_year})"),
            _ => like,
        });
    }
    let fit = format!(
        "(case when {exact} then 0 when {} then 1 else 2 end)",
        whole.join(" and ")
    );
    let expression = match then {
        None => fit,
        Some(then) => format!("({fit} * {FIT_STEP} + {then})"),
    };
    Some(Lead {
        expression,
        args,
        greatest_first: false,
    })
}
