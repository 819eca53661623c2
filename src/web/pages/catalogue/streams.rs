use actix_web::HttpRequest;
use askama::Template;
use askama::filters::HtmlSafe;
use serde::Deserialize;

use super::{CHANNELS, is_playable, listing};
use crate::ctx::Ctx;
use crate::edge::Problem;
use crate::features::catalogue::detail::{self, StreamDetail};
use crate::features::catalogue::matching::Method;
use crate::support::ids::{ChannelId, StreamId};
use crate::support::validation::Invalid;
use crate::web::kit::{Flash, Moment, Paging, Pairs, format, respond, respond::Answer};
use crate::web::pages::health;
use crate::web::ui;

/// Streams of a page; few channels have more.
const STREAMS: usize = 50;
/// The ticks of the table, which what is swapped in keeps.
const TICKS: &str = "#streams [name=stream]";

/// The streams of a channel in play order, with what an administrator may do to them.
#[derive(Template)]
#[template(path = "catalogue/_streams.html")]
pub(super) struct Streams {
    channel: ChannelId,
    is_admin: bool,
    rows: Vec<Row>,
    pub total: usize,
    /// Whether a person placed any of them.
    is_placed: bool,
    part: Part,
    paging: Paging,
    now: Moment,
}

impl HtmlSafe for Streams {}

struct Row {
    /// From 1 on: the first is played first.
    place: usize,
    stream: StreamDetail,
    can_rise: bool,
    can_sink: bool,
    is_ticked: bool,
}

/// Which part of the streams an address names.
#[derive(Deserialize, Clone, Default)]
#[serde(default)]
pub(super) struct Part {
    after: String,
}

impl Part {
    /// How many streams come before.
    ///
    /// # Errors
    /// 422 for what is no number.
    fn skipped(&self) -> Result<usize, Problem> {
        let mut invalid = Invalid::default();
        let after = listing::parsed(&self.after, || {
            invalid.add("after", "This is no place in the list.");
        });
        listing::refuse(invalid)?;
        Ok(after.unwrap_or(0))
    }

    /// The part as the end of an address.
    pub(super) fn query(&self) -> String {
        match self.skipped() {
            Ok(after) if after > 0 => format!("?after={after}"),
            _ => String::new(),
        }
    }
}

/// The streams that were ticked; `None` if one of them is no id.
pub(super) fn ticked(sent: &Pairs) -> Option<Vec<StreamId>> {
    sent.all("stream").map(|id| id.parse().ok()).collect()
}

impl Streams {
    /// A part of all streams of a channel.
    ///
    /// # Errors
    /// 422 for a part that is none.
    pub(super) fn part(
        streams: Vec<StreamDetail>,
        channel: ChannelId,
        part: &Part,
        (is_admin, now): (bool, Moment),
    ) -> Result<Self, Problem> {
        let after = part.skipped()?;
        let (total, is_placed) = (streams.len(), streams.iter().any(|stream| stream.is_placed));
        // What cannot be relayed stands last whatever anybody says.
        let kinds: Vec<bool> = streams.iter().map(|stream| is_playable(&stream.format)).collect();
        let alike = |one: usize, other: usize| other < total && kinds.get(one) == kinds.get(other);
        let rows = streams.into_iter().enumerate().map(|(at, stream)| Row {
            place: at + 1,
            stream,
            can_rise: at > 0 && alike(at, at - 1),
            can_sink: alike(at, at + 1),
            is_ticked: false,
        });
        let (rows, next) = listing::cut(rows.collect(), after, STREAMS);
        let began = Some(after)
            .filter(|after| *after > 0)
            .map(|after| after.to_string());
        let path = format!("{CHANNELS}/{channel}");
        Ok(Self {
            channel,
            is_admin,
            rows,
            total,
            is_placed,
            part: part.clone(),
            paging: Paging::new(&path, &[], began.as_deref(), next.as_deref()).target("streams"),
            now,
        })
    }

    /// The state of each stream that is shown: the id of its cell and what it holds.
    pub(super) fn states(&self) -> impl Iterator<Item = (String, StreamState<'_>)> {
        self.rows.iter().map(|row| (row.state_id(), row.state(&self.now)))
    }

    /// Ticks the boxes of these streams.
    pub(super) fn ticked(mut self, ids: &[StreamId]) -> Self {
        for row in &mut self.rows {
            row.is_ticked = ids.contains(&row.stream.id);
        }
        self
    }

    fn path(&self) -> String {
        format!("{CHANNELS}/{}", self.channel)
    }

    fn give_back(&self) -> ui::Button {
        ui::Button::secondary("Give the order back")
            .post(format!("{}/order/removal{}", self.path(), self.part.query()))
            .swap("#streams", "outerHTML")
            .includes(TICKS)
    }

    /// Moves a stream by one place; the focus stays on it, also where it cannot go further.
    fn mover(&self, row: &Row, is_up: bool) -> ui::Button {
        let id = row.stream.id;
        let (label, icon, value, can) = match is_up {
            true => ("Play earlier", "arrow-up", "up", row.can_rise),
            false => ("Play later", "arrow-down", "down", row.can_sink),
        };
        let button = ui::Button::ghost(format!("{label}: {}", row.stream.original_name))
            .small()
            .icon(icon)
            .icon_only()
            .attr("id", format!("{value}-{id}"));
        if !can {
            return button.attr("aria-disabled", "true");
        }
        button
            .post(format!("{}/streams/{id}/place{}", self.path(), self.part.query()))
            .swap("#streams", "outerHTML")
            .includes(TICKS)
            .attr("name", "move")
            .attr("value", value)
    }

