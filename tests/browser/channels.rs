//! Channels are edited by keyboard alone.

use fantoccini::key::Key;
use m3u_strm_processor::simulator::{Fault, Resource, ts};
use serde_json::json;

use crate::browser::{Browser, Theme};
use crate::harness::{Case, cases};
use crate::world::{LIST, World, list, tab_to, type_text};

pub fn cases() -> Vec<Case> {
    cases![
        a_channel_is_renamed_by_keyboard_and_given_back,
        ticked_channels_get_a_category_by_keyboard,
        what_is_done_to_ticked_channels_is_in_reach_from_every_row,
        a_stream_moves_by_keyboard_and_the_focus_stays_with_it,
        a_merge_rule_is_tried_and_kept_by_keyboard,
        a_check_is_begun_by_keyboard_and_tells_by_itself_what_it_found,
    ]
}

async fn open_form(browser: &Browser) {
    tab_to(browser, "a[href='/channels/1/edit']").await;
    browser.press(Key::Enter).await;
    browser
        .wait_for("document.querySelector('#channel-dialog')?.open")
        .await;
    browser
        .wait_for("document.activeElement.id === 'channel-name'")
        .await;
}

async fn a_channel_is_renamed_by_keyboard_and_given_back(browser: Browser) {
    let world = World::start().await;
    let api = world.api().await;
    let provider = api.provider("Living room", &world.list_url()).await;
    api.sync(provider).await;
    world.sign_in(&browser, "/channels/1").await;
    open_form(&browser).await;
    browser.expect_accessible("channel dialog").await;
    browser.glance("channel-dialog-1280-light").await;
    browser.screen(360, Theme::Dark).await;
    browser.expect_accessible("channel dialog").await;
    browser.expect_no_sideways_scroll().await;
    browser.glance("channel-dialog-360-dark").await;
    browser.screen(1280, Theme::Light).await;
    browser.press(Key::End).await;
    type_text(&browser, " of ours").await;
    tab_to(&browser, "#channel-number").await;
    browser.press(Key::Backspace).await;
    type_text(&browser, "2").await;
    browser.press(Key::Tab).await;
    browser
        .wait_for("document.querySelector('#channel-number-error').textContent.includes('has this number')")
        .await;
    tab_to(&browser, "#channel-form [data-save]").await;
    browser.press(Key::Enter).await;
    browser
        .wait_for("document.querySelector('#channel-form [data-form-errors]')")
        .await;
    browser
        .wait_for("document.querySelector('#channel-name').value === 'Alpha News of ours'")
        .await;
    tab_to(&browser, "#channel-number").await;
    browser.press(Key::Backspace).await;
    type_text(&browser, "7").await;
    tab_to(&browser, "#channel-form [data-save]").await;
    browser.press(Key::Enter).await;
    browser
        .wait_for("document.querySelector('h1')?.textContent === 'Alpha News of ours'")
        .await;
    browser.wait_for("document.readyState === 'complete'").await;
    open_form(&browser).await;
    tab_to(&browser, "#channel-back_name").await;
    browser.press(Key::Space).await;
    tab_to(&browser, "#channel-form [data-save]").await;
    browser.press(Key::Enter).await;
    browser
        .wait_for("document.querySelector('h1')?.textContent === 'Alpha News'")
        .await;
    browser.expect_quiet_console().await;
}

