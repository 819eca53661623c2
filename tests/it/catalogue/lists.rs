//! Large lists, which answer from an index in memory as the database would.

use m3u_strm_processor::args;
use m3u_strm_processor::db::{Db, Value};
use m3u_strm_processor::features::catalogue::browse::{
    ChannelFilter, ChannelSort, Health, Lists, Place, TitleFilter, TitleSort, categories, channel_total,
    channels, movies, series, title_totals,
};
use m3u_strm_processor::support::ids::ProviderId;
use m3u_strm_processor::support::text::{name_key, sort_key};

use crate::on_both_engines;
use crate::support::{TestDb, seed};

/// A few more than make an index worth its memory.
const ENTRIES: i64 = 5_010;
const BRANDS: [&str; 5] = ["Nova", "Nova News", "Télé", "Канал", "One 2 One"];
const WORDS: [&str; 6] = ["News", "Sport", "Newsroom", "Kids", "Old Movies", "9"];
const GROUPS: [&str; 4] = ["News", "World", "Kids", "Größe"];

fn of<T: Copy>(list: &[T], number: i64) -> T {
    list[usize::try_from(number).unwrap() % list.len()]
}

/// Names that occur twice, too.
fn name(id: i64) -> String {
    format!("{} {} {}", of(&BRANDS, id), of(&WORDS, id / 5), id / 60)
}

