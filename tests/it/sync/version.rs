//! The version of the catalogue: what was made from it is made again only when it rose.

use m3u_strm_processor::features::sync::log::Outcome;
use m3u_strm_processor::simulator::Fault;

use super::{LIST, Synced, entry};
use crate::on_both_engines;

const VERSION: &str = "select version from catalogue_state";

on_both_engines! {
    async fn the_version_rises_only_with_a_change_that_was_applied(synced: Synced) {
        let list: Vec<String> = (0..10).map(|n| entry(&format!("Number {n}"), &format!("http://h/{n}.ts?token=a{n}"))).collect();
        let lists = |list: &[String]| synced.lists(&list.iter().map(String::as_str).collect::<Vec<_>>());
        lists(&list);
        synced.sync().await;
        let first = synced.count(VERSION).await;
        let fresh: Vec<String> = list.iter().rev().map(|entry| entry.replace("token=a", "token=b")).collect();
        lists(&fresh);
        assert_eq!(synced.sync().await.outcome, Outcome::Unchanged);
        assert_eq!(synced.count(VERSION).await, first, "other tokens, another order");
        lists(&list[..1]);
        assert_eq!(synced.sync().await.outcome, Outcome::Held);
        assert_eq!(synced.count(VERSION).await, first, "held");
        synced.simulator.fault(LIST, Fault::html());
        assert_eq!(synced.sync().await.outcome, Outcome::Failed);
        assert_eq!(synced.count(VERSION).await, first, "failed");
        synced.simulator.mend();
        lists(&[&list[..9], &[entry("Number 9 HD", "http://h/9.ts")]].concat());
        assert_eq!(synced.sync().await.outcome, Outcome::Applied);
        assert_eq!(synced.count(VERSION).await, first + 1, "renamed");
    }
}
