use m3u_strm_processor::args;
use m3u_strm_processor::db::{Db, Value};
use m3u_strm_processor::features::catalogue::browse::{
    ChannelFilter, ChannelLine, ChannelSort, Health, Page, Place, TitleFilter, TitleSort, channels, movies,
    series,
};
use m3u_strm_processor::support::ids::ProviderId;
use m3u_strm_processor::support::text::{name_key, sort_key};

use crate::on_both_engines;
use crate::support::TestDb;

/// Number, name, category, streams, provider of the stream.
const CHANNELS: [(i64, &str, &str, i64, i64); 8] = [
    (10, "Sky News", "News", 2, 1),
    (2, "News", "News", 1, 1),
    (30, "News Extra", "World", 5, 2),
    (4, "Téléjournal 10", "World", 1, 2),
    (5, "Téléjournal 9", "World", 1, 2),
    (6, "Newsround", "Kids", 3, 1),
    (7, "Gone", "Kids", 0, 1),
    (8, "100% Jazz", "Music", 1, 1),
];

async fn fill(db: &Db) {
    let mut tx = db.begin().await.unwrap();
    for id in [1i64, 2] {
        tx.execute(
            "insert into providers (id, name, type, secrets, created_at, updated_at) values ($1, $2, 'm3u', $3, 0, 0)",
            args![id, format!("Provider {id}"), &b"x"[..]],
        )
        .await
        .unwrap();
    }
    let mut id = 0i64;
    for (number, name, category, streams, provider) in CHANNELS {
        id += 1;
        let key = name_key(name);
        tx.execute(
            "insert into channels (id, name, plain_name, name_key, sort_key, normalized_name, category,
                 lineup_number, stream_count, active_stream_count, created_at)
             values ($1, $2, $2, $3, $4, $3, $5, $6, $7, $7, 0)",
            args![
                id,
                name,
                key.as_str(),
                sort_key(&key),
                category,
                number * 10_000,
                streams
            ],
        )
        .await
        .unwrap();
        tx.execute(
            "insert into channel_streams (id, provider_id, channel_id, identity_key, url_key, digest, original_name,
                 group_name, url_template, format, blocks, created_at)
             values ($1, $2, $1, $1, $1, $1, $3, $4, '', 'hls', $5, 0)",
            args![id, provider, name, category, &b""[..]],
        )
        .await
        .unwrap();
    }
    for (id, (title, year)) in [("Alpha", 2001i64), ("Beta", 1999), ("Alphabet", 2020)]
        .into_iter()
        .enumerate()
    {
        let key = name_key(title);
        let values: Vec<Value> = args![
            i64::try_from(id).unwrap(),
            title,
            key.as_str(),
            sort_key(&key),
            year
        ];
        tx.execute(
            "insert into vod_movies (id, title, normalized_title, name_key, sort_key, year, version_count, created_at)
             values ($1, $2, $3, $3, $4, $5, 1, 0)",
            values,
        )
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
}

async fn page(
    db: &Db,
    filter: &ChannelFilter,
    sort: ChannelSort,
    place: &Place,
    limit: i64,
) -> Page<ChannelLine> {
    channels(db, filter, sort, place, limit).await.unwrap()
}

async fn names(db: &Db, filter: ChannelFilter, sort: ChannelSort) -> Vec<String> {
    let page = page(db, &filter, sort, &Place::Skip(0), 100).await;
    assert_eq!(page.total, i64::try_from(page.items.len()).unwrap());
    page.items.into_iter().map(|line| line.name).collect()
}

fn searching(q: &str) -> ChannelFilter {
    ChannelFilter {
        q: q.to_owned(),
        ..ChannelFilter::default()
    }
}

const SORTS: [ChannelSort; 5] = [
    ChannelSort::Fit,
    ChannelSort::Name,
    ChannelSort::Number,
    ChannelSort::Streams,
    ChannelSort::Health,
];

