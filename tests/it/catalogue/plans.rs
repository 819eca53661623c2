//! Lists walk indexes, never the rows themselves.

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::features::catalogue::browse::{
    ChannelFilter, ChannelSort, Place, TitleFilter, TitleSort, categories, channels, genres, movies, tags,
};
use m3u_strm_processor::support::ids::ProviderId;

use crate::support::{OnEngine, TestDb};

const SORTS: [ChannelSort; 5] = [
    ChannelSort::Fit,
    ChannelSort::Name,
    ChannelSort::Number,
    ChannelSort::Streams,
    ChannelSort::Health,
];

fn filters() -> Vec<ChannelFilter> {
    let any = ChannelFilter::default;
    vec![
        any(),
        ChannelFilter {
            q: "news".into(),
            ..any()
        },
        ChannelFilter {
            category: Some("News".into()),
            ..any()
        },
        ChannelFilter {
            provider: Some(ProviderId(1)),
            ..any()
        },
        ChannelFilter {
            tag: Some("late".into()),
            ..any()
        },
        ChannelFilter {
            has_epg: Some(true),
            enabled: Some(true),
            ..any()
        },
    ]
}

#[tokio::test]
async fn no_list_walks_the_rows_of_a_table() {
    let test = TestDb::on(Engine::Sqlite).await;
    test.statements.clear();
    let first = Place::Skip(0);
    for filter in filters() {
        for sort in SORTS {
            channels(&test.db, &filter, sort, &first, 50).await.unwrap();
        }
    }
    for sort in [
        TitleSort::Fit,
        TitleSort::Title,
        TitleSort::Year,
        TitleSort::Added,
        TitleSort::Rating,
    ] {
        for q in ["", "heat", "heat 1995"] {
            let filter = TitleFilter {
                q: q.into(),
                ..TitleFilter::default()
            };
            movies(&test.db, &filter, sort, &first, 50).await.unwrap();
        }
    }
    categories(&test.db).await.unwrap();
    tags(&test.db).await.unwrap();
    genres(&test.db).await.unwrap();
    for text in test.statements.all().into_keys() {
        let plan = test.db.explain(&text, Vec::new()).await.unwrap();
        let walk = plan.iter().find(|step| {
            [
                "channels",
                "channel_streams",
                "channel_tags",
                "s",
                "vod_movies",
                "vod_series",
            ]
            .iter()
            .any(|table| step.starts_with(&format!("SCAN {table}")) && !step.contains("USING"))
        });
        assert_eq!(walk, None, "{text}\n{plan:#?}");
    }
}
