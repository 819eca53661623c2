//! Event streams, toasts, panels, the theme: what scripts add.

use fantoccini::key::Key;

use crate::browser::{Browser, Theme};
use crate::harness::{Case, cases};
use crate::server::Server;

pub fn cases() -> Vec<Case> {
    cases![
        a_stream_is_let_go_while_the_tab_is_hidden_and_taken_up_on_return,
        a_broken_panel_keeps_its_error_to_itself,
        a_field_tells_what_is_wrong_when_it_is_left,
        a_refused_form_puts_the_focus_on_its_summary,
        a_saved_form_says_so_in_the_status_region,
        the_theme_changes_in_place_and_is_remembered,
        a_menu_closes_by_escape_and_gives_the_focus_back,
        the_first_tab_stop_leads_to_the_content,
    ]
}

async fn open(browser: &Browser) -> Server {
    let server = Server::start();
    browser.open(&server.url("/gallery"), 1280, Theme::Light).await;
    server
}

async fn a_stream_is_let_go_while_the_tab_is_hidden_and_taken_up_on_return(browser: Browser) {
    let server = open(&browser).await;
    browser
        .wait_for("document.querySelector('#live').textContent === '1 streams open'")
        .await;
    browser.pretend_hidden(true).await;
    server.wait_for_streams(0).await;
    browser.pretend_hidden(false).await;
    server.wait_for_streams(1).await;
}

async fn a_broken_panel_keeps_its_error_to_itself(browser: Browser) {
    let _server = open(&browser).await;
    browser
        .wait_for("document.querySelector('#panel-broken .panel-error')")
        .await;
    let text = browser.text("#panel-broken").await;
    assert!(
        text.contains("The figures are being computed.") && text.contains("Request "),
        "{text}"
    );
    assert_eq!(
        browser
            .run("return document.querySelector('#alerts').childElementCount")
            .await,
        0
    );
}

async fn a_field_tells_what_is_wrong_when_it_is_left(browser: Browser) {
    let _server = open(&browser).await;
    browser.find("#sample-name").await.clear().await.unwrap();
    browser.click("#sample-password").await;
    browser
        .wait_for("document.querySelector('#sample-name-error').textContent === 'Give it a name.'")
        .await;
    browser
        .wait_for("document.querySelector('#sample-name').getAttribute('aria-invalid') === 'true'")
        .await;
    browser
        .wait_for("document.activeElement.id === 'sample-password'")
        .await;
}

async fn a_refused_form_puts_the_focus_on_its_summary(browser: Browser) {
    let _server = open(&browser).await;
    browser
        .find("#sample-password")
        .await
        .send_keys("secret")
        .await
        .unwrap();
    browser.run("document.querySelector('#sample-name').value = ''; document.querySelector('#sample form').requestSubmit()").await;
    browser
        .wait_for("document.activeElement.matches('[data-form-errors]')")
        .await;
    assert_eq!(
        browser
            .run("return document.querySelector('#sample-password').value")
            .await,
        "",
        "secrets are dropped"
    );
    browser.expect_accessible("refused form").await;
    browser.glance("refused-1280-Light").await;
}

async fn a_saved_form_says_so_in_the_status_region(browser: Browser) {
    let _server = open(&browser).await;
    browser.click("#sample button[type=submit]").await;
    browser
        .wait_for("document.querySelector('#toasts').textContent.includes('Living room was saved.')")
        .await;
    browser.expect_accessible("toast").await;
    browser.click("#toasts [data-dismiss]").await;
    browser
        .wait_for("!document.querySelector('#toasts').childElementCount")
        .await;
}

async fn the_theme_changes_in_place_and_is_remembered(browser: Browser) {
    let server = open(&browser).await;
    browser.run("window.stayed = true").await;
    browser.click("summary[aria-label=Theme]").await;
    browser.click("button[name=theme][value=dark]").await;
    browser
        .wait_for("document.documentElement.dataset.theme === 'dark' && window.stayed")
        .await;
    browser
        .wait_for("performance.getEntriesByName(location.origin + '/theme').length")
        .await;
    browser
        .open(&server.url("/gallery/bare"), 1280, Theme::Light)
        .await;
    browser.find("html[data-theme=dark]").await;
}

async fn a_menu_closes_by_escape_and_gives_the_focus_back(browser: Browser) {
    let _server = open(&browser).await;
    browser.click("summary[aria-label^=Account]").await;
    browser.press(Key::Tab).await;
    browser.press(Key::Escape).await;
    browser
        .wait_for("!document.querySelector('.top details[open]')")
        .await;
    browser
        .wait_for("document.activeElement.matches('summary[aria-label^=Account]')")
        .await;
}

async fn the_first_tab_stop_leads_to_the_content(browser: Browser) {
    let _server = open(&browser).await;
    browser.press(Key::Tab).await;
    browser.wait_for("document.activeElement.matches('.skip')").await;
    browser.press(Key::Enter).await;
    browser.wait_for("document.activeElement.id === 'main'").await;
}
