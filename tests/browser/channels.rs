//! A channel is edited by keyboard alone.

use fantoccini::key::Key;

use crate::browser::{Browser, Theme};
use crate::harness::{Case, cases};
use crate::world::{World, tab_to, type_text};

pub fn cases() -> Vec<Case> {
    cases![a_channel_is_renamed_by_keyboard_and_given_back]
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
