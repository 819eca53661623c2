use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

use actix_web::HttpRequest;
use askama::Template;
use serde_json::{Map, Value, json};

use super::INDEX;
use crate::ctx::Ctx;
use crate::edge::Problem;
use crate::features::outputs::hdhomerun::{
    self, Device, LONGEST_NAME, MOST_FOR_PLEX, MOST_TUNERS, QUALITIES,
};
use crate::features::outputs::selection::Preference;
use crate::support::validation::Invalid;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Page, format};
use crate::web::ui;

/// What stands in the fields.
#[derive(Debug, Default)]
pub(super) struct DeviceForm {
    name: String,
    tuner_count: String,
    quality: String,
    categories: BTreeSet<String>,
    is_first: bool,
}

impl DeviceForm {
    pub(super) fn new() -> Self {
        Self {
            tuner_count: "2".to_owned(),
            quality: Preference::Best.to_string(),
            ..Self::default()
        }
    }

    pub(super) fn of(device: &Device) -> Self {
        Self {
            name: device.name.clone(),
            tuner_count: device.tuner_count.to_string(),
            quality: device.quality.to_string(),
            categories: device.categories.iter().cloned().collect(),
            is_first: device.is_first,
        }
    }

    /// What was sent, a category each time that its box was ticked.
    pub(super) fn read(sent: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        for (field, text) in sent {
            match field.as_str() {
                "name" => form.name = text,
                "tuner_count" => form.tuner_count = text,
                "quality" => form.quality = text,
                "is_first" => form.is_first = true,
                "categories" => {
                    form.categories.insert(text);
                }
                _ => {}
            }
        }
        form
    }

    /// The fields as a program would send them.
    pub(super) fn sent(&self) -> Map<String, Value> {
        Map::from_iter([
            ("name".to_owned(), json!(self.name)),
            ("tuner_count".to_owned(), json!(self.tuner_count)),
            ("quality".to_owned(), json!(self.quality)),
            ("categories".to_owned(), json!(self.categories)),
            ("is_first".to_owned(), json!(self.is_first)),
        ])
    }
}

/// A form before it is a page.
pub(super) struct FormView {
    pub form: DeviceForm,
    /// The one that is changed; none for a new one.
    pub device: Option<Device>,
    pub invalid: Invalid,
}

/// A box to tick.
struct Choice {
    name: String,
    count: i64,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "hdhomerun/form.html")]
pub(super) struct FormPage<'v> {
    page: Page,
    view: &'v FormView,
    choices: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "hdhomerun/_form.html")]
struct FormFragment<'v> {
    view: &'v FormView,
    choices: &'v [Choice],
}

impl FormView {
    pub(super) fn of(form: DeviceForm, device: Option<Device>) -> Self {
        Self {
            form,
            device,
            invalid: Invalid::default(),
        }
    }

    pub(super) async fn page(&self, req: &HttpRequest, ctx: &Ctx) -> Result<FormPage<'_>, Problem> {
        let title = match &self.device {
            None => "New HDHomeRun device".to_owned(),
            Some(device) => device.name.clone(),
        };
        // What a device has stays to be seen, though no channel is of it now.
        let mut counts: BTreeMap<String, i64> = hdhomerun::categories(&ctx.db).await?.into_iter().collect();
        if let Some(device) = &self.device {
            for category in &device.categories {
                counts.entry(category.clone()).or_default();
            }
        }
        let choices = counts.into_iter().map(|(name, count)| Choice {
            is_chosen: self.form.categories.contains(&name),
            name,
            count,
        });
        Ok(FormPage {
            page: Page::new(req, title).under("HDHomeRun", INDEX),
            view: self,
            choices: choices.collect(),
        })
    }

    /// The form again, with what is wrong with it.
    pub(super) async fn refused(mut self, req: &HttpRequest, ctx: &Ctx, invalid: Invalid) -> Answer {
        self.invalid = invalid;
        let page = self.page(req, ctx).await?;
        let fragment = FormFragment {
            view: page.view,
            choices: &page.choices,
        };
        respond::invalid(req, &page, &fragment)
    }

    fn action(&self) -> String {
        self.device
            .as_ref()
            .map_or_else(|| INDEX.to_owned(), |device| super::path(device.id))
    }

    fn name(&self) -> ui::Field {
        ui::Field::text("name", "Name", &self.form.name)
            .in_form("device")
            .help("As players show it, such as Living room or Plex news.")
            .attr("maxlength", LONGEST_NAME)
            .attr("autocomplete", "off")
            .errors(&self.invalid)
            .required()
    }

    fn tuner_count(&self) -> ui::Field {
        ui::Field::number("tuner_count", "Tuners", &self.form.tuner_count)
            .in_form("device")
            .help("How many can watch or record with it at once, 1 to 32. More than the connections of your providers helps nobody.")
            .attr("min", 1)
            .attr("max", MOST_TUNERS)
            .errors(&self.invalid)
            .required()
    }

    fn quality(&self) -> ui::Field {
        let options = QUALITIES.map(|quality| (quality.to_string(), quality_words(quality)));
        ui::Field::select("quality", "Picture", &self.form.quality, &options)
            .in_form("device")
            .help("Which streams of a channel come first; a channel without such a stream stays.")
            .errors(&self.invalid)
            .required()
    }

    fn is_first(&self) -> ui::Field {
        ui::Field::checkbox("is_first", "Answers at the address of the server itself", self.form.is_first)
            .in_form("device")
            .help("For players that ask there whatever address they are given. One device does; this one takes over from the other.")
            .errors(&self.invalid)
    }

    fn messages(&self) -> &[String] {
        self.invalid.fields().get("categories").map_or(&[], Vec::as_slice)
    }
}

pub(super) fn quality_words(quality: impl Borrow<Preference>) -> &'static str {
    match quality.borrow() {
        Preference::FourK => "4K first",
        Preference::Hd => "HD first",
        Preference::Sd => "SD first",
        Preference::Best | Preference::All => "The best first",
    }
}
