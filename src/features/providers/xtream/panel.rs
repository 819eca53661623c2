//! Where a panel is and who asks: its addresses, its account, and the requests for its lists.

use std::time::Duration;

use http::HeaderMap;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::account::Account;
use super::error::{HostProblem, PanelError, Problem, problems};
use crate::features::providers::shown::host_of;
use crate::features::providers::{Facts, Secrets};
use crate::fetch::{Download, FetchRequest, Fetcher, Guard};

/// An account's answer and a list of categories are small.
const SMALL: u64 = 32 * 1024 * 1024;
const ACCOUNT: u64 = 1024 * 1024;
/// The answer about one series.
const DETAILS: u64 = 8 * 1024 * 1024;

/// The three lists of a panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListKind {
    Live,
    Films,
    Series,
}

impl ListKind {
    pub const ALL: [Self; 3] = [Self::Live, Self::Films, Self::Series];

    fn action(self) -> &'static str {
        match self {
            Self::Live => "get_live_streams",
            Self::Films => "get_vod_streams",
            Self::Series => "get_series",
        }
    }

    fn categories(self) -> &'static str {
        match self {
            Self::Live => "get_live_categories",
            Self::Films => "get_vod_categories",
            Self::Series => "get_series_categories",
        }
    }

    /// The list in the words of people.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Live => "live streams",
            Self::Films => "films",
            Self::Series => "series",
        }
    }
}

/// A panel and the account that is used with it.
#[derive(Clone)]
pub struct Panel {
    hosts: Vec<Url>,
    user: String,
    password: String,
    headers: HeaderMap,
    user_agent: Option<String>,
    /// Whose breakers are asked and told.
    owner: Option<i64>,
    cancel: CancellationToken,
}

/// A panel that answered.
#[derive(Debug, Clone)]
pub struct Entered {
    /// Which of the panel's hosts: its streams are there too.
    pub host: usize,
    pub account: Account,
}

impl Panel {
    pub fn new(secrets: &Secrets, user_agent: Option<&String>) -> Self {
        let hosts = secrets.panel_hosts();
        Self {
            hosts: hosts.iter().filter_map(|host| Url::parse(host).ok()).collect(),
            user: secrets.xstream_username.clone(),
            password: secrets.xstream_password.clone(),
            headers: secrets.header_map(),
            user_agent: user_agent.cloned(),
            owner: None,
            cancel: CancellationToken::new(),
        }
    }

    /// As a job asks: under the provider's breakers, until it is cancelled.
    #[must_use]
    pub fn for_job(mut self, owner: i64, cancel: CancellationToken) -> Self {
        self.owner = Some(owner);
        self.cancel = cancel;
        self
    }

    pub(super) fn hosts(&self) -> &[Url] {
        &self.hosts
    }

    fn url(&self, host: &Url, action: &[(&str, &str)]) -> Url {
        let mut url = host.clone();
        url.set_query(None);
        url.set_fragment(None);
        url.set_path(&format!("{}/player_api.php", host.path().trim_end_matches('/')));
        url.query_pairs_mut()
            .append_pair("username", &self.user)
            .append_pair("password", &self.password)
            .extend_pairs(action);
        url
    }

    fn request(&self, hosts: &[Url], action: &[(&str, &str)], max_bytes: u64) -> FetchRequest {
        let urls = hosts.iter().map(|host| self.url(host, action)).collect();
        FetchRequest {
            headers: self.headers.clone(),
            user_agent: self.user_agent.clone(),
            owner: self.owner,
            max_bytes: Some(max_bytes),
            cancel: self.cancel.clone(),
            ..FetchRequest::new(urls, Guard::Typed)
        }
    }

    /// Asks one host for the account, once.
    pub(super) async fn ask(
        &self,
        fetch: &Fetcher,
        host: &Url,
        patience: Duration,
    ) -> Result<Account, Problem> {
        let mut request = self.request(std::slice::from_ref(host), &[], ACCOUNT);
        request.rounds = 1;
        request.idle_timeout = Some(patience);
        account(fetch.get(request).await).await
    }

    /// Asks for the account, host after host, until one knows it.
    ///
    /// # Errors
    /// [`PanelError`], which names the cause of each host that was asked.
    pub async fn enter(&self, fetch: &Fetcher) -> Result<Entered, PanelError> {
        let mut causes = Vec::new();
        let mut first = 0;
        while let Some(hosts) = self.hosts.get(first..).filter(|hosts| !hosts.is_empty()) {
            let request = self.request(hosts, &[], ACCOUNT);
            let download = match fetch.get(request).await {
                Ok(download) => download,
                Err(error) => {
                    causes.extend(match PanelError::from(error) {
                        PanelError::Hosts(failed) => failed,
                        other => return Err(other),
                    });
                    break;
                }
            };
            let host = first + download.asked;
            causes.extend(download.passed_over.iter().map(|failure| HostProblem {
                host: failure.host.clone(),
                problem: Problem::Fetch(failure.cause.clone()),
            }));
            match account(Ok(download)).await {
                Ok(account) => return Ok(Entered { host, account }),
                Err(problem) => causes.push(HostProblem {
                    host: self.hosts.get(host).map(host_of).unwrap_or_default(),
                    problem,
                }),
            }
            first = host + 1;
        }
        Err(PanelError::Hosts(causes))
    }

