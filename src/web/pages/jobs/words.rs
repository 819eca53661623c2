use serde_json::Value;

use crate::jobs::{Job, State, kinds};
use crate::support::ids::ProviderId;
use crate::web::kit::format;
use crate::web::ui;

/// What a job does: its kind in words.
pub(super) fn kind(kind: &str) -> &str {
    match kind {
        kinds::SYNC => "Sync",
        kinds::SYNC_APPROVAL => "Approved sync",
        kinds::PROVIDER_REMOVAL => "Removal",
        kinds::SERIES_DETAILS => "Episodes of series",
        kinds::CHANNELS => "Change of channels",
        kinds::FILM_DETAILS => "Details of films",
        kinds::MERGE_RULES => "Merge rules",
        kinds::HEALTH_CHECK => "Health check",
        kinds::HEALTH_RECHECK => "Health check of what failed",
        kinds::QUALITY_MEASURE => "Quality measurement",
        kinds::CONTENT_TEST => "Look at what streams show",
        kinds::QUALITY_LOG => "Quality of names written down",
        kinds::HEALTH_HOUR => "Hour of providers",
        kinds::HEALTH_RETENTION => "Old checks forgotten",
        kinds::EXPERIENCE => "What plays told of streams",
        kinds::LIBRARY => "Library",
        kinds::BACKUP => "Backup",
        kinds::STRM_FROM_PLAYLIST => "STRM files from a playlist",
        other => other,
    }
}

/// The kinds that the list can be narrowed to.
pub(super) const KINDS: [&str; 13] = [
    kinds::SYNC,
    kinds::SYNC_APPROVAL,
    kinds::CHANNELS,
    kinds::MERGE_RULES,
    kinds::HEALTH_CHECK,
    kinds::HEALTH_RECHECK,
    kinds::QUALITY_MEASURE,
    kinds::CONTENT_TEST,
    kinds::LIBRARY,
    kinds::PROVIDER_REMOVAL,
    kinds::SERIES_DETAILS,
    kinds::FILM_DETAILS,
    kinds::BACKUP,
];

/// What a job does and to whom: "Sync of Living room".
pub fn title(job: &Job, provider: Option<&str>) -> String {
    let kind = kind(&job.kind);
    match (provider, provider_of(job)) {
        (Some(name), _) => format!("{kind} of {name}"),
        (None, Some(_)) => format!("{kind} of a deleted provider"),
        (None, None) => kind.to_owned(),
    }
}

/// Whose part of the catalogue a job works on.
pub fn provider_of(job: &Job) -> Option<ProviderId> {
    let of_key = job
        .dedupe_key
        .as_deref()
        .and_then(|key| key.strip_prefix("provider:"));
    let of_payload = || {
        job.payload
            .get("provider_id")
            .and_then(Value::as_i64)
            .map(ProviderId)
    };
    of_key.and_then(|id| id.parse().ok()).or_else(of_payload)
}

/// How far an active job has come, with a way to stop it.
pub fn progress(job: &Job, label: impl std::fmt::Display, now_ms: i64) -> ui::Progress {
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let progress = ui::Progress::new(label, count(job.progress.done), job.progress.total.map(count))
        .elapsed_ms(job.started_at.map_or(0, |started| now_ms - started));
    let progress = match job.kind.as_str() {
        kinds::SYNC | kinds::SYNC_APPROVAL if job.progress.total.is_none() => progress.uncounted(),
        kinds::SYNC => progress.bytes(),
        kinds::SYNC_APPROVAL => progress.unit("entries"),
        kinds::CHANNELS => progress.unit("channels"),
        kinds::HEALTH_CHECK | kinds::QUALITY_MEASURE | kinds::CONTENT_TEST => progress.unit("streams"),
        kinds::LIBRARY => progress.unit("files"),
        kinds::SERIES_DETAILS => progress.unit("series"),
        kinds::FILM_DETAILS => progress.unit("films"),
        _ => progress,
    };
    let progress = match (job.state, job.cancel_requested) {
        (State::Queued, _) => progress.uncounted().message("Waits for its turn"),
        (_, true) => return progress.message("Stops as soon as it can"),
        (_, false) if job.progress.message.is_empty() => progress.message("Begins"),
        (_, false) => progress.message(&job.progress.message),
    };
    progress.cancel(format!("{}/cancellation", super::path(job.id)))
}

