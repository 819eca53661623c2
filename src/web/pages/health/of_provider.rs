use askama::Template;
use askama::filters::HtmlSafe;

use super::measure;
use super::work::Work;
use crate::ctx::Ctx;
use crate::edge::Problem;
use crate::features::health::{Overview, States, Target};
use crate::support::ids::ProviderId;
use crate::web::kit::{Moment, format};
use crate::web::pages::providers;
use crate::web::ui;

/// How the streams of one provider do, and the button that has them checked.
#[derive(Template)]
#[template(path = "health/_of_provider.html")]
pub struct StreamsOf {
    now: Moment,
    provider: ProviderId,
    /// None of a provider that is switched off.
    states: Option<States>,
    work: Work,
}

impl HtmlSafe for StreamsOf {}

impl StreamsOf {
    /// # Errors
    /// Whatever the database says.
    pub async fn read(ctx: &Ctx, overview: &Overview, now: Moment, id: ProviderId) -> Result<Self, Problem> {
        let providers = overview.providers(ctx).await?;
        let own = providers.iter().find(|provider| provider.id == id);
        let target = Target::of_provider(id);
        Ok(Self {
            states: own.map(|own| States::of(std::slice::from_ref(own))),
            work: Work::read(ctx, now.clone(), target).await?,
            provider: id,
            now,
        })
    }

    fn start(&self, total: i64) -> ui::Button {
        ui::Button::secondary(format!("Check {}", format::count(total, "stream", "streams")))
            .icon("activity")
            .attr("id", "check-streams")
            .post(format!("{}/stream-checks", providers::path(self.provider)))
    }

    fn measure(&self) -> ui::Button {
        measure::button(format!("{}/stream-measurements", providers::path(self.provider)))
    }
}

/// States with their counts in words, those that no stream has left out.
fn words(states: &States) -> String {
    let parts = [
        (states.up, "working"),
        (states.degraded, "degraded"),
        (states.down, "not working"),
        (states.unknown(), "not checked"),
        (states.maintenance, "in maintenance"),
    ];
    let told = parts.iter().filter(|(count, _)| *count > 0);
    let told: Vec<String> = told
        .map(|(count, word)| format!("{} {word}", format::number(*count)))
        .collect();
    told.join(", ")
}