async fn a_merge_rule_is_tried_and_kept_by_keyboard(browser: Browser) {
    let world = World::start().await;
    let api = world.api().await;
    let provider = api.provider("Living room", &world.list_url()).await;
    api.sync(provider).await;
    world.sign_in(&browser, "/merge-rules/new").await;
    tab_to(&browser, "#rule-pattern1").await;
    type_text(&browser, "^(alpha").await;
    tab_to(&browser, "#rule-form [data-try]").await;
    browser.press(Key::Enter).await;
    browser
        .wait_for("document.querySelector('#rule-preview').textContent.includes('no regular expression')")
        .await;
    browser.expect_accessible("rule that cannot be tried").await;
    browser
        .run("document.querySelector('#rule-pattern1').select()")
        .await;
    browser
        .run("document.querySelector('#rule-pattern1').focus()")
        .await;
    type_text(&browser, "^(alpha|beta)").await;
    tab_to(&browser, "#rule-form [data-try]").await;
    browser.press(Key::Enter).await;
    browser
        .wait_for("document.querySelector('#rule-preview').textContent.includes('2 channels would become 1')")
        .await;
    browser
        .wait_for("document.activeElement.matches('#rule-form [data-try]')")
        .await;
    browser.expect_accessible("rule that was tried").await;
    browser.glance("merge-rule-tried-1280-light").await;
    browser.screen(360, Theme::Dark).await;
    // Half below the bar at the top, a field is no large target.
    browser.run("window.scrollTo(0, 0)").await;
    browser.expect_accessible("rule that was tried").await;
    browser.expect_no_sideways_scroll().await;
    browser.picture("merge-rule-tried-360-dark").await;
    browser.screen(1280, Theme::Light).await;
    browser
        .run("document.querySelector('#rule-form [data-save]').focus()")
        .await;
    browser.press(Key::Enter).await;
    world.arrive(&browser, "/merge-rules").await;
    browser.expect_text("main", "^(alpha|beta)").await;
    tab_to(&browser, "a[href='/merge-rules/1/removal']").await;
    browser.press(Key::Enter).await;
    browser
        .wait_for("document.querySelector('#rule-removal')?.open")
        .await;
    browser.expect_accessible("removal of a rule").await;
    browser.glance("merge-rule-removal-1280-light").await;
    browser.expect_quiet_console().await;
}

async fn ticked_channels_get_a_category_by_keyboard(browser: Browser) {
    let world = World::start().await;
    let api = world.api().await;
    let provider = api.provider("Living room", &world.list_url()).await;
    api.sync(provider).await;
    world.sign_in(&browser, "/channels").await;
    tab_to(&browser, "#channel-1 input[name=ids]").await;
    let ticked = async |words: &str| {
        let text = browser.text("#bulk [role=status]").await;
        assert_eq!(text, words);
    };
    ticked("Tick channels to change them together; Enter in a box opens the choice.").await;
    browser.press(Key::Space).await;
    ticked("1 channel ticked").await;
    tab_to(&browser, "#channel-2 input[name=ids]").await;
    browser.press(Key::Space).await;
    ticked("2 channels ticked").await;
    browser.expect_accessible("ticked channels").await;
    browser.glance("ticked-1280-light").await;
    browser.screen(360, Theme::Dark).await;
    browser.expect_no_sideways_scroll().await;
    browser.glance("ticked-360-dark").await;
    browser.screen(1280, Theme::Light).await;
    browser.press(Key::Enter).await;
    browser
        .wait_for("document.querySelector('#bulk-dialog')?.open")
        .await;
    assert_eq!(browser.text("#bulk-dialog h2").await, "Change 2 channels");
    browser.press(Key::Escape).await;
    browser.wait_for("!document.querySelector('dialog[open]')").await;
    browser.press(Key::Space).await;
    ticked("1 channel ticked").await;
    tab_to(&browser, "#bulk button").await;
    browser.press(Key::Enter).await;
    browser
        .wait_for(
            "document.querySelector('#bulk-dialog')?.open && document.activeElement.id === 'bulk-action'",
        )
        .await;
    browser.expect_accessible("bulk dialog").await;
    browser.glance("bulk-dialog-1280-light").await;
    assert_eq!(browser.text("#bulk-dialog h2").await, "Change 1 channel");
    tab_to(&browser, "#bulk-form [data-save]").await;
    browser.press(Key::Enter).await;
    browser
        .wait_for("document.querySelector('#bulk-form [data-form-errors]')")
        .await;
    browser.find("#bulk-action").await.send_keys("Set").await.unwrap();
    tab_to(&browser, "#bulk-category").await;
    type_text(&browser, "Of ours").await;
    tab_to(&browser, "#bulk-form [data-save]").await;
    browser.press(Key::Enter).await;
    browser
        .wait_for("document.querySelector('h1')?.textContent === 'Change of channels'")
        .await;
    browser
        .wait_for("document.querySelector('main').textContent.includes('Succeeded')")
        .await;
    let channel = api.get("/api/channels/1").await;
    assert_eq!(channel["category"], "Of ours");
    let other = api.get("/api/channels/2").await;
    assert_eq!(other["category"], "News");
    browser.expect_quiet_console().await;
}

