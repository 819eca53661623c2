use std::borrow::Borrow;
use std::fmt::Display;

use askama::Template;
use askama::filters::HtmlSafe;

/// A word with an icon or mark; never a colour alone.
#[derive(Template)]
#[template(path = "ui/badge.html")]
pub struct Badge {
    label: String,
    tone: &'static str,
    icon: &'static str,
    hint: String,
}

impl HtmlSafe for Badge {}

impl Badge {
    pub fn neutral(label: impl Display) -> Self {
        Self::new("neutral", "", label)
    }

    pub fn success(label: impl Display) -> Self {
        Self::new("success", "circle-check", label)
    }

    pub fn info(label: impl Display) -> Self {
        Self::new("info", "info", label)
    }

    pub fn warning(label: impl Display) -> Self {
        Self::new("warning", "triangle-alert", label)
    }

    pub fn danger(label: impl Display) -> Self {
        Self::new("danger", "circle-x", label)
    }

    /// Something goes on right now.
    pub fn working(label: impl Display) -> Self {
        Self::new("info", "loader", label)
    }

    /// The tier of a picture by its lines: one static style each. `None` is unknown.
    pub fn quality(lines: impl Borrow<Option<i64>>) -> Self {
        let (tone, label) = match *lines.borrow() {
            Some(4_320..) => ("tier-4k", "8K"),
            Some(2_160..) => ("tier-4k", "4K"),
            Some(1_440..) => ("tier-4k", "1440p"),
            Some(1_080..) => ("tier-1080", "1080p"),
            Some(720..) => ("tier-720", "720p"),
            Some(_) => ("tier-sd", "SD"),
            None => ("tier-unknown", "Unknown"),
        };
        Self::new(tone, "", label)
    }

    /// The state of a stream: `up`, `degraded`, `down`, `unknown`, `maintenance`.
    pub fn health(state: &str) -> Self {
        match state.to_ascii_lowercase().as_str() {
            "up" => Self::success("Up"),
            "degraded" => Self::warning("Degraded"),
            "down" => Self::danger("Down"),
            "maintenance" => Self::new("info", "clock", "Maintenance"),
            _ => Self::new("neutral", "circle-dashed", "Not checked"),
        }
    }

    /// The state of a job: `queued`, `running`, `succeeded`, `failed`, `cancelled`.
    pub fn job(state: &str) -> Self {
        match state.to_ascii_lowercase().as_str() {
            "queued" => Self::new("neutral", "clock", "Queued"),
            "running" => Self::working("Running"),
            "succeeded" => Self::success("Succeeded"),
            "failed" => Self::danger("Failed"),
            "cancelled" => Self::new("neutral", "x", "Cancelled"),
            other => Self::neutral(other),
        }
    }

    /// The outcome of a sync.
    pub fn sync(outcome: &str) -> Self {
        match outcome.to_ascii_lowercase().as_str() {
            "applied" => Self::success("Applied"),
            "unchanged" => Self::new("neutral", "check", "Unchanged"),
            "held" => Self::new("warning", "pause", "Held"),
            "running" => Self::working("Running"),
            "failed" => Self::danger("Failed"),
            "interrupted" => Self::warning("Interrupted"),
            "cancelled" => Self::new("neutral", "x", "Cancelled"),
            other => Self::neutral(other),
        }
    }

    /// The state of a provider.
    pub fn provider(status: &str) -> Self {
        match status.to_ascii_lowercase().as_str() {
            "ok" => Self::success("OK"),
            "never_synced" => Self::new("neutral", "circle-dashed", "Never synced"),
            "held" => Self::new("warning", "pause", "Held"),
            "failing" => Self::danger("Failing"),
            "expired" => Self::new("danger", "clock", "Expired"),
            "disabled" => Self::new("neutral", "pause", "Disabled"),
            other => Self::neutral(other),
        }
    }

    /// What a panel says of an account.
    pub fn account(status: &str) -> Self {
        match status {
            "active" => Self::success("Active"),
            "expired" => Self::new("danger", "clock", "Expired"),
            "banned" => Self::danger("Banned"),
            "disabled" => Self::new("danger", "pause", "Switched off"),
            _ => Self::neutral("Unknown"),
        }
    }

    /// How near the end of an account is: `soon`, `urgent`, `over`.
    pub fn expiry(near: &str) -> Self {
        match near {
            "over" => Self::new("danger", "clock", "Account expired"),
            "urgent" => Self::new("danger", "clock", "Expires within 7 days"),
            _ => Self::new("warning", "clock", "Expires within 30 days"),
        }
    }

    fn new(tone: &'static str, icon: &'static str, label: impl Display) -> Self {
        Self {
            label: label.to_string(),
            tone,
            icon,
            hint: String::new(),
        }
    }

    pub fn icon(mut self, icon: &'static str) -> Self {
        self.icon = icon;
        self
    }

    /// Shown when somebody points at it; must not hold what is said nowhere else.
    pub fn hint(mut self, hint: impl Display) -> Self {
        self.hint = hint.to_string();
        self
    }
}
