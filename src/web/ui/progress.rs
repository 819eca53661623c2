use std::borrow::Borrow;

use askama::Template;
use askama::filters::HtmlSafe;

use crate::web::kit::format;

/// Long work that goes on: how far, how fast, how long yet, and a way to stop it.
#[derive(Template)]
#[template(path = "ui/progress.html")]
pub struct Progress {
    label: String,
    done: i64,
    total: Option<i64>,
    message: String,
    elapsed_ms: i64,
    unit: &'static str,
    cancel: Option<String>,
}

impl HtmlSafe for Progress {}

impl Progress {
    /// `total` is `None` while it is not known.
    pub fn new(
        label: impl std::fmt::Display,
        done: impl Borrow<i64>,
        total: impl Borrow<Option<i64>>,
    ) -> Self {
        Self {
            label: label.to_string(),
            done: *done.borrow(),
            total: total.borrow().filter(|total| *total > 0),
            message: String::new(),
            elapsed_ms: 0,
            unit: "",
            cancel: None,
        }
    }

    pub fn message(mut self, message: impl std::fmt::Display) -> Self {
        self.message = message.to_string();
        self
    }

    /// Since the work began; rate and time left are derived from it.
    pub fn elapsed_ms(mut self, elapsed_ms: impl Borrow<i64>) -> Self {
        self.elapsed_ms = *elapsed_ms.borrow();
        self
    }

    /// What is counted: `entries`, `streams`.
    pub fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }

    /// The path that a cancel button posts to.
    pub fn cancel(mut self, path: impl std::fmt::Display) -> Self {
        self.cancel = Some(path.to_string());
        self
    }

    fn counted(&self) -> String {
        let unit = if self.unit.is_empty() {
            String::new()
        } else {
            format!(" {}", self.unit)
        };
        match self.total {
            Some(total) => format!("{} of {}{unit}", format::number(self.done), format::number(total)),
            None => format!("{}{unit}", format::number(self.done)),
        }
    }

    /// "12,300/s · 40 s left", as soon as a second has passed.
    fn pace(&self) -> String {
        if self.elapsed_ms < 1_000 || self.done <= 0 {
            return String::new();
        }
        let rate = self.done.saturating_mul(1_000) / self.elapsed_ms;
        let left_ms = self.total.map(|total| {
            let left = i128::from((total - self.done).max(0)) * i128::from(self.elapsed_ms);
            i64::try_from(left / i128::from(self.done)).unwrap_or(i64::MAX)
        });
        let rate_text = if rate > 0 {
            format!("{}/s", format::number(rate))
        } else {
            String::new()
        };
        match left_ms {
            Some(left) if left >= 1_000 && !rate_text.is_empty() => {
                format!("{rate_text} · {} left", format::duration(left))
            }
            Some(left) if left >= 1_000 => format!("{} left", format::duration(left)),
            _ => rate_text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pace_and_time_left_follow_from_what_is_done() {
        let progress = Progress::new("Sync", 50_000i64, Some(100_000i64)).elapsed_ms(5_000i64);
        assert_eq!(progress.pace(), "10,000/s · 5.0 s left");
        assert_eq!(
            Progress::new("Sync", 0i64, Some(10i64))
                .elapsed_ms(5_000i64)
                .pace(),
            ""
        );
        assert_eq!(progress.counted(), "50,000 of 100,000");
    }

    #[test]
    fn an_unknown_total_is_no_bar_of_zero() {
        let progress = Progress::new("Sync", 7i64, Some(0i64)).unit("entries");
        assert_eq!(progress.counted(), "7 entries");
        assert!(!progress.render().unwrap().contains("value="));
    }
}
