//! Who watches what now, and how it is stopped.

use std::time::Duration;

use m3u_strm_processor::simulator::{Hls, ts};
use reqwest::Method;
use reqwest::header::USER_AGENT;

use super::plays::{KODI, all_ended, one_channel, play_with, until};
use super::world::{World, first_bytes, soon, until_end};
use crate::on_both_engines;

on_both_engines! {
    async fn who_watches_what_is_shown_and_can_be_stopped(world: World) {
        let one = one_channel(&world).await;
        assert!(world.app.page(&world.admin, "/watching", 200).await.contains("Nobody watches"));
        let mut viewer = play_with(&world, &one, KODI).await;
        let mut other = play_with(&world, &one, "VLC/3.0.18 LibVLC/3.0.18").await;
        for viewer in [&mut viewer, &mut other] {
            first_bytes(viewer, 20_000).await;
        }
        until(&world, |lines| lines.len() == 2).await;
        let live = world.app.json(&world.admin, "/api/live/plays", 200).await;
        assert_eq!((&live["viewers"], &live["streams"]), (&2.into(), &1.into()));
        let kodi = live["items"].as_array().unwrap().iter().find(|play| play["device"] == "Kodi").unwrap();
        assert_eq!((&kodi["title"], &kodi["user"], &kodi["provider_name"]), (&"One".into(), &"admin".into(), &"One".into()));
        let page = world.app.page(&world.admin, "/watching", 200).await;
        world.assert_hidden(&page);
        for shown in ["Kodi", "VLC", "My players", "admin"].iter().filter(|name| **name != "My players") {
            assert!(page.contains(shown), "{shown}");
        }
        let viewer_token = world.app.viewer_token("guest").await;
        let path = format!("/api/live/plays/{}", kodi["id"]);
        assert_eq!(world.app.api(&viewer_token, Method::DELETE, &path).await.status(), 403);
        assert_eq!(world.app.api(&world.admin, Method::DELETE, &path).await.status(), 204);
        // Who stopped it sees it gone at once.
        assert_eq!(world.app.json(&world.admin, "/api/live/plays", 200).await["viewers"], 1);
        until_end(&mut viewer).await;
        until(&world, |lines| lines.iter().filter(|line| line.live == 1).count() == 1).await;
        first_bytes(&mut other, 20_000).await;
        assert_eq!(world.app.api(&world.admin, Method::DELETE, &path).await.status(), 404);
        let audit = world.app.json(&world.admin, "/api/audit?action=play.stopped", 200).await;
        assert_eq!((&audit["total"], &audit["items"][0]["details"]["title"]), (&1.into(), &"One".into()));
        // The other by the page's form, which says so of one that has ended too.
        let live = world.app.json(&world.admin, "/api/live/plays", 200).await;
        let path = format!("/watching/{}/stop", live["items"][0]["id"]);
        for _ in 0..2 {
            assert_eq!(world.app.post(&world.admin, &path, &[]).await.status(), 303);
        }
        until_end(&mut other).await;
        until(&world, |lines| all_ended(lines, 2)).await;
        let own = world.app.page(&world.admin, "/history", 200).await;
        assert!(own.contains("Kodi") && own.contains("VLC"), "{own}");
        assert!(!world.app.page(&viewer_token, "/history", 200).await.contains("Kodi"));
        assert!(!world.app.page(&world.admin, "/history?after=x", 422).await.contains("Kodi"));
    }

    async fn another_node_is_told_to_stop_what_it_plays(world: World) {
        let one = one_channel(&world).await;
        let mut viewer = play_with(&world, &one, KODI).await;
        first_bytes(&mut viewer, 20_000).await;
        until(&world, |lines| lines.len() == 1).await;
        // As that node reads it.
        let sql = "update live_plays set stop_wanted = true";
        world.app.ctx.db.execute(sql, Vec::new()).await.unwrap();
        until_end(&mut viewer).await;
        until(&world, |lines| all_ended(lines, 1)).await;
    }

    async fn the_polls_of_a_stopped_player_are_refused_until_it_begins_anew(world: World) {
        let segments = (0..8_u8).map(|number| [vec![0x47, number], ts::block()].concat().into()).collect();
        let (hls, _) = Hls::rolled_by_hand(segments, Duration::from_secs(2));
        world.simulator.put_hls("/live", hls);
        world.lists(&[world.entry("One", "/live/index.m3u8")]).await;
        let one = world.channel("One").await;
        let master = soon(play_with(&world, &one, KODI).await.text()).await.unwrap();
        let variant = master.lines().rfind(|line| line.starts_with('/')).unwrap().to_owned();
        let poll = async || {
            let asked = world.app.client.get(world.app.url(&variant)).header(USER_AGENT, KODI);
            soon(asked.send()).await.unwrap().status().as_u16()
        };
        assert_eq!(poll().await, 200);
        until(&world, |lines| lines.len() == 1).await;
        let live = world.app.json(&world.admin, "/api/live/plays", 200).await;
        let path = format!("/api/live/plays/{}", live["items"][0]["id"]);
        assert_eq!(world.app.api(&world.admin, Method::DELETE, &path).await.status(), 204);
        assert_eq!(poll().await, 403);
        until(&world, |lines| all_ended(lines, 1)).await;
        play_with(&world, &one, KODI).await;
        assert_eq!(poll().await, 200);
    }
}