    /// The hosts as a list is asked for: first the one that knew the account.
    fn in_order(&self, entered: usize) -> Vec<Url> {
        let (before, after) = self.hosts.split_at(entered.min(self.hosts.len()));
        after.iter().chain(before).cloned().collect()
    }

    /// Starts one of the lists.
    ///
    /// # Errors
    /// [`PanelError`].
    pub async fn list(
        &self,
        fetch: &Fetcher,
        entered: usize,
        kind: ListKind,
        max_bytes: u64,
    ) -> Result<Download, PanelError> {
        let request = self.request(&self.in_order(entered), &[("action", kind.action())], max_bytes);
        Ok(fetch.get(request).await?)
    }

    /// Starts the part of one of the lists that is in a category. That it fails says nothing of the host, so breakers are
    /// neither asked nor told.
    ///
    /// # Errors
    /// [`PanelError`].
    pub async fn part(
        &self,
        fetch: &Fetcher,
        entered: usize,
        kind: ListKind,
        category: &str,
        max_bytes: u64,
    ) -> Result<Download, PanelError> {
        let action = [("action", kind.action()), ("category_id", category)];
        let mut request = self.request(&self.in_order(entered), &action, max_bytes);
        request.owner = None;
        request.rounds = 2;
        Ok(fetch.get(request).await?)
    }

    /// The categories of one of the lists.
    ///
    /// # Errors
    /// [`PanelError`].
    pub async fn categories(
        &self,
        fetch: &Fetcher,
        entered: usize,
        kind: ListKind,
    ) -> Result<super::Categories, PanelError> {
        let request = self.request(&self.in_order(entered), &[("action", kind.categories())], SMALL);
        let (host, body) = whole(fetch, request).await?;
        super::categories(&body).map_err(|problem| PanelError::of_host(host, Problem::List(problem)))
    }

    /// What the panel knows of one series.
    ///
    /// # Errors
    /// [`PanelError`].
    pub async fn details(
        &self,
        fetch: &Fetcher,
        entered: usize,
        series: i64,
    ) -> Result<super::Details, PanelError> {
        let id = series.to_string();
        let action = [("action", "get_series_info"), ("series_id", id.as_str())];
        let request = self.request(&self.in_order(entered), &action, DETAILS);
        let (host, body) = whole(fetch, request).await?;
        super::Details::read(&body).map_err(|problem| PanelError::of_host(host, Problem::List(problem)))
    }

    /// What the panel tells of one film; nothing of one that it does not know.
    ///
    /// # Errors
    /// [`PanelError`].
    pub async fn film(&self, fetch: &Fetcher, entered: usize, film: i64) -> Result<Facts, PanelError> {
        let id = film.to_string();
        let action = [("action", "get_vod_info"), ("vod_id", id.as_str())];
        let request = self.request(&self.in_order(entered), &action, DETAILS);
        let (host, body) = whole(fetch, request).await?;
        super::facts::film(&body).map_err(|problem| PanelError::of_host(host, Problem::List(problem)))
    }
}

/// A whole answer and the host that it came from.
async fn whole(fetch: &Fetcher, request: FetchRequest) -> Result<(String, bytes::Bytes), PanelError> {
    let download = fetch.get(request).await?;
    let host = host_of(&download.final_url);
    Ok((host, download.read_all().await?))
}

async fn account(answer: Result<Download, crate::fetch::FetchError>) -> Result<Account, Problem> {
    let body = match answer {
        Ok(download) => download.read_all().await,
        Err(error) => Err(error),
    };
    match body {
        Ok(body) => Account::read(&body).map_err(Problem::Account),
        Err(error) => Err(problems(&error)
            .pop()
            .map_or(Problem::Account(super::NoAccount::Empty), |failed| failed.problem)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(host: &str) -> Panel {
        let secrets = Secrets {
            xstream_host: host.to_owned(),
            xstream_username: "ann".to_owned(),
            xstream_password: "p&s=1 é".to_owned(),
            ..Secrets::default()
        };
        Panel::new(&secrets, None)
    }

    #[test]
    fn an_address_is_made_of_host_account_and_action() {
        for (host, expected) in [
            ("http://tv.example:8080", "http://tv.example:8080/player_api.php"),
            ("http://tv.example/", "http://tv.example/player_api.php"),
            (
                "https://tv.example/panel/",
                "https://tv.example/panel/player_api.php",
            ),
        ] {
            let panel = panel(host);
            let url = panel.url(&panel.hosts[0], &[("action", "get_live_streams")]);
            assert_eq!(
                url.as_str(),
                format!("{expected}?username=ann&password=p%26s%3D1+%C3%A9&action=get_live_streams")
            );
        }
    }
}
