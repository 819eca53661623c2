//! The product in a real browser: one Chromium, one test after the other, each on a page of its own.
//!
//! `cargo test --test browser [words of a name]`. `BROWSER_SCREENSHOTS=<folder>` keeps pictures; `CHROMIUM` and
//! `CHROMEDRIVER` name the programs if they are not found. Without a browser the tests say so and pass, unless
//! `STRM_TEST_BROWSER` is set.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests stop at the first surprise"
)]

mod accounts;
mod browser;
mod channels;
mod charts;
mod components;
mod dialogs;
mod errors;
mod every_page;
mod gallery;
mod harness;
mod journey;
mod live;
mod past;
mod pictures;
mod product;
mod providers;
mod scripts_off;
mod server;
mod world;

// Templates name the product's functions as `crate::web::…`; the sample page is compiled here.
use m3u_strm_processor::web;

fn main() -> std::process::ExitCode {
    harness::run(&[
        accounts::cases(),
        components::cases(),
        dialogs::cases(),
        errors::cases(),
        every_page::cases(),
        journey::cases(),
        live::cases(),
        pictures::cases(),
        providers::cases(),
        channels::cases(),
        scripts_off::cases(),
    ])
}