async fn fill(db: &Db) {
    for id in [1, 2] {
        seed::provider(db, id, &format!("Provider {id}")).await;
    }
    let mut tx = db.begin().await.unwrap();
    let mut values: Vec<Value> = Vec::new();
    for id in 1..=ENTRIES {
        let (name, number) = (name(id), (id * 7919 % 100_003) * 10_000);
        let key = name_key(&name);
        let sort_key = sort_key(&key);
        let guide = (id % 3 == 0).then_some("guide");
        let group = of(&GROUPS, id / 7);
        let streams = id % 5;
        values.extend(args![
            id,
            &name,
            &name,
            &key,
            sort_key,
            &key,
            group,
            number,
            streams,
            streams / 2,
            id % 4 != 0,
            guide,
            0i64
        ]);
    }
    let head = "insert into channels (id, name, plain_name, name_key, sort_key, normalized_name, category, \
                lineup_number, stream_count, active_stream_count, enabled, epg_id, created_at)";
    tx.insert_many(head, 13, values, "").await.unwrap();
    for table in ["vod_movies", "vod_series"] {
        let mut values: Vec<Value> = Vec::new();
        for id in 1..=ENTRIES {
            let title = name(id);
            let key = name_key(&title);
            let year = (id % 9 != 0).then_some(1950 + id % 70);
            let genre = (id % 11 != 0).then(|| of(&GROUPS, id));
            values.extend(args![
                id,
                title,
                &key,
                &key,
                sort_key(&key),
                year,
                genre,
                id % 6,
                id % 50,
                (id % 7 != 0).then_some(id % 100)
            ]);
        }
        let head = match table {
            "vod_movies" => {
                "insert into vod_movies (id, title, normalized_title, name_key, sort_key, year, genre, version_count, created_at, rating)"
            }
            _ => {
                "insert into vod_series (id, title, normalized_title, name_key, sort_key, year, genre, episode_count, created_at, rating)"
            }
        };
        tx.insert_many(head, 10, values, "").await.unwrap();
    }
    // Some of both, some of one, some of one that no longer lists it.
    let mut values: Vec<Value> = Vec::new();
    let streams = (1..=ENTRIES).flat_map(|id| [(id, 1i64), (id, 2)]);
    for (number, (channel, provider)) in (1i64..).zip(streams.filter(|(id, provider)| id % 3 != *provider)) {
        let missing = (number % 10 == 0).then_some(1i64);
        values.extend(args![
            number,
            provider,
            channel,
            number,
            number,
            number,
            "x",
            "x",
            "",
            "hls",
            &b""[..],
            missing,
            0i64
        ]);
    }
    let head = "insert into channel_streams (id, provider_id, channel_id, identity_key, url_key, digest, \
                original_name, group_name, url_template, format, blocks, missing_since, created_at)";
    tx.insert_many(head, 13, values, "").await.unwrap();
    let mut values: Vec<Value> = Vec::new();
    for id in (1..=ENTRIES).filter(|id| id % 6 == 0) {
        values.extend(args![id, "late", "Late"]);
    }
    let head = "insert into channel_tags (channel_id, tag_key, tag)";
    tx.insert_many(head, 3, values, "").await.unwrap();
    // Without those that are in no list there are too few.
    for sql in [
        "update channels set stream_count = 5 where stream_count = 0 and id > 20",
        "update vod_movies set version_count = 6 where version_count = 0 and id > 20",
        "update vod_series set episode_count = 6 where episode_count = 0 and id > 20",
    ] {
        tx.execute(sql, args![]).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// Lists that have their indexes before anybody asked for one.
async fn indexed(db: &Db) -> Lists {
    let lists = Lists::new(db.clone());
    lists.renew().await.unwrap();
    lists
}

const SEARCHES: [&str; 9] = [
    "",
    "news",
    "nova news",
    "ov",
    "9",
    "кан",
    "TÉLÉ sport 1",
    "%",
    "nothing",
];

/// Compares pages at the front, in the middle, behind the end, and beside the entries that they name.
macro_rules! assert_alike {
    ($db:expr, $lists:expr, $list:ident, $filter:expr, $sort:expr) => {{
        let (db, lists, filter, sort) = ($db, $lists, $filter, $sort);
        let mut places = vec![Place::Skip(0), Place::Skip(30), Place::Skip(ENTRIES * 2)];
        let mut at = 0;
        while at < places.len() {
            let place = places[at].clone();
            let known = $list(db, filter, sort, &place, 4).await.unwrap();
            let found = lists.$list(filter, sort, &place, 4).await.unwrap();
            assert_eq!(
                format!("{found:?}"),
                format!("{known:?}"),
                "{filter:?} {sort:?} {place:?}"
            );
            if at == 1 {
                places.extend(known.before.map(Place::Before));
                places.extend(known.after.map(Place::After));
            }
            at += 1;
        }
    }};
}

on_both_engines! {
    async fn a_large_list_of_channels_answers_from_its_index_as_the_database_does(test: TestDb) {
        fill(&test.db).await;
        let lists = indexed(&test.db).await;
        let narrowed = [
            ChannelFilter::default(),
            ChannelFilter { category: Some("News".into()), ..ChannelFilter::default() },
            ChannelFilter { category: Some("Größe".into()), enabled: Some(false), ..ChannelFilter::default() },
            ChannelFilter { enabled: Some(true), has_epg: Some(false), ..ChannelFilter::default() },
            ChannelFilter { has_epg: Some(true), health: Some(Health::Unknown), ..ChannelFilter::default() },
            ChannelFilter { health: Some(Health::Down), ..ChannelFilter::default() },
            ChannelFilter { category: Some("None such".into()), ..ChannelFilter::default() },
            ChannelFilter { provider: Some(ProviderId(1)), ..ChannelFilter::default() },
            ChannelFilter { provider: Some(ProviderId(2)), has_epg: Some(true), ..ChannelFilter::default() },
            ChannelFilter { provider: Some(ProviderId(3)), ..ChannelFilter::default() },
            ChannelFilter { tag: Some("LATE".into()), ..ChannelFilter::default() },
            ChannelFilter { tag: Some("late".into()), provider: Some(ProviderId(1)), ..ChannelFilter::default() },
            ChannelFilter { tag: Some("lat".into()), ..ChannelFilter::default() },
        ];
        let sorts = [ChannelSort::Fit, ChannelSort::Name, ChannelSort::Number, ChannelSort::Streams, ChannelSort::Health];
        for (number, q) in SEARCHES.iter().enumerate() {
            for (other, narrowed) in narrowed.iter().enumerate() {
                let filter = ChannelFilter { q: (*q).to_owned(), ..narrowed.clone() };
                assert_alike!(&test.db, &lists, channels, &filter, sorts[(number + other) % sorts.len()]);
            }
        }
        for sort in sorts {
            assert_alike!(&test.db, &lists, channels, &ChannelFilter { q: "news".into(), ..ChannelFilter::default() }, sort);
        }
        assert_eq!(lists.categories().await.unwrap(), categories(&test.db).await.unwrap());
    }

    async fn a_large_list_of_titles_answers_from_its_index_as_the_database_does(test: TestDb) {
        fill(&test.db).await;
        let lists = indexed(&test.db).await;
        let narrowed = [
            TitleFilter::default(),
            TitleFilter { genre: Some("World".into()), ..TitleFilter::default() },
            TitleFilter { year: Some(1999), ..TitleFilter::default() },
            TitleFilter { genre: Some("Größe".into()), year: Some(2001), ..TitleFilter::default() },
            TitleFilter { year: Some(0), ..TitleFilter::default() },
        ];
        let sorts = [TitleSort::Fit, TitleSort::Title, TitleSort::Year, TitleSort::Added, TitleSort::Rating];
        for (number, q) in SEARCHES.iter().enumerate() {
            for (other, narrowed) in narrowed.iter().enumerate() {
                let filter = TitleFilter { q: (*q).to_owned(), ..narrowed.clone() };
                let sort = sorts[(number + other) % sorts.len()];
                assert_alike!(&test.db, &lists, movies, &filter, sort);
                assert_alike!(&test.db, &lists, series, &filter, sort);
            }
        }
        for q in ["nova 1983", "1983", "nova news 9 2001", "1983 nova", "1983 1983", "nova 1983 1983", "one 2 one 1959"] {
            for sort in [TitleSort::Fit, TitleSort::Rating] {
                let filter = TitleFilter { q: q.to_owned(), ..TitleFilter::default() };
                assert_alike!(&test.db, &lists, movies, &filter, sort);
            }
        }
    }

    async fn an_index_holds_for_one_version_of_the_catalogue(test: TestDb) {
        fill(&test.db).await;
        let lists = indexed(&test.db).await;
        let total = async |name: &str| {
            let filter = ChannelFilter { q: name.to_owned(), ..ChannelFilter::default() };
            lists.channels(&filter, ChannelSort::Fit, &Place::Skip(0), 5).await.unwrap().total
        };
        let rename = "update channels set name = 'Unheard', name_key = 'unheard', sort_key = 'unheard' where id = 21";
        test.db.execute(rename, args![]).await.unwrap();
        assert_eq!(total("unheard").await, 0, "the list was read from its index");
        test.db.execute("update catalogue_state set version = version + 1", args![]).await.unwrap();
        assert_eq!(total("unheard").await, 1, "the database answers until there is a new index");
        lists.renew().await.unwrap();
        assert_eq!(total("unheard").await, 1);
    }

    async fn what_there_is_is_counted_once_for_each_version_of_the_catalogue(test: TestDb) {
        fill(&test.db).await;
        let lists = Lists::new(test.db.clone());
        let counted = async || lists.totals().await.unwrap();
        let before = counted().await;
        assert_eq!(before.channels, channel_total(&test.db).await.unwrap());
        assert_eq!(before.titles, title_totals(&test.db).await.unwrap());
        test.db.execute("update channels set stream_count = 0 where id = 21", args![]).await.unwrap();
        assert_eq!(counted().await, before);
        test.db.execute("update catalogue_state set version = version + 1", args![]).await.unwrap();
        assert_eq!(counted().await.channels, before.channels - 1);
    }

    async fn a_short_list_has_no_index(test: TestDb) {
        fill(&test.db).await;
        test.db.execute("update channels set stream_count = 0 where id > 4900", args![]).await.unwrap();
        let lists = indexed(&test.db).await;
        test.db.execute("update channels set stream_count = 0 where id > 10", args![]).await.unwrap();
        let all = ChannelFilter::default();
        let page = lists.channels(&all, ChannelSort::Name, &Place::Skip(0), 5).await.unwrap();
        assert_eq!(page.total, 8);
    }

    async fn a_row_that_went_away_leaves_the_others_on_its_page(test: TestDb) {
        fill(&test.db).await;
        let lists = indexed(&test.db).await;
        let filter = TitleFilter::default();
        let whole = lists.movies(&filter, TitleSort::Added, &Place::Skip(0), 5).await.unwrap();
        let sql = "delete from vod_movies where id = $1";
        test.db.execute(sql, args![whole.items[2].id]).await.unwrap();
        let rest = lists.movies(&filter, TitleSort::Added, &Place::Skip(0), 5).await.unwrap();
        let ids = |page: &m3u_strm_processor::features::catalogue::browse::Page<_>| -> Vec<i64> {
            page.items.iter().map(|line: &m3u_strm_processor::features::catalogue::browse::MovieLine| line.id.0).collect()
        };
        let mut expected = ids(&whole);
        expected.remove(2);
        assert_eq!(ids(&rest), expected);
        assert!(rest.after.is_some());
    }
}
