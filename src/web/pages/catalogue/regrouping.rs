use askama::Template;
use askama::filters::HtmlSafe;

use super::CHANNELS;
use super::streams::Part;
use crate::ctx::Ctx;
use crate::edge::Problem;
use crate::features::catalogue::by_hand::{self, Decision};
use crate::support::ids::{ChannelId, StreamId};
use crate::support::validation::Invalid;
use crate::web::kit::{Moment, format};
use crate::web::ui;

/// What an administrator decides of which streams are one channel, and what was decided before.
#[derive(Template)]
#[template(path = "catalogue/_regrouping.html")]
pub(super) struct Regrouping {
    now: Moment,
    channel: ChannelId,
    total: usize,
    /// The part of the streams that is shown, as the end of an address.
    part: String,
    split: SplitDraft,
    decisions: Vec<Decision>,
}

impl HtmlSafe for Regrouping {}

/// The form of a split as it was sent.
#[derive(Default)]
pub(super) struct SplitDraft {
    pub ticked: Vec<StreamId>,
    pub name: String,
    pub invalid: Invalid,
}

impl Regrouping {
    pub(super) async fn load(
        ctx: &Ctx,
        now: Moment,
        channel: ChannelId,
        (total, part): (usize, &Part),
        split: SplitDraft,
    ) -> Result<Self, Problem> {
        let decisions = by_hand::decisions(&ctx.db, channel).await?;
        Ok(Self {
            now,
            channel,
            total,
            part: part.query(),
            split,
            decisions,
        })
    }

    fn path(&self) -> String {
        format!("{CHANNELS}/{}", self.channel)
    }

    /// One stream alone cannot be split; who tried is told why.
    fn can_split(&self) -> bool {
        self.total > 1 || !self.split.invalid.is_empty()
    }

    fn name(&self) -> ui::Field {
        ui::Field::text("name", "Name of the new channel", &self.split.name)
            .in_form("split")
            .help("Without one it is called as its streams are.")
            .attr("maxlength", 255)
            .attr("autocomplete", "off")
            .errors(&self.split.invalid)
    }

    fn take_back(&self, decision: &Decision) -> ui::Button {
        ui::Button::secondary("Take it back")
            .small()
            .post(format!("{}/decisions/{}/removal", self.path(), decision.id))
            .attr("id", format!("take-back-{}", decision.id))
    }
}
