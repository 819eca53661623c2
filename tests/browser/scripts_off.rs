//! What works before, or without, a single script.

use crate::browser::{Browser, Theme};
use crate::harness::{Case, cases};
use crate::server::Server;

pub fn cases() -> Vec<Case> {
    cases![
        the_menu_opens_and_leads_on_without_scripts,
        the_theme_is_switched_without_scripts,
        a_refused_form_comes_back_with_its_values_without_scripts,
        a_dialog_is_a_page_without_scripts,
    ]
}

async fn the_menu_opens_and_leads_on_without_scripts(browser: Browser) {
    let server = Server::start();
    browser.scripts(false).await;
    browser.open(&server.url("/gallery"), 360, Theme::Light).await;
    browser.click(".nav-menu summary").await;
    browser.expect_text(".nav-menu nav", "Favourites").await;
}

async fn the_theme_is_switched_without_scripts(browser: Browser) {
    let server = Server::start();
    browser.scripts(false).await;
    browser
        .open(&server.url("/gallery?q=news"), 1280, Theme::Light)
        .await;
    browser.click("summary[aria-label=Theme]").await;
    browser.click("button[name=theme][value=dark]").await;
    browser.find("html[data-theme=dark]").await;
    let url = browser.client.current_url().await.unwrap();
    assert_eq!(url.query(), Some("q=news"), "the switch goes back to the page");
    browser
        .open(&server.url("/gallery/bare"), 1280, Theme::Light)
        .await;
    browser.find("html[data-theme=dark]").await;
}

async fn a_refused_form_comes_back_with_its_values_without_scripts(browser: Browser) {
    let server = Server::start();
    browser.scripts(false).await;
    browser.open(&server.url("/gallery"), 1280, Theme::Light).await;
    browser.find("#sample-name").await.clear().await.unwrap();
    browser.click("#sample button[type=submit]").await;
    browser.expect_text("[data-form-errors]", "Give it a name.").await;
    browser.find("#sample-name[aria-invalid=true]").await;

    browser
        .find("#sample-name")
        .await
        .send_keys("Kitchen")
        .await
        .unwrap();
    browser.click("#sample button[type=submit]").await;
    browser.expect_text(".flash", "Kitchen was saved.").await;
    browser.client.refresh().await.unwrap();
    assert!(
        !browser
            .client
            .source()
            .await
            .unwrap()
            .contains("Kitchen was saved."),
        "told once"
    );
}

async fn a_dialog_is_a_page_without_scripts(browser: Browser) {
    let server = Server::start();
    browser.scripts(false).await;
    browser.open(&server.url("/gallery"), 1280, Theme::Light).await;
    browser.click("a[href='/gallery/dialog']").await;
    let url = browser.client.current_url().await.unwrap();
    assert_eq!(url.path(), "/gallery/dialog");
}
