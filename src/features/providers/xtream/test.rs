//! Whether the hosts of a panel know the account, asked by hand: each once and without breaker.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use url::Url;

use super::account::Account;
use super::panel::Panel;
use crate::features::providers::connection::{Tested, TestedHost};
use crate::features::providers::shown::host_of;
use crate::fetch::Fetcher;

const PATIENCE: Duration = Duration::from_secs(15);

/// Asks every host.
pub async fn ask(fetch: &Fetcher, panel: &Panel, now_ms: i64) -> Tested {
    let answers = join_all(panel.hosts().iter().map(|host| ask_host(fetch, panel, host))).await;
    let (hosts, accounts): (Vec<TestedHost>, Vec<Option<Account>>) = answers.into_iter().unzip();
    let good = accounts.iter().flatten().count();
    let account = accounts.into_iter().flatten().next();
    let objection = account.as_ref().and_then(|account| account.objection(now_ms));
    let message = match (good, hosts.as_slice(), &objection) {
        (0, [only], _) => format!(
            "No account: {} {}.",
            only.host,
            only.error.as_deref().unwrap_or_default()
        ),
        (0, ..) => "No account: none of the hosts knows it.".to_owned(),
        (.., Some(objection)) => objection.clone(),
        (1, [_], None) => "The panel knows the account.".to_owned(),
        (good, all, None) if good == all.len() => format!("All {good} hosts know the account."),
        (good, all, None) => format!("{good} of {} hosts know the account.", all.len()),
    };
    Tested {
        ok: good > 0 && objection.is_none(),
        message,
        hosts,
        account,
    }
}

async fn ask_host(fetch: &Fetcher, panel: &Panel, host: &Url) -> (TestedHost, Option<Account>) {
    let started = Instant::now();
    let answer = tokio::time::timeout(PATIENCE, panel.ask(fetch, host, PATIENCE)).await;
    let latency = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (latency_ms, account, error) = match answer {
        Ok(Ok(account)) => (Some(latency), Some(account), None),
        Ok(Err(problem)) => (
            problem.is_answer().then_some(latency),
            None,
            Some(problem.to_string()),
        ),
        Err(_) => (
            None,
            None,
            Some(format!("gave no answer within {} s", PATIENCE.as_secs())),
        ),
    };
    let host = host_of(host);
    (
        TestedHost {
            host,
            latency_ms,
            error,
        },
        account,
    )
}
