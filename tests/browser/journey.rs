//! From signing in to a synced provider: by the keyboard alone, without scripts, and looking on while it runs.

use fantoccini::key::Key;
use m3u_strm_processor::simulator::{Fault, Resource};
use serde_json::json;

use crate::browser::{Browser, Theme};
use crate::harness::{Case, cases};
use crate::product::{ADMIN, ADMIN_PASSWORD};
use crate::world::{LIST, World, list, tab_to, type_text};

pub fn cases() -> Vec<Case> {
    cases![
        the_keyboard_alone_leads_from_sign_in_to_a_synced_provider,
        without_scripts_the_same_way_leads_there,
        a_running_sync_is_seen_to_move_to_be_cancelled_and_to_end,
        a_held_sync_is_approved_in_a_dialog,
        the_library_is_written_while_its_page_looks_on,
    ]
}

async fn the_keyboard_alone_leads_from_sign_in_to_a_synced_provider(browser: Browser) {
    let world = World::start().await;
    browser.open(&world.url("/"), 1280, Theme::Light).await;
    type_text(&browser, ADMIN).await;
    browser.press(Key::Tab).await;
    type_text(&browser, ADMIN_PASSWORD).await;
    browser.press(Key::Enter).await;
    world.arrive(&browser, "/").await;
    tab_to(&browser, "main a[href='/providers/new']").await;
    browser.press(Key::Enter).await;
    world.arrive(&browser, "/providers/new").await;
    tab_to(&browser, "#provider-name").await;
    type_text(&browser, "Living room").await;
    tab_to(&browser, "#provider-m3u_url").await;
    type_text(&browser, &world.list_url()).await;
    browser.press(Key::Enter).await;
    browser.wait_for("document.querySelector('#sync-now')").await;
    browser
        .expect_text(".flash", "Sync it to fetch its channels.")
        .await;
    tab_to(&browser, "#sync-now").await;
    browser.press(Key::Enter).await;
    browser
        .wait_for("document.querySelector('main .badge-success')?.textContent.includes('OK')")
        .await;
    browser
        .wait_for("document.querySelector('#sync-row-1')?.textContent.includes('Applied')")
        .await;
    tab_to(&browser, "main a[href='/channels?provider_id=1']").await;
    browser.press(Key::Enter).await;
    browser
        .wait_for("document.querySelectorAll('tr[id^=channel-]').length === 2")
        .await;
    browser.expect_quiet_console().await;
}

async fn without_scripts_the_same_way_leads_there(browser: Browser) {
    let world = World::start().await;
    browser.scripts(false).await;
    world.sign_in(&browser, "/").await;
    browser.click("main a[href='/providers/new']").await;
    let name = browser.find("#provider-name").await;
    name.send_keys("Living room").await.unwrap();
    let url = browser.find("#provider-m3u_url").await;
    url.send_keys(&world.list_url()).await.unwrap();
    browser.click("#provider-form [data-save]").await;
    world.arrive(&browser, "/providers/1").await;
    browser.click("#sync-now").await;
    world.arrive(&browser, "/providers/1").await;
    browser.expect_text(".flash", "The sync has begun.").await;
    // Without scripts a reload shows how it stands.
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(20);
    while !browser.text("main").await.contains("Applied") {
        assert!(tokio::time::Instant::now() < deadline, "it does not end");
        browser.client.refresh().await.unwrap();
    }
    browser.click("#sync-row-1 a").await;
    browser.expect_text("main", "What it changed").await;
    browser.client.goto(&world.url("/library")).await.unwrap();
    browser.click("#address button[type=submit]").await;
    browser.expect_text(".flash", "The address is confirmed.").await;
    browser.click("#write-library").await;
    world.arrive(&browser, "/library").await;
    browser
        .expect_text(".flash", "The library is being written.")
        .await;
}

