//! Signing in with the keyboard alone, and every page of accounts on a phone and a desk, light and dark.

use fantoccini::key::Key;
use m3u_strm_processor::support::clock::Clock;
use m3u_strm_processor::support::totp;
use serde_json::json;

use crate::browser::{Browser, Theme, WIDTHS};
use crate::harness::{Case, cases};
use crate::product::{ADMIN, ADMIN_PASSWORD, Product};

pub fn cases() -> Vec<Case> {
    cases![
        the_keyboard_alone_signs_in_and_out,
        everything_works_without_scripts,
        a_link_is_copied_and_revoked_in_a_dialog,
        a_user_is_added_in_a_dialog_by_keyboard,
        a_second_factor_is_set_up_and_asked_for,
        a_token_is_made_in_a_dialog,
        every_page_of_accounts_is_accessible,
    ]
}

async fn type_text(browser: &Browser, text: &str) {
    let active = browser.client.active_element().await.unwrap();
    active.send_keys(text).await.unwrap();
}

async fn sign_in(browser: &Browser, product: &Product, next: &str) {
    browser
        .open(&product.url(&format!("/sign-in?next={next}")), 1280, Theme::Light)
        .await;
    browser
        .find("#field-username")
        .await
        .send_keys(ADMIN)
        .await
        .unwrap();
    browser
        .find("#field-password")
        .await
        .send_keys(ADMIN_PASSWORD)
        .await
        .unwrap();
    browser.click("form button[type=submit]").await;
    browser.client.wait().for_url(&url(product, next)).await.unwrap();
}

fn url(product: &Product, path: &str) -> url::Url {
    url::Url::parse(&product.url(path)).unwrap()
}

async fn the_keyboard_alone_signs_in_and_out(browser: Browser) {
    let product = Product::start();
    browser.open(&product.url("/account"), 1280, Theme::Light).await;
    assert_eq!(
        browser.client.current_url().await.unwrap(),
        url(&product, "/sign-in?next=%2Faccount")
    );
    type_text(&browser, "Admin").await;
    browser.press(Key::Tab).await;
    type_text(&browser, "wrong password").await;
    browser.press(Key::Enter).await;
    browser
        .wait_for("document.activeElement?.matches('[data-form-errors]')")
        .await;
    browser
        .expect_text("[data-form-errors]", "The user name or the password is wrong.")
        .await;
    let kept = browser
        .run("return document.getElementById('field-username').value")
        .await;
    assert_eq!(kept, json!("Admin"));
    browser.press(Key::Tab).await;
    browser.press(Key::Tab).await;
    type_text(&browser, ADMIN_PASSWORD).await;
    browser.press(Key::Enter).await;
    browser
        .client
        .wait()
        .for_url(&url(&product, "/account"))
        .await
        .unwrap();
    browser
        .run("document.querySelector('summary[aria-label^=\"Account\"]').focus()")
        .await;
    browser.press(Key::Enter).await;
    browser
        .wait_for("document.querySelector('form[action=\"/sign-out\"]').checkVisibility()")
        .await;
    browser
        .run("document.querySelector('form[action=\"/sign-out\"] button').focus()")
        .await;
    browser.press(Key::Enter).await;
    browser
        .client
        .wait()
        .for_url(&url(&product, "/sign-in"))
        .await
        .unwrap();
    browser.expect_text("main", "You are signed out.").await;
    browser.expect_quiet_console().await;
}

async fn everything_works_without_scripts(browser: Browser) {
    let product = Product::start();
    browser.scripts(false).await;
    sign_in(&browser, &product, "/account").await;
    browser
        .find("#field-name")
        .await
        .send_keys("Living room TV")
        .await
        .unwrap();
    browser.click(".credential-form button").await;
    browser
        .client
        .wait()
        .for_element(fantoccini::Locator::Css(".credential:nth-child(2)"))
        .await
        .unwrap();
    browser.expect_text(".flash", "Living room TV").await;
    browser.click(".credential:nth-child(2) a.button").await;
    browser
        .client
        .wait()
        .for_element(fantoccini::Locator::Css("main .button-danger"))
        .await
        .unwrap();
    browser.click("main .button-danger").await;
    browser
        .client
        .wait()
        .for_url(&url(&product, "/account"))
        .await
        .unwrap();
    browser.expect_text(".flash", "are dead").await;
}

