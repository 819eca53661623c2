use askama::Template;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::features::catalogue::detail::ChannelDetail;
use crate::features::catalogue::number::ChannelNumber;
use crate::support::validation::Invalid;
use crate::web::kit::Page;
use crate::web::ui;

use super::CHANNELS;

/// The id of the form, and the beginning of its fields' ids.
pub(super) const FORM: &str = "channel";

/// A channel as the form holds it: what was typed, as text.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct ChannelForm {
    #[serde(flatten)]
    pub typed: Typed,
    /// The texts as the form first showed them: only what is other is set by hand.
    pub shown: String,
    back_name: Option<String>,
    back_number: Option<String>,
    back_category: Option<String>,
    back_logo_url: Option<String>,
    back_epg_id: Option<String>,
    /// Which field was left, where only that one is to be checked.
    pub field: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    pub name: String,
    pub number: String,
    pub category: String,
    pub enabled: String,
    /// With commas between them.
    pub tags: String,
    pub logo_url: String,
    pub epg_id: String,
}

impl ChannelForm {
    pub fn of(channel: &ChannelDetail, tags: &[String]) -> Self {
        let number = ChannelNumber::from_stored(channel.lineup_number);
        let typed = Typed {
            name: channel.name.clone(),
            number: number.map(|number| number.to_string()).unwrap_or_default(),
            category: channel.category.clone(),
            enabled: channel.enabled.to_string(),
            tags: tags.join(", "),
            logo_url: channel.logo_url.clone().unwrap_or_default(),
            epg_id: channel.epg_id.clone().unwrap_or_default(),
        };
        Self {
            shown: json!(typed).to_string(),
            typed,
            ..Self::default()
        }
    }

    /// The fields as a program would send them.
    pub fn sent(&self) -> Map<String, Value> {
        let shown: Option<Typed> = serde_json::from_str(&self.shown).ok();
        let mut sent = Map::new();
        for (field, text, back) in self.fields() {
            let was = shown.as_ref().map(|shown| text_of(shown, field));
            let value = match field {
                _ if back => Value::Null,
                _ if was == Some(text) => continue,
                "tags" => text
                    .split(',')
                    .map(str::trim)
                    .filter(|tag| !tag.is_empty())
                    .collect(),
                "enabled" => json!(text == "true"),
                _ => json!(text),
            };
            sent.insert(field.to_owned(), value);
        }
        sent
    }

    /// Whether a field is to be given back.
    pub fn gives_back(&self, field: &str) -> bool {
        self.fields()
            .iter()
            .any(|(name, _, back)| *name == field && *back)
    }

    fn fields(&self) -> [(&'static str, &str, bool); 7] {
        let of = |field, back: &Option<String>| (field, text_of(&self.typed, field), back.is_some());
        [
            of("name", &self.back_name),
            of("number", &self.back_number),
            of("category", &self.back_category),
            of("enabled", &None),
            of("tags", &None),
            of("logo_url", &self.back_logo_url),
            of("epg_id", &self.back_epg_id),
        ]
    }
}

fn text_of<'t>(typed: &'t Typed, field: &str) -> &'t str {
    match field {
        "name" => &typed.name,
        "number" => &typed.number,
        "category" => &typed.category,
        "enabled" => &typed.enabled,
        "tags" => &typed.tags,
        "logo_url" => &typed.logo_url,
        "epg_id" => &typed.epg_id,
        _ => "",
    }
}

/// What the form shows.
pub(super) struct FormView {
    pub form: ChannelForm,
    pub invalid: Invalid,
    pub channel: ChannelDetail,
}

impl FormView {
    pub fn action(&self) -> String {
        format!("{CHANNELS}/{}", self.channel.id)
    }

    pub fn title(&self) -> String {
        format!("Edit {}", self.channel.name)
    }

    pub fn checks(&self) -> String {
        format!("{}/checks", self.action())
    }

    /// The box that gives a field back; nothing where the providers say what it is.
    pub fn back(&self, field: &str, what: &str) -> Option<ui::Field> {
        let label = format!("Give the {what} back to the providers");
        let name = format!("back_{field}");
        let given = ui::Field::checkbox(&name, &label, self.form.gives_back(field));
        self.channel.is_by_hand(field).then(|| given.in_form(FORM))
    }
}

/// The form alone, as a fragment.
#[derive(Template)]
#[template(path = "catalogue/_channel_form.html")]
pub(super) struct FormFragment<'v> {
    pub view: &'v FormView,
}

/// The form in a dialog.
#[derive(Template)]
#[template(path = "catalogue/_channel_form_dialog.html")]
pub(super) struct FormDialog<'v> {
    pub view: &'v FormView,
}

/// The form as a page.
#[derive(Template)]
#[template(path = "catalogue/channel_form.html")]
pub(super) struct FormPage<'v> {
    pub page: Page,
    pub view: &'v FormView,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed() -> Typed {
        Typed {
            name: "ESPN".to_owned(),
            number: "7".to_owned(),
            category: "Sport".to_owned(),
            enabled: "true".to_owned(),
            tags: "news, Kids".to_owned(),
            ..Typed::default()
        }
    }

    #[test]
    fn a_form_says_only_what_is_other_than_it_showed() {
        let mut form = ChannelForm {
            shown: json!(typed()).to_string(),
            typed: typed(),
            ..ChannelForm::default()
        };
        assert_eq!(form.sent(), Map::new());
        form.typed.number = "2.1".to_owned();
        form.typed.enabled = "false".to_owned();
        form.typed.tags = "news, , late night ".to_owned();
        form.back_category = Some("true".to_owned());
        assert_eq!(
            Value::from(form.sent()),
            json!({ "number": "2.1", "enabled": false, "tags": ["news", "late night"], "category": null })
        );
    }
}
