//! The form of a provider in its dialog.

use fantoccini::key::Key;
use serde_json::json;

use crate::browser::{Browser, Theme};
use crate::harness::{Case, cases};
use crate::world::{World, type_text};

pub fn cases() -> Vec<Case> {
    cases![
        a_provider_is_added_in_a_dialog,
        a_name_that_is_taken_is_told_when_the_field_is_left_and_when_it_is_sent,
        editing_shows_no_secret_and_keeps_it,
        a_connection_is_tested_before_anything_is_saved,
        the_list_follows_a_sync_and_leaves_an_open_menu_open,
        names_are_looked_at_before_their_rules_are_saved,
    ]
}

const IS_OPEN: &str = "document.querySelector('#provider-dialog')?.open";

async fn open_form(browser: &Browser, world: &World) {
    world.sign_in(browser, "/providers").await;
    browser.click("main a[href='/providers/new']").await;
    browser.wait_for(IS_OPEN).await;
    browser
        .wait_for("document.activeElement.id === 'provider-name'")
        .await;
}

async fn type_into(browser: &Browser, css: &str, text: &str) {
    let field = browser.find(css).await;
    field.clear().await.unwrap();
    field.send_keys(text).await.unwrap();
}

async fn a_provider_is_added_in_a_dialog(browser: Browser) {
    let world = World::start().await;
    open_form(&browser, &world).await;
    browser.expect_accessible("provider dialog").await;
    browser.glance("provider-dialog-1280-light").await;
    browser.screen(360, Theme::Dark).await;
    browser.expect_accessible("provider dialog").await;
    browser.expect_no_sideways_scroll().await;
    browser.glance("provider-dialog-360-dark").await;
    browser.screen(1280, Theme::Light).await;
    browser.press(Key::Escape).await;
    browser
        .wait_for("!document.querySelector('#provider-dialog')")
        .await;
    browser
        .wait_for("document.activeElement.matches(\"a[href='/providers/new']\")")
        .await;
    browser.press(Key::Enter).await;
    browser.wait_for(IS_OPEN).await;
    type_text(&browser, "Living room").await;
    type_into(&browser, "#provider-m3u_url", &world.list_url()).await;
    browser.click("#provider-form [data-save]").await;
    world.arrive(&browser, "/providers/1").await;
    browser.wait_for("document.querySelector('#sync-now')").await;
    browser.expect_quiet_console().await;
}

async fn a_name_that_is_taken_is_told_when_the_field_is_left_and_when_it_is_sent(browser: Browser) {
    let world = World::start().await;
    world.api().await.provider("Living room", &world.list_url()).await;
    open_form(&browser, &world).await;
    type_text(&browser, "Living room").await;
    browser.press(Key::Tab).await;
    browser
        .wait_for("document.querySelector('#provider-name-error').textContent.includes('Another provider')")
        .await;
    browser
        .wait_for("document.activeElement.id === 'provider-type'")
        .await;
    browser
        .wait_for("document.querySelector('#provider-m3u_url-error').textContent === ''")
        .await;
    type_into(&browser, "#provider-m3u_url", &world.list_url()).await;
    browser.click("#provider-form [data-save]").await;
    browser
        .wait_for("document.activeElement?.matches('dialog [data-form-errors]')")
        .await;
    browser.wait_for(IS_OPEN).await;
    browser.expect_accessible("refused provider").await;
    browser.glance("provider-refused-1280-light").await;
    let url = browser
        .run("return document.querySelector('#provider-m3u_url').value")
        .await;
    assert_eq!(url, json!(""), "an address with a password is not sent back");
}

async fn editing_shows_no_secret_and_keeps_it(browser: Browser) {
    let world = World::start().await;
    let api = world.api().await;
    let provider = api.provider("Living room", &world.list_url()).await;
    let path = format!("/providers/{provider}");
    world.sign_in(&browser, &path).await;
    browser.click(&format!("main a[href='{path}/edit']")).await;
    browser.wait_for(IS_OPEN).await;
    let url = browser
        .run("return document.querySelector('#provider-m3u_url').value")
        .await;
    assert!(url.as_str().unwrap().contains("password=***"), "{url}");
    type_into(&browser, "#provider-name", "Kitchen").await;
    browser.click("#provider-form [data-save]").await;
    browser
        .wait_for("document.querySelector('h1').textContent === 'Kitchen'")
        .await;
    api.sync(provider).await;
    browser
        .wait_for("document.querySelector('#sync-row-1')?.textContent.includes('Applied')")
        .await;
}

