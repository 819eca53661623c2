//! What the pretended Xtream Codes panel promises to other tests and to the demo.

mod api;
mod connections;
mod faults;
mod lists;
mod media;

use m3u_strm_processor::simulator::Simulator;
use m3u_strm_processor::simulator::panel::{Account, Catalogue, Panel};
use m3u_strm_processor::support::clock::Clock;
use serde_json::Value;

/// 2024-06-15 12:10:00 UTC, when London is an hour ahead.
const NOW: i64 = 1_718_453_400;
const USER: &str = "viewer";
const PASSWORD: &str = "s3cret";

/// A panel with one account, and a client.
struct World {
    simulator: Simulator,
    panel: Panel,
    client: reqwest::Client,
}

impl World {
    async fn with(catalogue: Catalogue) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let panel = Panel::at(Clock::manual(NOW * 1000));
        panel.open(Account::new(USER, PASSWORD).connections(2), catalogue);
        let simulator = Simulator::start().await.unwrap();
        simulator.put_panel(&panel);
        Self {
            simulator,
            panel,
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
        }
    }

    async fn plain() -> Self {
        Self::with(Catalogue::plain()).await
    }

    fn url(&self, path: &str, query: &str) -> String {
        self.simulator
            .url(&format!("{path}?username={USER}&password={PASSWORD}{query}"))
    }

    async fn get(&self, url: &str) -> reqwest::Response {
        self.client.get(url).send().await.unwrap()
    }

    /// What `player_api.php` answers to an action with its parameters; none for the account.
    async fn call(&self, action: &str) -> Value {
        let query = if action.is_empty() {
            String::new()
        } else {
            format!("&action={action}")
        };
        let answer = self.get(&self.url("/player_api.php", &query)).await;
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    /// The values of a field in a list.
    async fn column(&self, action: &str, field: &str) -> Vec<Value> {
        let listed = self.call(action).await;
        let rows = listed.as_array().unwrap().iter();
        rows.map(|row| row[field].clone()).collect()
    }
}