on_both_engines! {
    async fn a_search_finds_exact_names_then_whole_words_then_the_rest_by_number(test: TestDb) {
        fill(&test.db).await;
        let found = names(&test.db, searching("NEWS"), ChannelSort::Fit).await;
        assert_eq!(found, ["News", "Sky News", "News Extra", "Newsround"]);
        assert_eq!(names(&test.db, searching("tele 9"), ChannelSort::Fit).await, ["Téléjournal 9"]);
        assert_eq!(names(&test.db, searching("extra news"), ChannelSort::Fit).await, ["News Extra"]);
    }

    async fn wildcards_and_punctuation_are_no_patterns(test: TestDb) {
        fill(&test.db).await;
        assert_eq!(names(&test.db, searching("100%"), ChannelSort::Fit).await, ["100% Jazz"]);
        assert!(names(&test.db, searching("%"), ChannelSort::Fit).await.is_empty());
        assert!(names(&test.db, searching("_'\"\\"), ChannelSort::Fit).await.is_empty());
    }

    async fn channels_without_a_present_stream_are_not_listed(test: TestDb) {
        fill(&test.db).await;
        assert!(!names(&test.db, ChannelFilter::default(), ChannelSort::Name).await.contains(&"Gone".to_owned()));
    }

    async fn names_stand_in_natural_order(test: TestDb) {
        fill(&test.db).await;
        assert_eq!(
            names(&test.db, ChannelFilter::default(), ChannelSort::Name).await,
            ["100% Jazz", "News", "News Extra", "Newsround", "Sky News", "Téléjournal 9", "Téléjournal 10"]
        );
        let by_streams = names(&test.db, ChannelFilter::default(), ChannelSort::Streams).await;
        assert_eq!(by_streams[..3], ["News Extra", "Newsround", "Sky News"]);
        assert_eq!(names(&test.db, ChannelFilter::default(), ChannelSort::Number).await[0], "News");
    }

    async fn every_filter_narrows_the_list_and_its_count(test: TestDb) {
        fill(&test.db).await;
        let none = ChannelFilter::default;
        let category = ChannelFilter { category: Some("World".into()), ..none() };
        assert_eq!(names(&test.db, category, ChannelSort::Name).await.len(), 3);
        let provider = ChannelFilter { provider: Some(ProviderId(1)), ..none() };
        assert_eq!(
            names(&test.db, provider, ChannelSort::Name).await,
            ["100% Jazz", "News", "Newsround", "Sky News"]
        );
        test.db.execute("update channels set enabled = false, epg_id = 'x' where name = 'News'", args![]).await.unwrap();
        for filter in [
            ChannelFilter { enabled: Some(false), ..none() },
            ChannelFilter { has_epg: Some(true), ..none() },
        ] {
            assert_eq!(names(&test.db, filter, ChannelSort::Name).await, ["News"]);
        }
        let rest = ChannelFilter { enabled: Some(true), has_epg: Some(false), ..none() };
        assert_eq!(names(&test.db, rest, ChannelSort::Name).await.len(), 6);
        let down = ChannelFilter { health: Some(Health::Down), ..none() };
        assert!(names(&test.db, down, ChannelSort::Name).await.is_empty());
        let unknown = ChannelFilter { health: Some(Health::Unknown), ..none() };
        assert_eq!(names(&test.db, unknown, ChannelSort::Name).await.len(), 7);
    }

    async fn walking_by_keyset_forth_and_back_meets_every_channel_once(test: TestDb) {
        fill(&test.db).await;
        for q in ["", "e"] {
            for sort in SORTS {
                let whole = names(&test.db, searching(q), sort).await;
                let mut forth = Vec::new();
                let mut place = Place::Skip(0);
                let mut last;
                loop {
                    last = page(&test.db, &searching(q), sort, &place, 2).await;
                    forth.extend(last.items.iter().map(|line| line.name.clone()));
                    let Some(after) = last.after.clone() else { break };
                    place = Place::After(after);
                }
                assert_eq!(forth, whole, "{sort:?} {q}");
                let mut back: Vec<String> = last.items.iter().map(|line| line.name.clone()).collect();
                while let Some(before) = last.before.clone() {
                    last = page(&test.db, &searching(q), sort, &Place::Before(before), 2).await;
                    back.splice(0..0, last.items.iter().map(|line| line.name.clone()));
                }
                assert_eq!(back, whole, "{sort:?} {q}");
            }
        }
    }

    async fn films_are_searched_and_sorted_by_year(test: TestDb) {
        fill(&test.db).await;
        let titles = |page: Page<m3u_strm_processor::features::catalogue::browse::MovieLine>| -> Vec<String> {
            page.items.into_iter().map(|line| line.title).collect()
        };
        let filter = TitleFilter { q: "alpha".into(), ..TitleFilter::default() };
        let found = movies(&test.db, &filter, TitleSort::Fit, &Place::Skip(0), 10).await.unwrap();
        assert_eq!(titles(found), ["Alpha", "Alphabet"]);
        let all = movies(&test.db, &TitleFilter::default(), TitleSort::Year, &Place::Skip(1), 1).await.unwrap();
        assert_eq!((all.total, all.before.is_some(), all.after.is_some()), (3, true, true));
        assert_eq!(titles(all), ["Alpha"]);
    }

    async fn every_filter_in_every_order_leads_forth_and_back(test: TestDb) {
        fill(&test.db).await;
        let choices = [None, Some(true), Some(false)];
        for (q, category, provider, switch) in combinations(&["", "news", "news extra", "%"], &[None, Some("News")], &[None, Some(ProviderId(1))], &choices) {
            let filter = ChannelFilter {
                q: q.to_owned(),
                category: category.map(str::to_owned),
                provider,
                enabled: switch,
                has_epg: switch,
                tag: switch.map(|_| "late".to_owned()),
                health: switch.map(|up| if up { Health::Unknown } else { Health::Down }),
            };
            for sort in SORTS {
                let first = page(&test.db, &filter, sort, &Place::Skip(0), 1).await;
                let Some(after) = first.after.clone() else { continue };
                let second = page(&test.db, &filter, sort, &Place::After(after), 1).await;
                let before = second.before.clone().unwrap();
                let back = page(&test.db, &filter, sort, &Place::Before(before), 1).await;
                assert_eq!(back.items[0].id, first.items[0].id, "{filter:?} {sort:?}");
                assert_ne!(second.items[0].id, first.items[0].id, "{filter:?} {sort:?}");
            }
        }
    }

    async fn every_filter_of_titles_in_every_order_leads_forth_and_back(test: TestDb) {
        fill(&test.db).await;
        test.db.execute("update vod_movies set genre = 'Drama'", args![]).await.unwrap();
        for (q, genre, year) in [
            ("", None, None), ("a", None, None), ("a l", None, None), ("%", None, None), ("", Some("Drama"), None),
            ("a", Some("Drama"), None), ("", None, Some(2001)), ("alpha", Some("Drama"), Some(2001)),
        ] {
            let filter = TitleFilter { q: q.to_owned(), genre: genre.map(str::to_owned), year };
            for sort in [TitleSort::Fit, TitleSort::Title, TitleSort::Year, TitleSort::Added] {
                for limit in [1, 100] {
                    let first = movies(&test.db, &filter, sort, &Place::Skip(0), limit).await.unwrap();
                    assert_eq!(series(&test.db, &filter, sort, &Place::Skip(0), limit).await.unwrap().total, 0);
                    let Some(after) = first.after.clone() else { continue };
                    let place = Place::After(after);
                    assert!(series(&test.db, &filter, sort, &place, 1).await.unwrap().items.is_empty());
                    let second = movies(&test.db, &filter, sort, &place, 1).await.unwrap();
                    let place = Place::Before(second.before.clone().unwrap());
                    assert!(series(&test.db, &filter, sort, &place, 1).await.unwrap().items.is_empty());
                    let back = movies(&test.db, &filter, sort, &place, 1).await.unwrap();
                    assert_eq!(back.items[0].id, first.items[0].id, "{filter:?} {sort:?}");
                }
            }
        }
    }
}

/// Every combination of the given values.
fn combinations<A: Copy, B: Copy, C: Copy, D: Copy>(
    first: &[A],
    second: &[B],
    third: &[C],
    fourth: &[D],
) -> Vec<(A, B, C, D)> {
    let mut all = Vec::new();
    for a in first {
        for b in second {
            for c in third {
                all.extend(fourth.iter().map(|d| (*a, *b, *c, *d)));
            }
        }
    }
    all
}
