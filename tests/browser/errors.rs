//! Error pages, and errors under htmx.

use crate::browser::{Browser, Theme, WIDTHS};
use crate::harness::{Case, cases};
use crate::server::Server;

pub fn cases() -> Vec<Case> {
    cases![error_pages_are_accessible_in_both_themes_at_both_widths]
}

async fn error_pages_are_accessible_in_both_themes_at_both_widths(browser: Browser) {
    let server = Server::start();
    for width in WIDTHS {
        for theme in Theme::BOTH {
            for status in [403, 404, 429, 500] {
                browser
                    .open(&server.url(&format!("/gallery/errors/{status}")), width, theme)
                    .await;
                let place = format!("error-{status}-{width}-{theme:?}");
                browser.picture(&place).await;
                browser.expect_accessible(&place).await;
                browser.expect_no_sideways_scroll().await;
            }
        }
    }
}