/// How a job ended, in a few words; empty if there is nothing to say.
pub(super) fn result(job: &Job) -> String {
    let result = job.result.as_ref();
    let outcome = result.and_then(|result| result.get("outcome")?.as_str());
    let count = |name: &str| result.and_then(|result| result.get(name)?.as_i64());
    match (outcome, count("written"), count("trashed")) {
        _ if job.kind == kinds::CHANNELS => count("changed").map_or_else(String::new, |changed| {
            format!("{} changed", format::number(changed))
        }),
        _ if job.kind == kinds::MERGE_RULES => match count("channels_merged") {
            Some(merged) if merged > 0 => format!("{} merged", format::count(merged, "channel", "channels")),
            _ => String::new(),
        },
        _ if job.kind == kinds::HEALTH_CHECK => match (count("checked"), count("down")) {
            (Some(checked), Some(down)) => {
                let (checked, down) = (format::count(checked, "stream", "streams"), format::number(down));
                format!("{checked} checked, {down} not working")
            }
            _ => String::new(),
        },
        _ if job.kind == kinds::QUALITY_MEASURE => count("measured").map_or_else(String::new, |measured| {
            format!("{} measured", format::count(measured, "stream", "streams"))
        }),
        _ if job.kind == kinds::CONTENT_TEST => match (count("tested"), count("bad")) {
            (Some(tested), Some(bad)) => {
                let (tested, bad) = (format::count(tested, "stream", "streams"), format::number(bad));
                format!("{tested} looked at, {bad} bad")
            }
            _ => String::new(),
        },
        (Some("applied"), ..) => "Changes applied".to_owned(),
        (Some("unchanged"), ..) => "Nothing had changed".to_owned(),
        (Some("held"), ..) => "Waits for a decision".to_owned(),
        (Some(other), ..) => format::capital(other),
        (None, Some(written), Some(0) | None) => format!("{} written", format::number(written)),
        (None, Some(written), Some(trashed)) => {
            let (written, trashed) = (format::number(written), format::number(trashed));
            format!("{written} written, {trashed} to the trash")
        }
        (None, None, _) => String::new(),
    }
}

/// What a job answered, by name, each value in words; ids are left out.
pub(super) fn facts(result: &Value) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    collect(result, &mut facts);
    facts
}

fn collect(value: &Value, facts: &mut Vec<(String, String)>) {
    for (name, value) in value.as_object().into_iter().flatten() {
        let text = match value {
            Value::Object(_) => {
                collect(value, facts);
                continue;
            }
            _ if name.ends_with("_id") => continue,
            Value::Null | Value::Array(_) => continue,
            Value::Bool(true) => "Yes".to_owned(),
            Value::Bool(false) => "No".to_owned(),
            Value::Number(number) => number
                .as_i64()
                .map_or_else(|| number.to_string(), crate::web::kit::format::number),
            Value::String(text) => text.clone(),
        };
        facts.push((format::capital(&name.replace('_', " ")), text));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::facts;

    #[test]
    fn a_result_is_told_without_its_ids() {
        let result = json!({ "outcome": "applied", "sync_id": 7, "counts": { "bytes_read": 12_000 }, "kept_because": null });
        let facts = facts(&result);
        let told: Vec<(&str, &str)> = facts
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        assert!(told.contains(&("Outcome", "applied")) && told.contains(&("Bytes read", "12,000")));
        assert_eq!(told.len(), 2);
    }
}
