use std::sync::Arc;

use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use askama::filters::HtmlSafe;

use super::bad::BadContent;
use super::comparison::Comparison;
use super::failing::{Failures, Part as Wanted};
use super::fallen::Fallen;
use super::incidents::Incidents;
use super::looking::Looking;
use super::measure;
use super::measuring::Measuring;
use super::work::Work;
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::health::store::ProviderStates;
use crate::features::health::{Measurer, Overview, States, Target, Tester};
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Moment, Page, format};
use crate::web::live::{Live, Part, Scene};
use crate::web::pages::providers;
use crate::web::ui;
use crate::web::ui::chart::{Row, Rows, Words};

const FIGURES: &str = "health-figures";
const INCIDENTS: &str = "health-incidents";
const WORK: &str = "health-work";
const MEASURING: &str = "health-measuring";
const LOOKING: &str = "health-looking";

#[derive(Template)]
#[template(path = "health/index.html")]
struct Index {
    page: Page,
    figures: Figures,
    work: Work,
    measuring: Measuring,
    looking: Looking,
    incidents: Incidents,
    comparison: Comparison,
    bad: BadContent,
    fallen: Fallen,
    failures: Failures,
}

/// How many streams are in which state, together and by provider.
#[derive(Template)]
#[template(path = "health/_figures.html")]
struct Figures {
    now: Moment,
    all: States,
    providers: Arc<Vec<ProviderStates>>,
}

impl HtmlSafe for Figures {}

/// GET /stream-health
pub(super) async fn index(
    req: HttpRequest,
    _: Admin,
    ctx: Data<Ctx>,
    overview: Data<Overview>,
    measurer: Data<Measurer>,
    tester: Data<Tester>,
    wanted: Query<Wanted>,
) -> Answer {
    let page = Page::new(&req, "Stream health")
        .lead("Which streams work, which do not, and whose they are. Nothing is checked at the cost of who watches.");
    let view = Index {
        figures: Figures::read(&ctx, &overview, page.now.clone()).await?,
        work: Work::read(&ctx, page.now.clone(), Target::default()).await?,
        measuring: Measuring::read(&ctx, &measurer, page.now.clone()).await?,
        incidents: Incidents::read(&ctx, page.now.clone()).await?,
        comparison: Comparison::read(&ctx, &page.now).await?,
        looking: Looking::read(&ctx, &tester, page.now.clone()).await?,
        bad: BadContent::read(&ctx, page.now.clone()).await?,
        fallen: Fallen::read(&ctx, page.now.clone()).await?,
        failures: Failures::read(&ctx, page.now.clone(), &wanted).await?,
        page,
    };
    respond::page_or(&req, &view, &view.failures)
}

/// GET /stream-health/events
pub(super) async fn events(
    req: HttpRequest,
    admin: Admin,
    live: Data<Live>,
    overview: Data<Overview>,
    measurer: Data<Measurer>,
    tester: Data<Tester>,
) -> Result<HttpResponse, Problem> {
    let (overview, measurer, tester) = (
        overview.get_ref().clone(),
        measurer.get_ref().clone(),
        tester.get_ref().clone(),
    );
    Ok(live.watch(&req, &admin, move |Scene { ctx, now }| {
        let (overview, measurer, tester) = (overview.clone(), measurer.clone(), tester.clone());
        Box::pin(async move {
            Ok(vec![
                Part::new(FIGURES, &Figures::read(&ctx, &overview, now.clone()).await?)?,
                Part::new(WORK, &Work::read(&ctx, now.clone(), Target::default()).await?)?,
                Part::new(MEASURING, &Measuring::read(&ctx, &measurer, now.clone()).await?)?,
                Part::new(LOOKING, &Looking::read(&ctx, &tester, now.clone()).await?)?,
                Part::new(INCIDENTS, &Incidents::read(&ctx, now).await?)?,
            ])
        })
    }))
}

impl Index {
    fn start(&self) -> ui::Button {
        let label = format!(
            "Check {}",
            format::count(self.figures.all.total, "stream", "streams")
        );
        ui::Button::primary(label)
            .icon("activity")
            .attr("id", "check-all")
            .post("/stream-health/checks")
    }

    fn measure(&self) -> ui::Button {
        measure::button("/stream-health/measurements")
    }
}

impl Figures {
    async fn read(ctx: &Ctx, overview: &Overview, now: Moment) -> Result<Self, Problem> {
        let providers = overview.providers(ctx).await?;
        Ok(Self {
            now,
            all: States::of(&providers),
            providers,
        })
    }

    fn tile(&self, label: &str, value: i64, help: &str) -> ui::Tile {
        let tile = ui::Tile::new(label, format::number(value)).help(help);
        match self.all.total {
            0 => tile,
            total => tile.note(format!("{} of all", format::percent(value as f64 / total as f64))),
        }
    }

    fn working(&self) -> ui::Tile {
        self.tile(
            "Working",
            self.all.up,
            "Streams that were found working; a failure or two in a row do not change that yet",
        )
    }

    fn degraded(&self) -> ui::Tile {
        self.tile(
            "Degraded",
            self.all.degraded,
            "Streams that work, but slowly, with packets lost, or showing something wrong",
        )
    }

    fn down(&self) -> ui::Tile {
        self.tile(
            "Not working",
            self.all.down,
            "Streams that failed several checks in a row and are out of use until one succeeds",
        )
    }

    fn unknown(&self) -> ui::Tile {
        let unknown = self.all.unknown();
        self.tile(
            "Not checked",
            unknown,
            "Streams that nobody has found anything out about; they are played all the same",
        )
    }

    fn check(&self, provider: &ProviderStates) -> ui::Button {
        ui::Button::ghost(format!("Check the streams of {}", provider.name))
            .small()
            .icon("activity")
            .icon_only()
            .post(format!("{}/stream-checks", providers::path(provider.id)))
    }

    /// The states of each provider, as shares of its streams.
    fn by_state(&self) -> Rows {
        let row = |provider: &ProviderStates| {
            let states = States::of(std::slice::from_ref(provider));
            Row {
                name: provider.name.clone(),
                href: None,
                parts: vec![
                    states.up,
                    states.down,
                    states.degraded,
                    states.unknown() + states.maintenance,
                ],
                note: format!(
                    "{} of {} not working",
                    format::number(states.down),
                    format::number(states.total)
                ),
            }
        };
        let listed = self.providers.iter().filter(|provider| provider.total > 0);
        let caption = format!(
            "{} of {} not working.",
            format::number(self.all.down),
            format::count(self.all.total, "stream is", "streams are")
        );
        let words = Words::new("by-state", "Whose streams do not work?", caption);
        let names = [
            "Working",
            "Not working",
            "Degraded",
            "Not checked or in maintenance",
        ];
        Rows::new(words, "Provider", &names, listed.map(row).collect()).of_shares()
    }

    fn unknown_of(&self, provider: &ProviderStates) -> String {
        format::number(States::of(std::slice::from_ref(provider)).unknown())
    }
}
