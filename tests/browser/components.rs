//! Every component, in both themes, on a phone and on a desk.

use crate::browser::{Browser, Theme, WIDTHS};
use crate::harness::{Case, cases};
use crate::server::Server;

pub fn cases() -> Vec<Case> {
    cases![
        the_sample_page_is_accessible_in_both_themes_at_both_widths,
        nothing_scrolls_sideways_at_320_pixels,
    ]
}

async fn the_sample_page_is_accessible_in_both_themes_at_both_widths(browser: Browser) {
    let server = Server::start();
    for width in WIDTHS {
        for theme in Theme::BOTH {
            for path in ["/gallery", "/gallery/bare"] {
                browser.open(&server.url(path), width, theme).await;
                let place = format!(
                    "{}-{width}-{theme:?}",
                    path.trim_start_matches('/').replace('/', "-")
                );
                browser.picture(&place).await;
                browser.expect_accessible(&place).await;
                browser.expect_no_sideways_scroll().await;
                if path == "/gallery/bare" {
                    browser.expect_quiet_console().await;
                }
            }
        }
    }
}

async fn nothing_scrolls_sideways_at_320_pixels(browser: Browser) {
    let server = Server::start();
    browser.open(&server.url("/gallery"), 320, Theme::Light).await;
    browser.expect_no_sideways_scroll().await;
    browser.click(".nav-menu summary").await;
    browser.expect_no_sideways_scroll().await;
}