async fn what_is_done_to_ticked_channels_is_in_reach_from_every_row(browser: Browser) {
    let world = World::start().await;
    let api = world.api().await;
    let names: Vec<String> = (10..70).map(|at| format!("Station {at}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    world.simulator.put(LIST, Resource::bytes(list(&names)));
    let provider = api.provider("Living room", &world.list_url()).await;
    api.sync(provider).await;
    world.sign_in(&browser, "/channels").await;
    for (width, theme) in [(1280, Theme::Light), (360, Theme::Dark)] {
        browser.screen(width, theme).await;
        for row in ["1", "20", "50"] {
            let script = format!(
                "const row = document.getElementById('channel-{row}'), box = row.querySelector('input'); \
                 window.scrollTo(0, 0); box.focus(); \
                 const bar = document.querySelector('.bulk-bar').getBoundingClientRect(), at = box.getBoundingClientRect(); \
                 return bar.top >= 0 && bar.bottom <= innerHeight + 1 && at.bottom <= bar.top"
            );
            assert_eq!(browser.run(&script).await, json!(true), "{row} at {width}");
        }
        browser.expect_accessible("bulk bar").await;
        browser.glance(&format!("bulk-bar-{width}")).await;
    }
    browser.expect_quiet_console().await;
}

async fn a_stream_moves_by_keyboard_and_the_focus_stays_with_it(browser: Browser) {
    let world = World::start().await;
    let api = world.api().await;
    world
        .simulator
        .put(LIST, Resource::bytes(list(&["Arte FHD", "Arte HD", "Arte SD"])));
    let provider = api.provider("Living room", &world.list_url()).await;
    api.sync(provider).await;
    world.sign_in(&browser, "/channels/1").await;
    let active = "document.activeElement?.id";
    tab_to(&browser, "#stream-2 input[name=stream]").await;
    browser.press(Key::Space).await;
    tab_to(&browser, "#up-3").await;
    for place in ["2", "1"] {
        browser.press(Key::Enter).await;
        let placed = format!(
            "document.querySelector('#stream-3 .cell-place')?.textContent === '{place}' && {active} === 'up-3'"
        );
        browser.wait_for(&placed).await;
        browser
            .wait_for("document.querySelector('#toasts').textContent.includes('The order is yours now')")
            .await;
    }
    let first = "document.activeElement.getAttribute('aria-disabled') === 'true'";
    browser.wait_for(first).await;
    browser.press(Key::Enter).await;
    assert_eq!(
        browser
            .run("return document.querySelector('#stream-2 input').checked")
            .await,
        json!(true),
        "ticks stay"
    );
    browser.expect_accessible("moved stream").await;
    browser.glance("moved-stream-1280-light").await;
    tab_to(&browser, "#streams .section-head button").await;
    browser.press(Key::Enter).await;
    browser.wait_for(&format!("{active} === 'streams-title'")).await;
    browser
        .wait_for("document.querySelector('#stream-3 .cell-place').textContent === '3'")
        .await;
    browser.expect_quiet_console().await;
}

async fn a_check_is_begun_by_keyboard_and_tells_by_itself_what_it_found(browser: Browser) {
    let world = World::start().await;
    let here = list(&["Seven News"]).replace("http://tv.example", &world.simulator.url(""));
    world.simulator.put(LIST, Resource::bytes(here));
    world.simulator.put("/live/0.ts", Resource::bytes(ts::block()));
    let api = world.api().await;
    let provider = api.provider("Living room", &world.list_url()).await;
    api.sync(provider).await;
    world.sign_in(&browser, "/channels/1").await;
    let state = "document.querySelector('.cell-state').textContent";
    browser
        .wait_for(&format!("{state}.includes('Not checked')"))
        .await;
    tab_to(&browser, "#check-streams").await;
    browser.press(Key::Enter).await;
    browser.wait_for(&format!("{state}.includes('Up')")).await;
    world.simulator.fault("/live/0.ts", Fault::html());
    tab_to(&browser, "#check-1").await;
    browser.press(Key::Enter).await;
    browser
        .wait_for(&format!(
            "{state}.includes('1 failed check') && document.activeElement.id === 'check-1'"
        ))
        .await;
    browser.expect_accessible("checked channel").await;
    browser.expect_quiet_console().await;
}
