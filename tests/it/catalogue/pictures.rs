//! Logos and posters from the cache: fetched once, politely, within bounds.

use std::io::Cursor;
use std::path::Path;
use std::time::Duration;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use m3u_strm_processor::args;
use m3u_strm_processor::ctx::Ctx;
use m3u_strm_processor::db::{Db, Engine};
use m3u_strm_processor::features::catalogue::content::Content;
use m3u_strm_processor::features::catalogue::pictures::{Found, Pictures, Size};
use m3u_strm_processor::simulator::{Fault, Resource, Simulator};
use m3u_strm_processor::support::ids::{ChannelId, EpisodeId, MovieId, SeriesId};

use crate::on_both_engines;
use crate::support::{OnEngine, TestCtx, seed};

const PATIENCE: Duration = Duration::from_secs(30);
const HOUR_MS: i64 = 60 * 60 * 1_000;
const DAY_MS: i64 = 24 * HOUR_MS;
const CHANNEL: Content = Content::Channel(ChannelId(1));

pub(crate) fn png(red: u8) -> Vec<u8> {
    let picture = DynamicImage::ImageRgb8(RgbImage::from_pixel(300, 200, Rgb([red, 90, 90])));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A catalogue whose pictures come from a simulated host.
struct World {
    host: Simulator,
    ctx: Ctx,
    pictures: Pictures,
}

impl World {
    async fn of(given: &TestCtx) -> Self {
        let ctx = given.node(&[("allow_private_networks", "127.0.0.0/8")]);
        seed::catalogue(&given.ctx.db, 3).await;
        let host = Simulator::start().await.unwrap();
        Self {
            host,
            pictures: Pictures::new(&ctx),
            ctx,
        }
    }

    async fn name(&self, content: Content, path: &str) {
        name(&self.ctx.db, content, &self.host.url(path)).await;
    }

    /// Waits until it is known that a picture could not be had again.
    async fn has_failed(&self) {
        let sql = "select failures from pictures where failures > 0 limit 1";
        while self
            .ctx
            .db
            .optional::<(i64,)>(sql, args![])
            .await
            .unwrap()
            .is_none()
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn find(&self, content: Content) -> Found {
        self.pictures
            .find(content, Size::Small, PATIENCE)
            .await
            .unwrap()
            .unwrap()
    }

    /// Whether there is a picture; if not, there is the thing's name.
    async fn has(&self, content: Content) -> bool {
        match self.find(content).await {
            Found::Picture { .. } => true,
            Found::Name { is_final, .. } => {
                assert!(is_final);
                false
            }
        }
    }
}

async fn name(db: &Db, content: Content, url: &str) {
    let sql = match content {
        Content::Channel(_) => "update channels set logo_url = $2 where id = $1",
        Content::Movie(_) => "update vod_movies set cover_url = $2 where id = $1",
        _ => "update vod_series set cover_url = $2 where id = $1",
    };
    db.execute(sql, args![content.id(), url]).await.unwrap();
}

fn files(folder: &Path) -> usize {
    std::fs::read_dir(folder)
        .map(|entries| {
            entries
                .map(|entry| entry.unwrap().path())
                .map(|path| if path.is_dir() { files(&path) } else { 1 })
                .sum()
        })
        .unwrap_or(0)
}

on_both_engines! {
    async fn a_picture_of_each_kind_is_fetched_once_and_then_comes_from_the_cache(given: TestCtx) {
        let world = World::of(&given).await;
        for (content, path) in [
            (CHANNEL, "/channel.png"),
            (Content::Movie(MovieId(1)), "/movie.png"),
            (Content::Series(SeriesId(1)), "/series.png"),
        ] {
            world.host.put(path, Resource::bytes(png(1)));
            world.name(content, path).await;
            let (one, other) = tokio::join!(world.find(content), world.find(content));
            for found in [one, other] {
                assert!(matches!(&found, Found::Picture { bytes, hash }
                    if image::guess_format(bytes).is_ok_and(|format| format == ImageFormat::Jpeg)
                        && bytes.len() <= 8_000 && hash.len() == 64), "{content:?}: {found:?}");
            }
            let later = Pictures::new(&world.ctx);
            assert!(matches!(later.find(content, Size::Large, PATIENCE).await.unwrap(), Some(Found::Picture { .. })));
            assert_eq!(world.host.count(path), 1);
        }
        assert_eq!(files(&given.data.path().join("cache/pictures")), 2, "three sources, one content, two sizes");
    }

    async fn what_is_no_picture_is_left_alone_for_a_day_and_what_does_not_answer_for_a_minute(given: TestCtx) {
        let world = World::of(&given).await;
        world.host.put("/page.png", Resource::bytes("<!doctype html><title>Expired</title>"));
        world.name(CHANNEL, "/page.png").await;
        assert!(!world.has(CHANNEL).await);
        given.advance_ms(DAY_MS - 1);
        assert!(!world.has(CHANNEL).await);
        assert_eq!(world.host.count("/page.png"), 1);
        world.host.put("/page.png", Resource::bytes(png(2)));
        given.advance_ms(1);
        assert!(world.has(CHANNEL).await, "asked again after a day");

        let movie = Content::Movie(MovieId(1));
        world.host.put("/busy.png", Resource::bytes(png(3)));
        world.host.fault("/busy.png", Fault::status(503).times(1));
        world.name(movie, "/busy.png").await;
        assert!(!world.has(movie).await);
        assert!(!world.has(movie).await);
        assert_eq!(world.host.count("/busy.png"), 1);
        given.advance_ms(60_000);
        // Its host rests for a minute of real time, so another node asks.
        let other = Pictures::new(&world.ctx);
        assert!(matches!(other.find(movie, Size::Small, PATIENCE).await.unwrap(), Some(Found::Picture { .. })));
    }

    async fn a_picture_is_shown_as_it_was_while_its_host_is_gone_and_while_it_is_looked_up_again(given: TestCtx) {
        let world = World::of(&given).await;
        world.host.put("/logo.png", Resource::bytes(png(4)));
        world.name(CHANNEL, "/logo.png").await;
        assert!(world.has(CHANNEL).await);
        world.host.fault("/logo.png", Fault::status(404));
        given.advance_ms(31 * DAY_MS);
        assert!(world.has(CHANNEL).await);
        world.has_failed().await;
        assert_eq!(world.host.count("/logo.png"), 2);
        assert!(world.has(CHANNEL).await);
        // A folder that was cleared is filled again.
        world.host.mend();
        std::fs::remove_dir_all(given.data.path().join("cache/pictures")).unwrap();
        given.advance_ms(31 * DAY_MS);
        assert!(world.has(CHANNEL).await);
    }

    async fn the_pictures_not_looked_at_for_longest_are_forgotten_with_their_files(given: TestCtx) {
        let world = World::of(&given).await;
        for (id, red) in [(1, 10), (2, 20), (3, 20)] {
            let path = format!("/{id}.png");
            world.host.put(&path, Resource::bytes(png(red)));
            world.name(Content::Channel(ChannelId(id)), &path).await;
            assert!(world.has(Content::Channel(ChannelId(id))).await);
            given.advance_ms(HOUR_MS);
        }
        let folder = given.data.path().join("cache/pictures");
        assert_eq!(files(&folder), 4);
        world.pictures.trim(1).await.unwrap();
        assert_eq!(files(&folder), 2, "the second shares its files with the third");
        assert!(world.has(Content::Channel(ChannelId(3))).await);
        assert_eq!(world.host.count("/3.png"), 1);
        assert!(world.has(CHANNEL).await);
        assert_eq!(world.host.count("/1.png"), 2);
    }
}

#[tokio::test]
async fn bodies_without_end_and_pictures_of_too_many_bytes_are_dropped() {
    let given = TestCtx::on(Engine::Sqlite).await;
    let world = World::of(&given).await;
    let mut huge = png(5);
    huge.resize(6 * 1024 * 1024, 0);
    world.host.put("/huge.png", Resource::bytes(huge));
    world.name(CHANNEL, "/huge.png").await;
    assert!(!world.has(CHANNEL).await);
    for (id, fault) in [(2, Fault::gzip_bomb()), (3, Fault::endless())] {
        let path = format!("/{id}.png");
        world.host.put(&path, Resource::bytes(png(6)));
        world.host.fault(&path, fault);
        world.name(Content::Channel(ChannelId(id)), &path).await;
        assert!(!world.has(Content::Channel(ChannelId(id))).await);
    }
    assert_eq!(files(&given.data.path().join("cache")), 0);
}

#[tokio::test]
async fn an_address_within_the_own_network_is_not_asked() {
    let given = TestCtx::on(Engine::Sqlite).await;
    let world = World::of(&given).await;
    world.host.put("/logo.png", Resource::bytes(png(7)));
    let guarded = Pictures::new(&given.ctx);
    for (id, url) in [
        (1, world.host.url("/logo.png")),
        (2, "file:///etc/hostname".to_owned()),
        (3, "no address".to_owned()),
    ] {
        let channel = Content::Channel(ChannelId(id));
        name(&given.ctx.db, channel, &url).await;
        let found = guarded.find(channel, Size::Small, PATIENCE).await.unwrap();
        assert!(matches!(found, Some(Found::Name { is_final: true, .. })), "{url}");
    }
    assert_eq!(world.host.requests().len(), 0);
    for nothing in [Content::Channel(ChannelId(99)), Content::Episode(EpisodeId(1))] {
        assert!(
            guarded
                .find(nothing, Size::Small, PATIENCE)
                .await
                .unwrap()
                .is_none()
        );
    }
}
