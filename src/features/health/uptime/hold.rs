use super::hold_ms;
use crate::features::settings::Settings;
use crate::support::cron::Cron;

const DAY_MS: i64 = 86_400_000;

/// How long a result holds at most around an instant, by what the settings say of checks; milliseconds.
pub fn hold_of(settings: &Settings, at_ms: i64) -> i64 {
    let timeout_ms = i64::try_from(settings.health_check_timeout.as_millis()).unwrap_or(i64::MAX);
    hold_ms(interval_ms(settings, at_ms), timeout_ms)
}

/// The pause between two runs of the schedule; a day where there is none.
fn interval_ms(settings: &Settings, at_ms: i64) -> i64 {
    let next = |after_ms: i64| {
        let cron = Cron::parse(&settings.health_check_schedule).ok()?;
        cron.next_after(after_ms, &settings.zone)
    };
    let pause_ms = next(at_ms).and_then(|first| Some(next(first)? - first));
    pause_ms
        .filter(|_| settings.health_check_enabled)
        .unwrap_or(DAY_MS)
}
