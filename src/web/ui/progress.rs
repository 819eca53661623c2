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
    measure: Measure,
    cancel: Option<String>,
}

/// How what is done is put in words.
#[derive(Clone, Copy)]
enum Measure {
    Of(&'static str),
    Bytes,
    /// Only the message says.
    Nothing,
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
            measure: Measure::Of(""),
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
        self.measure = Measure::Of(unit);
        self
    }

    /// Bytes are counted.
    pub fn bytes(mut self) -> Self {
        self.measure = Measure::Bytes;
        self
    }

    /// What is counted means nothing to people; the message says how far it is.
    pub fn uncounted(mut self) -> Self {
        self.measure = Measure::Nothing;
        self
    }

    /// The path that a cancel button posts to.
    pub fn cancel(mut self, path: impl std::fmt::Display) -> Self {
        self.cancel = Some(path.to_string());
        self
    }

    /// The same through every renewal, so that the focus stays.
    fn cancel_id(&self) -> String {
        let path = self.cancel.as_deref().unwrap_or_default();
        format!("cancel{}", path.replace('/', "-"))
    }

    fn counted(&self) -> String {
        let done = self.amount(self.done);
        let counted = match self.total {
            Some(total) => format!("{done} of {}", self.amount(total)),
            None => done,
        };
        match self.measure {
            Measure::Nothing => String::new(),
            Measure::Of(unit) if !unit.is_empty() => format!("{counted} {unit}"),
            Measure::Of(_) | Measure::Bytes => counted,
        }
    }

    fn amount(&self, amount: i64) -> String {
        match self.measure {
            Measure::Bytes => format::bytes(amount),
            Measure::Of(_) | Measure::Nothing => format::number(amount),
        }
    }

    /// "12,300/s · 40 s left", as soon as a second has passed.
    fn pace(&self) -> String {
        if self.elapsed_ms < 1_000 || self.done <= 0 || matches!(self.measure, Measure::Nothing) {
            return String::new();
        }
        let rate = self.done.saturating_mul(1_000) / self.elapsed_ms;
        let left_ms = self.total.map(|total| {
            let left = i128::from((total - self.done).max(0)) * i128::from(self.elapsed_ms);
            i64::try_from(left / i128::from(self.done)).unwrap_or(i64::MAX)
        });
        let rate_text = if rate > 0 {
            format!("{}/s", self.amount(rate))
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
        let progress = progress.bytes();
        assert_eq!(progress.counted(), "48.8 KiB of 97.7 KiB");
        assert_eq!(progress.pace(), "9.8 KiB/s · 5.0 s left");
        let progress = progress.uncounted();
        assert_eq!(
            (progress.counted(), progress.pace()),
            (String::new(), String::new())
        );
    }

    #[test]
    fn an_unknown_total_is_no_bar_of_zero() {
        let progress = Progress::new("Sync", 7i64, Some(0i64)).unit("entries");
        assert_eq!(progress.counted(), "7 entries");
        assert!(!progress.render().unwrap().contains("value="));
    }
}
