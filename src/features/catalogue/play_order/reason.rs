use super::{Standing, State, health, rank};

/// Why `stream` stands right behind `before`, the stream tried before it; the first of a channel has none.
pub fn reason(stream: &Standing, before: Option<&Standing>) -> String {
    let Some(before) = before else {
        return first_reason(stream);
    };
    let (ours, theirs) = (rank(stream), rank(before));
    if ours.0 != theirs.0 {
        "last: its format cannot be relayed".to_owned()
    } else if ours.1 != theirs.1 {
        match stream.manual {
            Some(_) => "placed by hand".to_owned(),
            None => "behind those placed by hand".to_owned(),
        }
    } else if ours.2 != theirs.2 {
        match (stream.state, stream.defect) {
            (State::Degraded, Some(defect)) => format!("{}; others stand before it", defect.words()),
            _ => format!("{} before it", state_difference(before.state, stream.state)),
        }
    } else if ours.3 != theirs.3 {
        lower_health(stream)
    } else if ours.4 != theirs.4 {
        match stream.tier {
            Some(tier) => format!("lower picture quality ({tier})"),
            None => "picture quality not known".to_owned(),
        }
    } else if ours.5 != theirs.5 {
        match stream.bitrate_kbps {
            Some(kbps) => format!("lower bitrate ({:.1} Mbit/s)", f64::from(kbps) / 1_000.0),
            None => "bitrate not measured".to_owned(),
        }
    } else if ours.6 != theirs.6 {
        format!("provider of lower priority ({})", stream.priority)
    } else if ours.7 != theirs.7 {
        "slower or unknown response".to_owned()
    } else {
        "equal in all; listed later".to_owned()
    }
}

fn first_reason(stream: &Standing) -> String {
    match (stream.manual, stream.tier) {
        (Some(_), _) => "placed first by hand".to_owned(),
        _ if stream.state == State::Down => "the best there is, though it does not work".to_owned(),
        (None, Some(tier)) => format!("the best there is ({tier})"),
        (None, None) => "the best there is".to_owned(),
    }
}

/// What lowers its health: its plays where they say worse than its checks.
fn lower_health(stream: &Standing) -> String {
    let by_checks = Standing {
        played: None,
        ..*stream
    };
    match stream.experience.and_then(|experience| experience.complaint()) {
        Some(complaint) if health(stream) != health(&by_checks) => {
            format!("{complaint}; others stand before it")
        }
        _ => "lower health".to_owned(),
    }
}

fn state_difference(before: State, own: State) -> &'static str {
    match (before, own) {
        (State::Up, State::Unknown) => "never checked; a working stream stands",
        (_, State::Maintenance) => "its provider is in maintenance; others stand",
        (_, State::Down) => "down; others stand",
        (_, State::Degraded) => "degraded; others stand",
        _ => "a better state stands",
    }
}
