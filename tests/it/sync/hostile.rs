//! Names that somebody meant to do harm with become names.

use super::{Synced, listed};
use crate::on_both_engines;

on_both_engines! {
    async fn hostile_names_are_cleaned_and_kept(synced: Synced) {
        let long = "x".repeat(3_000);
        let names = [
            "<script>alert(1)</script>", "../../etc/passwd", "nul\0in\u{1}side", "right\u{202e}to\u{2066}left",
            "'; drop table channels; --", "=cmd|' /C calc'!A0", long.as_str(), "%s%n {{7*7}}", "\u{feff}mark",
        ];
        let entries: Vec<String> = names
            .iter()
            .enumerate()
            .map(|(n, name)| listed(name, "", name, &format!("http://h/{n}.ts")))
            .collect();
        synced.lists(&entries.iter().map(String::as_str).collect::<Vec<_>>());
        let run = synced.sync().await;
        assert_eq!((run.streams, run.refused), (names.len() as i64, 0), "{run:?}");
        let sql = "select name, category from channels order by id";
        let stored: Vec<(String, String)> = synced.ctx().db.all(sql, Vec::new()).await.unwrap();
        assert_eq!(stored.len(), names.len());
        for (name, category) in stored.iter().flat_map(|(name, category)| [(name, category)]) {
            for text in [name, category] {
                let harmful = |letter: char| letter.is_control() || ('\u{202a}'..='\u{202e}').contains(&letter) || ('\u{2066}'..='\u{2069}').contains(&letter);
                assert!(!text.is_empty() && !text.contains(harmful), "{text:?}");
                assert!(text.chars().count() <= 300, "{}", text.chars().count());
            }
        }
        let markup = "select count(*) from channel_streams where original_name = '<script>alert(1)</script>'";
        assert_eq!(synced.count(markup).await, 1, "markup is text: pages escape it");
        let again = synced.sync().await;
        assert_eq!(again.unchanged, names.len() as i64, "{again:?}");
    }
}
