//! What refers to a channel follows its streams, in the transaction of the run.

use m3u_strm_processor::args;
use m3u_strm_processor::features::catalogue::content::Content;
use m3u_strm_processor::features::catalogue::favourites;
use m3u_strm_processor::features::history::{self, NewPlay, PlayReport};
use m3u_strm_processor::support::ids::{ChannelId, UserId};

use super::{Synced, entry};
use crate::on_both_engines;

impl Synced {
    pub async fn user(&self, name: &str) -> UserId {
        let sql = "insert into users (username, username_key, password_hash, role, is_active, must_change_password, \
                   created_at) values ($1, $1, 'x', 'viewer', $2, $3, 0) returning id";
        let (id,): (i64,) = self
            .ctx()
            .db
            .returning(sql, args![name, true, false])
            .await
            .unwrap();
        UserId(id)
    }

    pub async fn marks(&self, user: UserId) -> Vec<i64> {
        let (marks, _) = favourites::list(self.ctx(), user, 0, 10).await.unwrap();
        marks.into_iter().map(|mark| mark.content_id).collect()
    }

    /// Two channels of which one takes the streams of the other at the next sync.
    async fn two_channels(&self) -> (i64, i64) {
        self.lists(&[
            &entry("ESPN", "http://h/1.ts"),
            &entry("Sports One", "http://h/2.ts"),
            &entry("CNN", "http://h/3.ts"),
        ]);
        self.sync().await;
        (self.channel("ESPN").await, self.channel("Sports One").await)
    }

    async fn become_one(&self) {
        self.lists(&[
            &entry("ESPN", "http://h/1.ts"),
            &entry("ESPN HD", "http://h/2.ts"),
            &entry("CNN", "http://h/3.ts"),
        ]);
        let run = self.sync().await;
        assert_eq!((run.renamed, run.added, run.removed), (1, 0, 0), "{run:?}");
    }
}

on_both_engines! {
    async fn favourites_and_plays_follow_when_two_channels_become_one(synced: Synced) {
        let (stays, goes) = synced.two_channels().await;
        let (one, both) = (synced.user("one").await, synced.user("both").await);
        let channel = |id: i64| Content::Channel(ChannelId(id));
        for (user, content) in [(one, channel(goes)), (both, channel(goes)), (both, channel(stays))] {
            favourites::mark(synced.ctx(), user, content).await.unwrap();
        }
        let play = NewPlay { content: channel(goes), device: None };
        history::add_past(synced.ctx(), one, &play, &PlayReport::default(), 0).await.unwrap();
        synced.become_one().await;
        assert_eq!(synced.marks(one).await, [stays]);
        assert_eq!(synced.marks(both).await, [stays], "who marked both keeps one mark");
        let (plays, _) = history::list(synced.ctx(), one, 0, 10).await.unwrap();
        assert_eq!((plays[0].content_id, plays[0].title.as_str()), (Some(stays), "Sports One"));
        let shown: Vec<String> = synced.channels().await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(shown, ["CNN", "ESPN"]);
    }

    async fn what_a_person_set_in_a_channel_goes_with_its_streams(synced: Synced) {
        let (stays, goes) = synced.two_channels().await;
        let sql = "update channels set category = 'Mine', hand_edited = 4 where id = $1";
        synced.ctx().db.execute(sql, args![goes]).await.unwrap();
        synced.become_one().await;
        let sql = "select category from channels where id = $1";
        let (category,): (String,) = synced.ctx().db.one(sql, args![stays]).await.unwrap();
        assert_eq!(category, "Mine");
    }
}