async fn a_link_is_copied_and_revoked_in_a_dialog(browser: Browser) {
    let product = Product::start();
    sign_in(&browser, &product, "/account").await;
    let before = browser.text(".copy-text").await;
    assert!(
        before.starts_with(&product.url("/playlist.m3u?token=")),
        "{before}"
    );
    browser.click(".credential a[aria-haspopup=dialog]").await;
    browser.wait_for("document.querySelector('dialog[open]')").await;
    let focused = browser
        .run("return document.activeElement.textContent.trim()")
        .await;
    assert_eq!(focused, json!("Keep links"));
    browser.expect_accessible("dialog").await;
    browser.picture("account-renew").await;
    browser.press(Key::Escape).await;
    browser.wait_for("!document.querySelector('dialog[open]')").await;
    browser
        .wait_for("document.activeElement.matches('a[aria-haspopup=dialog]')")
        .await;
    browser.press(Key::Enter).await;
    browser.wait_for("document.querySelector('dialog[open]')").await;
    browser.click("dialog .button-danger").await;
    browser
        .wait_for("document.querySelector('.flash')?.textContent.includes('new ones')")
        .await;
    assert_ne!(browser.text(".copy-text").await, before);
    browser.expect_quiet_console().await;
}

async fn a_user_is_added_in_a_dialog_by_keyboard(browser: Browser) {
    let product = Product::start();
    sign_in(&browser, &product, "/users").await;
    browser
        .run("document.querySelector('a[href=\"/users/new\"]').focus()")
        .await;
    browser.press(Key::Enter).await;
    browser
        .wait_for("document.activeElement.id === 'user-username'")
        .await;
    browser.expect_accessible("user dialog").await;
    browser.picture("user-dialog").await;
    type_text(&browser, "admin").await;
    browser.press(Key::Tab).await;
    browser
        .wait_for("document.querySelector('#user-username-error').textContent.includes('has this name')")
        .await;
    browser.find("#user-username").await.clear().await.unwrap();
    browser
        .find("#user-username")
        .await
        .send_keys("anna")
        .await
        .unwrap();
    browser.press(Key::Enter).await;
    browser.wait_for("document.querySelector('#made-password')").await;
    browser.expect_accessible("made password").await;
    browser.picture("user-made").await;
    browser.press(Key::Enter).await;
    browser
        .client
        .wait()
        .for_url(&url(&product, "/users/2"))
        .await
        .unwrap();
    browser.expect_quiet_console().await;
}

/// The page as it is now: it cannot be opened again.
async fn look_at_what_is_there(browser: &Browser, name: &str) {
    for theme in Theme::BOTH {
        for width in WIDTHS {
            browser.screen(width, theme).await;
            look(browser, name, width, theme).await;
        }
    }
}

async fn a_second_factor_is_set_up_and_asked_for(browser: Browser) {
    let product = Product::start();
    sign_in(&browser, &product, "/account").await;
    browser.click("#second-factor a[aria-haspopup=dialog]").await;
    browser
        .wait_for("document.activeElement.id === 'proof-password'")
        .await;
    browser.expect_accessible("second factor dialog").await;
    type_text(&browser, "not it at all").await;
    browser.press(Key::Enter).await;
    browser
        .wait_for("document.querySelector('#proof-password-error')?.textContent.includes('present password')")
        .await;
    let password = browser.find("#proof-password").await;
    password.send_keys(ADMIN_PASSWORD).await.unwrap();
    browser.press(Key::Enter).await;
    let setup = url(&product, "/account/second-factor/setup");
    browser.client.wait().for_url(&setup).await.unwrap();
    for theme in Theme::BOTH {
        for width in WIDTHS {
            browser.open(setup.as_str(), width, theme).await;
            look(&browser, "second-factor-setup", width, theme).await;
        }
    }
    let secret = base32(&browser.text("#secret").await);
    let code = totp::code(&secret, totp::step(Clock::System.now_ms()));
    browser.find("#field-code").await.send_keys(&code).await.unwrap();
    browser.press(Key::Enter).await;
    browser
        .wait_for("document.querySelectorAll('.recovery-codes li').length === 10")
        .await;
    look_at_what_is_there(&browser, "recovery-codes").await;
    let recovery = browser.text(".recovery-codes code").await;
    browser.click(".form-actions a").await;
    browser
        .client
        .wait()
        .for_url(&url(&product, "/account"))
        .await
        .unwrap();
    look_at_what_is_there(&browser, "account-with-second-factor").await;
    browser.client.delete_all_cookies().await.unwrap();
    browser.open(&product.url("/account"), 1280, Theme::Light).await;
    type_text(&browser, ADMIN).await;
    browser.press(Key::Tab).await;
    type_text(&browser, ADMIN_PASSWORD).await;
    browser.press(Key::Enter).await;
    browser
        .wait_for("document.activeElement.id === 'field-code'")
        .await;
    look_at_what_is_there(&browser, "second-step").await;
    type_text(&browser, "000000").await;
    browser.press(Key::Enter).await;
    browser
        .wait_for("document.querySelector('#field-code-error')?.textContent.includes('This code is wrong')")
        .await;
    browser
        .find("#field-code")
        .await
        .send_keys(&recovery)
        .await
        .unwrap();
    browser.press(Key::Enter).await;
    browser
        .client
        .wait()
        .for_url(&url(&product, "/account"))
        .await
        .unwrap();
    browser
        .expect_text("#second-factor", "9 recovery codes are left")
        .await;
}