async fn a_connection_is_tested_before_anything_is_saved(browser: Browser) {
    let world = World::start().await;
    open_form(&browser, &world).await;
    type_text(&browser, "Living room").await;
    type_into(&browser, "#provider-m3u_url", &world.list_url()).await;
    browser.click("#provider-form button[formaction]").await;
    browser
        .wait_for(
            "document.querySelector('#provider-test').textContent.includes('The address sends a playlist.')",
        )
        .await;
    browser.wait_for(IS_OPEN).await;
    browser.glance("provider-tested-1280-light").await;
    let typed = browser
        .run("return document.querySelector('#provider-m3u_url').value")
        .await;
    assert_eq!(typed, json!(world.list_url()), "what was typed stays");
    assert_eq!(world.api().await.get("/api/providers").await["total"], 0);
}

async fn the_list_follows_a_sync_and_leaves_an_open_menu_open(browser: Browser) {
    let world = World::start().await;
    let api = world.api().await;
    let id = api.provider("Living room", &world.list_url()).await;
    world.sign_in(&browser, "/providers").await;
    browser.click(&format!("#provider-{id} summary")).await;
    browser
        .wait_for(&format!(
            "document.querySelector('#provider-status-{id}').textContent.includes('Never')"
        ))
        .await;
    api.sync(id).await;
    browser
        .wait_for(&format!(
            "!document.querySelector('#provider-status-{id}').textContent.includes('Never')"
        ))
        .await;
    browser
        .wait_for(&format!(
            "document.querySelector('#provider-channels-{id}').textContent.trim() !== '0'"
        ))
        .await;
    browser
        .wait_for(&format!(
            "document.querySelector('#provider-synced-{id}').textContent.trim() !== 'never'"
        ))
        .await;
    browser
        .wait_for(&format!("document.querySelector('#provider-{id} details').open"))
        .await;
    browser.expect_accessible("list of providers").await;
    browser.expect_quiet_console().await;
}

async fn names_are_looked_at_before_their_rules_are_saved(browser: Browser) {
    let world = World::start().await;
    let api = world.api().await;
    let id = api.provider("Living room", &world.list_url()).await;
    api.sync(id).await;
    let page = format!("/providers/{id}/names");
    world.sign_in(&browser, &page).await;
    type_into(&browser, "#names-pattern-0", "^(..)").await;
    type_into(&browser, "#names-replacement-0", "$1$1").await;
    browser.click("#names-form .form-actions [value=add]").await;
    browser
        .wait_for("document.querySelector('#names-pattern-1')")
        .await;
    browser.click("#raise-1").await;
    browser
        .wait_for("document.querySelector('#names-pattern-1')?.value === '^(..)'")
        .await;
    browser.click("#remove-0").await;
    browser
        .wait_for("document.querySelector('#names-pattern-0')?.value === '^(..)'")
        .await;
    // The key that sends a form looks, and saves nothing.
    type_into(&browser, "#names-pattern-0", "^(..)").await;
    browser.press(Key::Enter).await;
    browser
        .wait_for("document.querySelector('#names-preview table')")
        .await;
    browser.expect_accessible("names with a preview").await;
    browser.glance("names-preview-1280-light").await;
    browser.screen(360, Theme::Dark).await;
    browser.expect_accessible("names with a preview").await;
    browser.expect_no_sideways_scroll().await;
    browser.glance("names-preview-360-dark").await;
    browser.screen(1280, Theme::Light).await;
    let shown = api.get(&format!("/api/providers/{id}")).await;
    assert_eq!(shown["rename_rules"], json!([]));
    browser.click("#names-form [data-save]").await;
    world.arrive(&browser, &format!("/providers/{id}")).await;
    let shown = api.get(&format!("/api/providers/{id}")).await;
    assert_eq!(shown["rename_rules"][0]["pattern"], "^(..)");
    browser.expect_quiet_console().await;
}
