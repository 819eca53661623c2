//! Channels are edited by keyboard alone.

use fantoccini::key::Key;

use crate::browser::{Browser, Theme};
use crate::harness::{Case, cases};
use crate::world::{World, tab_to, type_text};

pub fn cases() -> Vec<Case> {
    cases![
        a_channel_is_renamed_by_keyboard_and_given_back,
        ticked_channels_get_a_category_by_keyboard,
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

async fn ticked_channels_get_a_category_by_keyboard(browser: Browser) {
    let world = World::start().await;
    let api = world.api().await;
    let provider = api.provider("Living room", &world.list_url()).await;
    api.sync(provider).await;
    world.sign_in(&browser, "/channels").await;
    tab_to(&browser, "#channel-1 input[name=ids]").await;
    browser.press(Key::Space).await;
    browser.find("#bulk button").await;
    browser
        .run("document.querySelector('#bulk button').focus()")
        .await;
    browser.press(Key::Enter).await;
    browser
        .wait_for(
            "document.querySelector('#bulk-dialog')?.open && document.activeElement.id === 'bulk-action'",
        )
        .await;
    browser.expect_accessible("bulk dialog").await;
    browser.glance("bulk-dialog-1280-light").await;
    browser.expect_text("#bulk-dialog h2", "Change 1 channel").await;
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
