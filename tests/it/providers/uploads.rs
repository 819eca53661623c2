//! Playlists that somebody uploads, until nobody needs them any more.

use std::io::Write;

use m3u_strm_processor::app::schedule::tick;
use m3u_strm_processor::app::{App, handlers};
use m3u_strm_processor::features::outputs::conversion::{self, Draft};
use m3u_strm_processor::features::providers::uploads::{self, Checked, Received};
use m3u_strm_processor::features::providers::{self, Source, Wish, store};
use m3u_strm_processor::jobs::{State, run_here};
use m3u_strm_processor::support::ids::JobId;
use serde_json::json;

use crate::on_both_engines;
use crate::support::ctx::{ACTOR, TestCtx};

const LIST: &[u8] = b"#EXTM3U\n#EXTINF:-1 group-title=\"News\",Alpha\nhttp://tv.example/1.ts\n";
const DAY_MS: i64 = 86_400_000;

impl TestCtx {
    async fn received(&self) -> Checked {
        let folder = self.data.path().to_path_buf();
        let mut file = tempfile::tempfile_in(&folder).unwrap();
        file.write_all(LIST).unwrap();
        uploads::check(Received { file, folder }, 1 << 20).await.unwrap()
    }

    async fn converts(&self) -> JobId {
        let draft = Draft {
            m3u_url: String::new(),
            upload: None,
            output_path: "from/file".to_owned(),
            merge_duplicates: true,
            prefer_quality: "best".to_owned(),
            organize_by_category: true,
            fuzzy_match_threshold: 0.9,
            clean_output_first: false,
        };
        let file = self.received().await;
        conversion::start(&self.ctx, &ACTOR, draft, Some(file))
            .await
            .unwrap()
    }

    async fn uploads(&self) -> i64 {
        let sql = "select count(*) from provider_uploads";
        let (count,): (i64,) = self.ctx.db.one(sql, Vec::new()).await.unwrap();
        count
    }
}

on_both_engines! {
    async fn a_conversion_that_waits_for_days_still_finds_its_file(test: TestCtx) {
        let job = test.converts().await;
        test.advance_ms(3 * DAY_MS);
        tick(&test.ctx).await.unwrap();
        let job = run_here(&test.ctx.jobs, &handlers(&App::of(test.ctx.clone())), job, |_| {}).await.unwrap();
        assert_eq!(job.state, State::Succeeded, "{job:?}");
        assert_eq!((job.result.unwrap()["channels_created"].clone(), test.uploads().await), (json!(1), 0));
    }

    async fn what_nobody_holds_is_forgotten_after_a_day_and_what_a_provider_holds_is_not(test: TestCtx) {
        let job = test.converts().await;
        test.ctx.jobs.cancel(job).await.unwrap();
        let fields = json!({ "name": "Attic", "type": "m3u" });
        let wish = Wish { fields: fields.as_object().unwrap(), file: Some(test.received().await) };
        let id = providers::create(&test.ctx, &ACTOR, wish, None).await.unwrap();
        tick(&test.ctx).await.unwrap();
        assert_eq!(test.uploads().await, 2, "somebody may still need it");
        test.advance_ms(DAY_MS + 1);
        tick(&test.ctx).await.unwrap();
        assert_eq!(test.uploads().await, 1);
        let provider = store::get(&test.ctx.db, id).await.unwrap();
        assert!(matches!(provider.source, Source::Upload(_)));
    }
}
