//! Logos in lists.

use m3u_strm_processor::simulator::Resource;

use crate::browser::{Browser, Theme};
use crate::harness::{Case, cases};
use crate::world::{LIST, World};

pub fn cases() -> Vec<Case> {
    cases![logos_have_room_where_every_row_has_one]
}

async fn logos_have_room_where_every_row_has_one(browser: Browser) {
    let world = World::start().await;
    let entry = |at: u8| {
        let logo = world.simulator.url(&format!("/{at}.png"));
        format!("#EXTINF:-1 tvg-logo=\"{logo}\",Channel {at}\nhttp://tv.example/live/{at}.ts\n")
    };
    let list: String = (1..=3).map(entry).collect();
    world
        .simulator
        .put(LIST, Resource::bytes(format!("#EXTM3U\n{list}")));
    let api = world.api().await;
    let provider = api.provider("Living room", &world.list_url()).await;
    api.sync(provider).await;
    world.sign_in(&browser, "/channels").await;
    for width in [1280, 360] {
        browser.screen(width, Theme::Light).await;
        browser
            .wait_for("[...document.querySelectorAll('img.picture')].filter(one => one.offsetWidth === 36 && one.naturalWidth > 0).length === 3")
            .await;
    }
}
