//! What is no whole list changes nothing: the run fails, says why in words, and the catalogue stays as it was.

use m3u_strm_processor::features::catalogue::line_up;
use m3u_strm_processor::features::providers;
use m3u_strm_processor::features::settings;
use m3u_strm_processor::features::sync::log::{Decision, Outcome};
use m3u_strm_processor::features::sync::store::SyncRow;
use m3u_strm_processor::jobs::State;
use m3u_strm_processor::simulator::{Cut, Fault, Framing, Resource, Simulator, gzip};
use serde_json::json;

use super::{LIST, Synced, add_provider, entry};
use crate::on_both_engines;
use crate::support::ACTOR;

fn list(entries: usize) -> String {
    let entries: Vec<String> = (0..entries)
        .map(|n| entry(&format!("Number {n}"), &format!("http://h/live/u/pa55/{n}.ts")))
        .collect();
    format!("#EXTM3U\n{}\n", entries.join("\n"))
}

/// Every row of the catalogue that a sync may change, and its version.
const ROWS: [&str; 5] = [
    "select 'c', id, name, stream_count, lineup_number from channels order by id",
    "select original_name, id, url_template, channel_id, coalesce(missing_since, 0) from channel_streams order by id",
    "select 'm', id, title, version_count, cast(0 as bigint) from vod_movies order by id",
    "select original_name, id, url_template, cast(0 as bigint), coalesce(missing_since, 0) from vod_versions order by id",
    "select 'v', id, 'x', version, cast(0 as bigint) from catalogue_state",
];

impl Synced {
    pub async fn catalogue(&self) -> Vec<(String, i64, String, i64, i64)> {
        let mut all = Vec::new();
        for sql in ROWS {
            all.extend(self.ctx().db.all(sql, Vec::new()).await.unwrap());
        }
        all
    }

    fn sends(&self, resource: Resource) {
        self.simulator.put(LIST, resource);
    }

    /// Syncs something that must not be taken: the code of the failure.
    async fn fails(&self) -> String {
        let before = self.catalogue().await;
        let totals = "select total_channels + total_vod_movies from providers where id = 1";
        let counted = self.count(totals).await;
        let run = self.sync().await;
        assert_eq!(run.outcome, Outcome::Failed, "{run:?}");
        assert_eq!(self.catalogue().await, before);
        assert_eq!(self.count(totals).await, counted);
        self.tells_no_address(&run).await;
        let provider = providers::store::get(&self.ctx().db, self.provider)
            .await
            .unwrap();
        assert_eq!(
            (provider.status(), provider.status_message),
            (providers::Status::Failing, run.error_message)
        );
        run.error_code.unwrap()
    }

    async fn tells_no_address(&self, run: &SyncRow) {
        let job = self.ctx().jobs.find(run.job_id).await.unwrap().unwrap();
        let error = job.error.as_ref().unwrap();
        assert_eq!(
            (job.state, Some(&error.code)),
            (State::Failed, run.error_code.as_ref())
        );
        assert_eq!(Some(&error.message), run.error_message.as_ref());
        let text = format!("{:?} {:?}", error, run);
        assert!(
            !text.contains("pa55") && !text.contains("http://") && !text.contains(LIST),
            "{text}"
        );
        assert!(
            error.message.len() > 10 && error.message.ends_with('.'),
            "{}",
            error.message
        );
    }

    async fn allow_mib(&self, most: u32) {
        let values = json!({ "playlist_max_mib": most });
        settings::set(self.ctx(), &ACTOR, values.as_object().unwrap())
            .await
            .unwrap();
    }

    async fn begins_with(&self, entries: usize) {
        self.sends(Resource::bytes(list(entries)));
        assert_eq!(self.sync().await.outcome, Outcome::Applied);
    }
}

