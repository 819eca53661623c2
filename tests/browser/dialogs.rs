//! Dialogs: focus, Escape, button, backdrop.

use fantoccini::key::Key;

use crate::browser::{Browser, Theme};
use crate::harness::{Case, cases};
use crate::server::Server;

pub fn cases() -> Vec<Case> {
    cases![
        a_dialog_takes_the_focus_keeps_it_and_gives_it_back,
        a_dialog_closes_by_its_button_and_by_its_backdrop,
        a_fetched_dialog_opens_with_the_safe_choice_in_focus,
        a_dialog_is_as_wide_as_a_phone,
        an_error_comes_into_the_dialog_that_caused_it,
        the_page_behind_a_dialog_does_not_scroll,
    ]
}

const OPENER: &str = "button[data-opens=own]";
const IS_OPEN: &str = "document.querySelector('#own').open";
const IS_CLOSED: &str = "!document.querySelector('#own').open";

async fn opened(browser: &Browser) -> Server {
    let server = Server::start();
    browser.open(&server.url("/gallery"), 1280, Theme::Light).await;
    browser.click(OPENER).await;
    browser.wait_for(IS_OPEN).await;
    server
}

async fn a_dialog_takes_the_focus_keeps_it_and_gives_it_back(browser: Browser) {
    let _server = opened(&browser).await;
    browser
        .wait_for("document.activeElement.id === 'rename-name'")
        .await;
    browser.expect_accessible("open dialog").await;
    browser.glance("dialog-1280-Light").await;
    for _ in 0..8 {
        browser.press(Key::Tab).await;
        browser
            .wait_for("document.activeElement === document.body || document.activeElement.closest('#own')")
            .await;
    }
    browser.press(Key::Escape).await;
    browser.wait_for(IS_CLOSED).await;
    browser
        .wait_for("document.activeElement.matches('[data-opens=own]')")
        .await;
}

async fn a_dialog_closes_by_its_button_and_by_its_backdrop(browser: Browser) {
    let _server = opened(&browser).await;
    browser.click("#own button[aria-label=Close]").await;
    browser.wait_for(IS_CLOSED).await;
    browser
        .wait_for("document.activeElement.matches('[data-opens=own]')")
        .await;

    browser.click(OPENER).await;
    browser.wait_for(IS_OPEN).await;
    browser.click_at(20.0, 20.0).await;
    browser.wait_for(IS_CLOSED).await;
}

async fn a_fetched_dialog_opens_with_the_safe_choice_in_focus(browser: Browser) {
    let server = Server::start();
    browser.open(&server.url("/gallery"), 360, Theme::Dark).await;
    browser.click("a.button-danger[href='/gallery/dialog']").await;
    browser.wait_for("document.querySelector('#removal')?.open").await;
    browser
        .wait_for("document.activeElement.textContent === 'Keep it'")
        .await;
    browser.expect_accessible("fetched dialog").await;
    browser.glance("dialog-360-Dark").await;
    browser.press(Key::Enter).await;
    browser.wait_for("!document.querySelector('#removal')").await;
    browser
        .wait_for("document.activeElement.matches('a.button-danger')")
        .await;
}

async fn a_dialog_is_as_wide_as_a_phone(browser: Browser) {
    let server = Server::start();
    browser.open(&server.url("/gallery"), 320, Theme::Light).await;
    browser.click(OPENER).await;
    browser.wait_for(IS_OPEN).await;
    browser
        .wait_for("document.querySelector('#own').getBoundingClientRect().right <= document.documentElement.clientWidth")
        .await;
    browser.expect_no_sideways_scroll().await;
}

async fn an_error_comes_into_the_dialog_that_caused_it(browser: Browser) {
    let _server = opened(&browser).await;
    browser.click("#own button[type=submit]").await;
    browser
        .wait_for(
            "document.querySelector('#own .toast-danger')?.textContent.includes('Something went wrong')",
        )
        .await;
    browser.glance("dialog-error-1280-Light").await;
    browser.click("#own [data-dismiss]").await;
    browser
        .wait_for("document.querySelector('#own .modal-alerts').childElementCount === 0")
        .await;
    browser.wait_for(IS_OPEN).await;
}

async fn the_page_behind_a_dialog_does_not_scroll(browser: Browser) {
    let _server = opened(&browser).await;
    let overflow = browser
        .run("return getComputedStyle(document.documentElement).overflowY")
        .await;
    assert_eq!(overflow, "hidden");
}