    /// Has one stream checked; the answer comes when it is known.
    fn check(&self, row: &Row) -> ui::Button {
        let id = row.stream.id;
        ui::Button::ghost(format!("Check now: {}", row.stream.original_name))
            .small()
            .icon("heart-pulse")
            .icon_only()
            .attr("id", format!("check-{id}"))
            .post(format!(
                "{}/streams/{id}/checks{}",
                self.path(),
                self.part.query()
            ))
            .swap("#streams", "outerHTML")
            .includes(TICKS)
    }

    /// Has all of them checked.
    fn check_all(&self) -> ui::Button {
        let count = i64::try_from(self.total).unwrap_or(i64::MAX);
        ui::Button::secondary(format!("Check {}", format::count(count, "stream", "streams")))
            .icon("heart-pulse")
            .attr("id", "check-streams")
            .post(format!("{}/stream-checks", self.path()))
    }

    fn measure_all(&self) -> ui::Button {
        health::measure_button(format!("{}/stream-measurements", self.path()))
    }

    fn switch(&self, row: &Row) -> ui::Button {
        let (label, icon, act) = match row.stream.enabled {
            true => ("Switch off", "pause", "deactivation"),
            false => ("Switch on", "play", "activation"),
        };
        let id = row.stream.id;
        ui::Button::ghost(format!("{label}: {}", row.stream.original_name))
            .small()
            .icon(icon)
            .icon_only()
            .post(format!("{}/streams/{id}/{act}{}", self.path(), self.part.query()))
    }
}

/// The answer to a change of one stream: the streams and a toast under htmx, otherwise back to where it stands. What was
/// ticked (`sent`) stays so.
pub(super) async fn answer(
    req: &HttpRequest,
    ctx: &Ctx,
    channel: ChannelId,
    part: &Part,
    stream: Option<StreamId>,
    sent: &Pairs,
    message: Flash,
) -> Answer {
    let streams = detail::streams(&ctx.db, channel).await?;
    let view = Streams::part(streams, channel, part, (true, Moment::of(req)))?
        .ticked(&ticked(sent).unwrap_or_default());
    let anchor = stream.map_or_else(|| "streams".to_owned(), |id| format!("stream-{id}"));
    let back = format!("{CHANNELS}/{channel}{}#{anchor}", part.query());
    respond::changed(req, &back, message, &view)
}

/// How a stream does, as its cell says it.
#[derive(Template)]
#[template(path = "catalogue/_stream_state.html")]
pub(super) struct StreamState<'a> {
    pub stream: &'a StreamDetail,
    pub now: &'a Moment,
}

impl HtmlSafe for StreamState<'_> {}

impl StreamState<'_> {
    /// The DOM id of the cell.
    pub(super) fn id(stream: StreamId) -> String {
        format!("stream-{stream}-state")
    }

    fn badge(&self) -> ui::Badge {
        let stream = self.stream;
        if !stream.enabled {
            ui::Badge::neutral("Off").icon("pause")
        } else if !stream.is_provider_enabled {
            ui::Badge::neutral("Provider off").icon("pause")
        } else if !stream.is_active {
            ui::Badge::danger("Out of use")
        } else {
            ui::Badge::health(stream.state.as_str())
        }
    }

    /// What its last checks found, in few words.
    fn note(&self) -> Option<String> {
        let stream = self.stream;
        let failures = stream.consecutive_failures;
        let failed = || {
            format!(
                "{} in a row",
                format::count(failures, "failed check", "failed checks")
            )
        };
        match (failures, stream.response_ms) {
            (1.., _) => Some(failed()),
            (_, Some(ms)) => Some(format!("{} ms", format::number(ms))),
            _ => None,
        }
    }

    /// Why it failed or plays badly.
    fn reason(&self) -> Option<String> {
        self.stream.failure_reason.as_deref().map(sentence)
    }
}

impl Row {
    fn measured(&self) -> Option<String> {
        let stream = &self.stream;
        health::measured_words(stream.codec.as_deref(), stream.bitrate_kbps, stream.fps)
    }

    fn is_playable(&self) -> bool {
        is_playable(&self.stream.format)
    }

    fn state_id(&self) -> String {
        StreamState::id(self.stream.id)
    }

    fn state<'a>(&'a self, now: &'a Moment) -> StreamState<'a> {
        StreamState {
            stream: &self.stream,
            now,
        }
    }

    /// How it came to be in this channel.
    fn method(&self) -> &'static str {
        let method = self.stream.merge_method.as_deref().and_then(Method::from_name);
        match method {
            Some(Method::ManualMerge) => "Merged by hand",
            Some(Method::ManualSplit) => "Split by hand",
            Some(Method::Rule) => "By a rule",
            Some(Method::TvgId) => "Guide id",
            Some(Method::ExactMatch) => "Same name",
            Some(Method::FuzzyMatch) => "Similar name",
            Some(Method::LogoMatch) => "Same logo",
            None => "Alone",
        }
    }

    /// Where it is a matter of degree.
    fn confidence(&self) -> Option<String> {
        let confidence = self.stream.merge_confidence.filter(|_| !self.stream.manual)?;
        Some(format!("{confidence} %"))
    }

    /// A sentence of its own.
    fn reason(&self) -> String {
        sentence(
            self.stream
                .merge_reason
                .as_deref()
                .unwrap_or("no reason was stored"),
        )
    }

    fn order(&self) -> String {
        sentence(&self.stream.order_reason)
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