on_both_engines! {
    async fn an_answer_that_is_no_list_fails(synced: Synced) {
        synced.begins_with(20).await;
        for (fault, code) in [
            (Fault::html(), "not_a_playlist"), (Fault::empty(), "empty"), (Fault::status(403), "http_status"),
            (Fault::status(500), "http_status"), (Fault::gzip_bomb(), "not_a_playlist"), (Fault::redirect_loop(), "unreachable"),
        ] {
            let name = format!("{fault:?}");
            synced.simulator.fault(LIST, fault);
            assert_eq!(synced.fails().await, code, "{name}");
        }
        synced.simulator.mend();
        synced.sends(Resource::bytes([0x7f, 0x00, 0x01, 0x02, 0xff].repeat(5_000)));
        assert_eq!(synced.fails().await, "not_a_playlist");
        synced.sends(Resource::bytes("#EXTM3U\n"));
        assert_eq!(synced.fails().await, "not_a_playlist");
        synced.sends(Resource::bytes("#EXTM3U\n#EXTINF:-1,A\n#EXTINF:-1,B\nplugin://x\n"));
        assert_eq!(synced.fails().await, "nothing_usable");
        synced.sends(Resource::bytes(list(20)));
        assert_eq!(synced.sync().await.outcome, Outcome::Unchanged, "the next good answer mends it");
    }

    async fn a_list_that_was_visibly_cut_fails(synced: Synced) {
        synced.begins_with(20).await;
        let half = list(20).len() / 2;
        for cut in [Cut::Declared, Cut::Chunked] {
            synced.simulator.fault(LIST, Fault::cut(half, cut));
            assert_eq!(synced.fails().await, "truncated", "{cut:?}");
        }
        let whole = gzip(list(20).as_bytes()).await;
        synced.simulator.mend();
        synced.sends(Resource::bytes(whole[..whole.len() - 20].to_vec()));
        assert_eq!(synced.fails().await, "truncated");
    }

    async fn a_list_that_was_cut_without_a_length_fails_or_is_held(synced: Synced) {
        synced.begins_with(20).await;
        let text = list(20);
        let in_an_entry = text.find("http://h/live/u/pa55/9.ts").unwrap();
        synced.simulator.fault(LIST, Fault::cut(in_an_entry, Cut::Close));
        assert_eq!(synced.fails().await, "truncated", "its last entry lacks a URL");
        let after_an_entry = text.find("#EXTINF:-1,Number 9").unwrap();
        for cut in [Cut::Close, Cut::Short] {
            synced.simulator.fault(LIST, Fault::cut(after_an_entry, cut));
            let before = synced.catalogue().await;
            let run = synced.sync().await;
            assert_eq!((run.outcome, run.decision, run.removed), (Outcome::Held, Some(Decision::Pending), 11), "{cut:?}");
            assert_eq!(synced.catalogue().await, before, "{cut:?}");
        }
    }

    async fn endless_answers_end_at_the_limit(synced: Synced) {
        synced.begins_with(20).await;
        synced.allow_mib(4).await;
        for fault in [Fault::endless(), Fault::endless_line()] {
            synced.simulator.fault(LIST, fault);
            assert_eq!(synced.fails().await, "too_large");
            assert!(synced.simulator.counters().open == 0 || synced.simulator.requests().len() < 10);
        }
        synced.simulator.mend();
        let bomb = format!("{}{}", list(20), "#".repeat(64 * 1024 * 1024));
        synced.sends(Resource::bytes(gzip(bomb.as_bytes()).await));
        assert_eq!(synced.fails().await, "too_large");
    }

    async fn a_packed_list_is_unpacked(synced: Synced) {
        synced.sends(Resource::bytes(gzip(list(20).as_bytes()).await).framing(Framing::Chunked));
        let run = synced.sync().await;
        assert_eq!((run.outcome, run.added), (Outcome::Applied, 20));
    }

    async fn the_backup_address_is_asked_where_the_first_fails(synced: Synced) {
        let backup = Simulator::start().await.unwrap();
        backup.put(LIST, Resource::bytes(list(20)));
        let sent = json!({ "backup_urls": [backup.url(LIST)] });
        line_up::update(synced.ctx(), &ACTOR, synced.provider, sent.as_object().unwrap()).await.unwrap();
        synced.simulator.fault(LIST, Fault::status(503));
        let run = synced.sync().await;
        assert_eq!((run.outcome, run.added), (Outcome::Applied, 20), "{run:?}");
        assert_eq!((synced.simulator.count(LIST), backup.count(LIST)), (1, 1));
        synced.simulator.refuse().await;
        assert_eq!(synced.sync().await.outcome, Outcome::Unchanged);
        backup.refuse().await;
        assert_eq!(synced.fails().await, "unreachable");
    }

    async fn a_failure_of_one_provider_is_none_of_another(synced: Synced) {
        synced.begins_with(20).await;
        let other = add_provider(synced.ctx(), "Two", &synced.simulator.url("/two.m3u")).await;
        synced.simulator.put("/two.m3u", Resource::bytes(list(20)));
        synced.simulator.fault(LIST, Fault::status(404));
        assert_eq!(synced.fails().await, "http_status");
        assert_eq!(synced.sync_of(other).await.outcome, Outcome::Applied);
    }
}