async fn a_running_sync_is_seen_to_move_to_be_cancelled_and_to_end(browser: Browser) {
    let world = World::start().await;
    let names: Vec<String> = (0..4_000).map(|at| format!("Station {at}")).collect();
    let whole = list(&names.iter().map(String::as_str).collect::<Vec<_>>());
    world.simulator.put(LIST, Resource::bytes(whole.clone()));
    world
        .simulator
        .fault(LIST, Fault::stop_after(whole.len() / 2).times(1));
    let provider = world.api().await.provider("Living room", &world.list_url()).await;
    world.sign_in(&browser, &format!("/providers/{provider}")).await;
    browser.run("window.stayed = true").await;
    // Begun elsewhere: this page was not told by its own click.
    let api = world.api().await;
    api.post(&format!("/api/providers/{provider}/sync"), json!({}))
        .await;
    browser
        .wait_for("document.querySelector('main progress')?.value > 0")
        .await;
    browser.expect_accessible("running sync").await;
    for theme in Theme::BOTH {
        browser.screen(1280, theme).await;
        browser
            .picture(&format!("sync-running-1280-{theme:?}").to_lowercase())
            .await;
    }
    browser.screen(360, Theme::Light).await;
    browser.picture("sync-running-360-light").await;
    browser.expect_no_sideways_scroll().await;
    browser.screen(1280, Theme::Light).await;
    browser
        .run("document.querySelector('[id^=cancel-jobs]').focus()")
        .await;
    browser.press(Key::Enter).await;
    browser
        .wait_for("document.querySelector('#sync-row-1')?.textContent.includes('Cancelled')")
        .await;
    browser.run("window.stayed = true").await;
    api.post(&format!("/api/providers/{provider}/sync"), json!({}))
        .await;
    browser
        .wait_for("document.querySelector('#sync-row-2')?.textContent.includes('Applied')")
        .await;
    browser
        .wait_for(
            "window.stayed && document.querySelector('.tile-note')?.textContent.includes('4,000 in use')",
        )
        .await;
    browser.expect_quiet_console().await;
}

async fn a_held_sync_is_approved_in_a_dialog(browser: Browser) {
    let world = World::start().await;
    let api = world.api().await;
    let names: Vec<String> = (0..10).map(|at| format!("Station {at}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let provider = api.provider("Living room", &world.list_url()).await;
    world.simulator.put(LIST, Resource::bytes(list(&names)));
    api.sync(provider).await;
    world.simulator.put(LIST, Resource::bytes(list(&names[..4])));
    let run = api.sync(provider).await;
    world.sign_in(&browser, &format!("/providers/{provider}")).await;
    browser.click("#decide").await;
    world.arrive(&browser, &format!("/syncs/{run}")).await;
    browser.click("#approve").await;
    browser.wait_for("document.querySelector('dialog[open]')").await;
    browser
        .wait_for("document.activeElement.textContent.trim() === 'Keep waiting'")
        .await;
    browser.expect_accessible("approval").await;
    browser.glance("sync-approval-1280-light").await;
    browser.press(Key::Escape).await;
    browser.wait_for("document.activeElement.id === 'approve'").await;
    browser.press(Key::Enter).await;
    browser.wait_for("document.querySelector('dialog[open]')").await;
    browser.click("dialog .button-danger").await;
    browser
        .wait_for("document.querySelector('main').textContent.includes('somebody approved it')")
        .await;
    browser.expect_quiet_console().await;
}

async fn the_library_is_written_while_its_page_looks_on(browser: Browser) {
    let world = World::start().await;
    let api = world.api().await;
    let provider = api.provider("Living room", &world.list_url()).await;
    api.sync(provider).await;
    api.set("public_url", json!("http://tv.example")).await;
    world.sign_in(&browser, "/library").await;
    browser.run("window.stayed = true").await;
    api.write_library().await;
    browser
        .wait_for("window.stayed && document.querySelector('.tile-value')?.textContent.trim() === '2'")
        .await;
    world.simulator.put(
        LIST,
        Resource::bytes(list(&["Alpha News", "Beta Sport", "Gamma"])),
    );
    api.sync(provider).await;
    browser.click("#write-library").await;
    browser
        .wait_for("document.querySelector('.flash')?.textContent.includes('is being written')")
        .await;
    browser
        .wait_for("document.querySelector('.tile-value')?.textContent.trim() === '1'")
        .await;
    browser.expect_quiet_console().await;
}
