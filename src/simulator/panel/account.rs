//! A subscription as its panel keeps it.

use std::time::Duration;

use serde_json::{Value, json};

use super::Visit;
use super::guide;
use crate::simulator::connections::{Limit, Over};

/// One line of a reseller's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub username: String,
    pub password: String,
    pub message: String,
    pub status: Status,
    /// Seconds since the epoch; `None` never ends.
    pub expires_at: Option<i64>,
    pub is_trial: bool,
    pub created_at: i64,
    pub max_connections: u32,
    pub output_formats: Vec<String>,
    /// What becomes of a stream beyond `max_connections`.
    pub over: Over,
    /// How long a stream still counts after its player has gone.
    pub cool_down: Duration,
}

/// What the panel says of an account. One past its expiry is expired whatever is said here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Active,
    Banned,
    Disabled,
    Expired,
}

impl Account {
    /// An active account for one connection that never ends.
    pub fn new(username: &str, password: &str) -> Self {
        Self {
            username: username.into(),
            password: password.into(),
            message: String::new(),
            status: Status::Active,
            expires_at: None,
            is_trial: false,
            created_at: 1_600_000_000,
            max_connections: 1,
            output_formats: ["m3u8", "ts"].map(Into::into).to_vec(),
            over: Over::Refuse(403),
            cool_down: Duration::ZERO,
        }
    }

    /// With this many connections at once.
    #[must_use]
    pub fn connections(mut self, most: u32) -> Self {
        self.max_connections = most;
        self
    }

    /// Ending then: seconds since the epoch.
    #[must_use]
    pub fn until(mut self, expires_at: i64) -> Self {
        self.expires_at = Some(expires_at);
        self
    }

    pub(super) fn limit(&self) -> Limit {
        Limit {
            most: self.max_connections as usize,
            over: self.over,
            cool_down: self.cool_down,
        }
    }

    /// Whether it gets more than word of its state.
    pub(super) fn is_served(&self, now_ms: i64) -> bool {
        self.status_at(now_ms) == Status::Active
    }

    fn status_at(&self, now_ms: i64) -> Status {
        match self.expires_at {
            Some(end) if self.status == Status::Active && end <= now_ms / 1000 => Status::Expired,
            _ => self.status,
        }
    }

    /// `user_info` and `server_info`.
    pub(super) fn shown(&self, visit: &Visit) -> Value {
        let (url, port) = visit.host.split_once(':').unwrap_or((visit.host, "80"));
        json!({
            "user_info": {
                "username": self.username,
                "password": self.password,
                "message": self.message,
                "auth": 1,
                "status": format!("{:?}", self.status_at(visit.now_ms)),
                "exp_date": self.expires_at.map(|at| at.to_string()),
                "is_trial": if self.is_trial { "1" } else { "0" },
                "active_cons": (visit.open)(&self.username).to_string(),
                "created_at": self.created_at.to_string(),
                "max_connections": self.max_connections.to_string(),
                "allowed_output_formats": self.output_formats,
            },
            "server_info": {
                "url": url,
                "port": port,
                "https_port": "25463",
                "server_protocol": "http",
                "rtmp_port": "25462",
                "timezone": guide::ZONE,
                "timestamp_now": visit.now_ms / 1000,
                "time_now": guide::local(visit.now_ms / 1000),
                "process": true,
            },
        })
    }
}
