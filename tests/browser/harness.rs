//! Runs cases one after the other in one browser and tells how they went, like cargo's own harness.

use std::future::Future;
use std::pin::Pin;
use std::process::ExitCode;
use std::time::Instant;

use crate::browser::{Browser, Driver};

type Outcome = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A test with the name of its function.
pub struct Case {
    pub name: &'static str,
    pub run: fn(Browser) -> Outcome,
}

/// `cases![a_dialog_closes_by_escape, …]` from `async fn(Browser)`.
macro_rules! cases {
    ($($name:ident),+ $(,)?) => {
        vec![$($crate::harness::Case {
            name: concat!(module_path!(), "::", stringify!($name)),
            run: |browser| Box::pin($name(browser)),
        }),+]
    };
}
pub(crate) use cases;

pub fn run(areas: &[Vec<Case>]) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let wanted: Vec<&String> = arguments.iter().filter(|word| !word.starts_with('-')).collect();
    let chosen: Vec<&Case> = areas
        .iter()
        .flatten()
        .filter(|case| wanted.is_empty() || wanted.iter().any(|word| case.name.contains(word.as_str())))
        .collect();
    if arguments.iter().any(|argument| argument == "--list") {
        chosen.iter().for_each(|case| println!("{}: test", case.name));
        return ExitCode::SUCCESS;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let failed = runtime.block_on(run_all(&chosen));
    match failed {
        None if std::env::var_os("STRM_TEST_BROWSER").is_some() => ExitCode::FAILURE,
        None => ExitCode::SUCCESS,
        Some(0) => ExitCode::SUCCESS,
        Some(_) => ExitCode::FAILURE,
    }
}

/// How many failed; `None` without a browser.
async fn run_all(chosen: &[&Case]) -> Option<usize> {
    println!("\nrunning {} tests", chosen.len());
    if chosen.is_empty() {
        return Some(0);
    }
    let Some(driver) = Driver::start() else {
        eprintln!("skipped: no chromedriver or no Chromium was found");
        return None;
    };
    let mut failed = Vec::new();
    for case in chosen {
        let began = Instant::now();
        let browser = driver.browser().await;
        let outcome = tokio::spawn((case.run)(browser.clone())).await;
        browser.close().await;
        let word = if outcome.is_ok() { "ok" } else { "FAILED" };
        println!(
            "test {} ... {word} ({} ms)",
            case.name,
            began.elapsed().as_millis()
        );
        if outcome.is_err() {
            failed.push(case.name);
        }
    }
    let word = if failed.is_empty() { "ok" } else { "FAILED" };
    println!(
        "\ntest result: {word}. {} passed; {} failed\n",
        chosen.len() - failed.len(),
        failed.len()
    );
    Some(failed.len())
}