fn base32(text: &str) -> Vec<u8> {
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in text.bytes().filter(u8::is_ascii_alphanumeric) {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            digit => digit - b'2' + 26,
        };
        held = (held << 5) | u32::from(value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(((held >> bits) & 255) as u8);
        }
    }
    bytes
}

async fn a_token_is_made_in_a_dialog(browser: Browser) {
    let product = Product::start();
    sign_in(&browser, &product, "/account").await;
    browser.click("a[href='/account/tokens/new']").await;
    browser
        .wait_for("document.activeElement.id === 'token-name'")
        .await;
    browser.expect_accessible("token dialog").await;
    browser.picture("token-dialog").await;
    browser.press(Key::Enter).await;
    browser
        .wait_for("document.querySelector('#token-name-error')?.textContent.includes('Give it a name')")
        .await;
    browser
        .find("#token-name")
        .await
        .send_keys("Home automation")
        .await
        .unwrap();
    browser.press(Key::Enter).await;
    browser.wait_for("document.querySelector('#made-token')").await;
    assert!(browser.text("#made-token").await.starts_with("strm_"));
    browser.expect_accessible("made token").await;
    browser.picture("token-made").await;
    browser.click("dialog .form-actions a").await;
    browser
        .wait_for("document.querySelectorAll('#tokens tbody tr').length === 1")
        .await;
    browser.click("#tokens td a[aria-haspopup=dialog]").await;
    browser.wait_for("document.querySelector('dialog[open]')").await;
    browser.expect_accessible("token revocation").await;
    browser.click("dialog .button-danger").await;
    browser
        .wait_for("document.querySelector('.flash')?.textContent.includes('is revoked')")
        .await;
    browser.expect_quiet_console().await;
}

async fn every_page_of_accounts_is_accessible(browser: Browser) {
    let product = Product::start();
    for theme in Theme::BOTH {
        for width in WIDTHS {
            browser.open(&product.url("/sign-in"), width, theme).await;
            look(&browser, "sign-in", width, theme).await;
        }
    }
    sign_in(&browser, &product, "/account").await;
    browser
        .find("#field-name")
        .await
        .send_keys("Living room TV")
        .await
        .unwrap();
    browser.click(".credential-form button").await;
    browser
        .wait_for("document.querySelectorAll('.credential').length === 2")
        .await;
    for (name, path) in [
        ("account", "/account"),
        ("password", "/password"),
        ("audit", "/audit"),
        ("revoke", "/account/credentials/1/revocation"),
        ("users", "/users"),
        ("user-new", "/users/new"),
        ("token-new", "/account/tokens/new"),
        ("second-factor", "/account/second-factor"),
        ("user-own", "/users/1"),
        ("user-own-edit", "/users/1/edit"),
    ] {
        for theme in Theme::BOTH {
            for width in WIDTHS {
                browser.open(&product.url(path), width, theme).await;
                look(&browser, name, width, theme).await;
            }
        }
    }
    browser.expect_quiet_console().await;
}

async fn look(browser: &Browser, name: &str, width: u32, theme: Theme) {
    let name = format!("{name}-{width}-{theme:?}").to_lowercase();
    browser.picture(&name).await;
    browser.expect_no_sideways_scroll().await;
    browser.expect_accessible(&name).await;
}
