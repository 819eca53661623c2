use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt::Display;

use askama::Template;
use askama::filters::HtmlSafe;

use super::Attributes;
use crate::support::validation::Invalid;

/// The one form field: label, control, help and error, tied together for assistive technology.
#[derive(Template)]
#[template(path = "ui/field.html")]
pub struct Field {
    name: String,
    id: String,
    label: String,
    value: String,
    control: Control,
    help: String,
    messages: Vec<String>,
    required: bool,
    locked: bool,
    unit: String,
    check_at: String,
    attributes: Attributes,
}

impl HtmlSafe for Field {}

enum Control {
    Input(&'static str),
    Area,
    Select(Vec<(String, String)>),
    Checkbox(bool),
}

impl Field {
    pub fn text(name: &str, label: &str, value: impl Display) -> Self {
        Self::input("text", name, label, value)
    }

    pub fn email(name: &str, label: &str, value: impl Display) -> Self {
        Self::input("email", name, label, value).attr("autocomplete", "email")
    }

    /// An address. Not `type=url`: the server's message is the one that counts, and placeholders are no URLs.
    pub fn url(name: &str, label: &str, value: impl Display) -> Self {
        Self::input("text", name, label, value)
            .attr("inputmode", "url")
            .attr("autocapitalize", "off")
            .attr("spellcheck", "false")
    }

    /// Never shows a value again.
    pub fn password(name: &str, label: &str) -> Self {
        Self::input("password", name, label, "")
    }

    pub fn number(name: &str, label: &str, value: impl Display) -> Self {
        Self::input("number", name, label, value)
    }

    /// A day, as `2026-11-28`.
    pub fn date(name: &str, label: &str, value: impl Display) -> Self {
        Self::input("date", name, label, value)
    }

    /// Date and time of the installation's zone, as `2026-11-30T14:05`.
    pub fn moment(name: &str, label: &str, value: impl Display) -> Self {
        Self::input("datetime-local", name, label, value)
    }

    pub fn search(name: &str, label: &str, value: impl Display) -> Self {
        Self::input("search", name, label, value)
    }

    /// Never shows a value again.
    pub fn file(name: &str, label: &str) -> Self {
        Self::input("file", name, label, "")
    }

    pub fn textarea(name: &str, label: &str, value: impl Display) -> Self {
        Self::new(Control::Area, name, label, value)
    }

    /// `options` are value and label; `value` is the chosen one.
    pub fn select<'a, V: Display + 'a, L: Display + 'a>(
        name: &str,
        label: &str,
        value: impl Display,
        options: impl IntoIterator<Item = &'a (V, L)>,
    ) -> Self {
        let options = options.into_iter();
        let options = options.map(|(value, label)| (value.to_string(), label.to_string()));
        Self::new(Control::Select(options.collect()), name, label, value)
    }

    /// Sends `true` if checked and nothing otherwise.
    pub fn checkbox(name: &str, label: &str, checked: impl Borrow<bool>) -> Self {
        Self::new(Control::Checkbox(*checked.borrow()), name, label, "true")
    }

    fn input(kind: &'static str, name: &str, label: &str, value: impl Display) -> Self {
        Self::new(Control::Input(kind), name, label, value)
    }

    fn new(control: Control, name: &str, label: &str, value: impl Display) -> Self {
        Self {
            name: name.to_owned(),
            id: format!("field-{name}"),
            label: label.to_owned(),
            value: value.to_string(),
            control,
            help: String::new(),
            messages: Vec::new(),
            required: false,
            locked: false,
            unit: String::new(),
            check_at: String::new(),
            attributes: Attributes::default(),
        }
    }

    pub fn help(mut self, help: impl Display) -> Self {
        self.help = help.to_string();
        self
    }

    /// Takes the messages that concern this field.
    pub fn errors(mut self, invalid: &Invalid) -> Self {
        self.messages = invalid.fields().get(&self.name).cloned().unwrap_or_default();
        self
    }

    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Fixed from outside: shown, not to be changed.
    pub fn locked(mut self, locked: impl Borrow<bool>) -> Self {
        self.locked = *locked.borrow();
        self
    }

    /// Words behind the control: `seconds`, `%`.
    pub fn unit(mut self, unit: impl Display) -> Self {
        self.unit = unit.to_string();
        self
    }

    /// Two forms of one page must not share ids.
    pub fn in_form(mut self, form: &str) -> Self {
        self.id = format!("{form}-{}", self.name);
        self
    }

    /// On leaving the field its form is posted to `path`, which answers with [`Self::message`] of this field.
    pub fn check_at(mut self, path: impl Display) -> Self {
        self.check_at = path.to_string();
        self
    }

    /// `min`, `max`, `maxlength`, `placeholder`, `autocomplete`, `rows`, `accept`, …
    pub fn attr(mut self, name: &str, value: impl Display) -> Self {
        self.attributes.add(name, value);
        self
    }

    /// The message's element alone, for the answer to [`Self::check_at`].
    pub fn message(&self) -> FieldMessage<'_> {
        FieldMessage {
            id: &self.id,
            messages: &self.messages,
        }
    }

    fn is_invalid(&self) -> bool {
        !self.messages.is_empty()
    }

    fn described_by(&self) -> String {
        let help = if self.help.is_empty() {
            String::new()
        } else {
            format!("{}-help ", self.id)
        };
        format!("{help}{}-error", self.id)
    }
}

/// What is wrong with one field; empty if nothing is.
#[derive(Template)]
#[template(path = "ui/_field_message.html")]
pub struct FieldMessage<'a> {
    id: &'a str,
    messages: &'a [String],
}

impl HtmlSafe for FieldMessage<'_> {}

/// The summary above a form that was refused: it takes the focus and leads to each field.
#[derive(Template)]
#[template(path = "ui/form_errors.html")]
pub struct FormErrors<'a> {
    fields: &'a BTreeMap<String, Vec<String>>,
    form: &'a str,
}

impl HtmlSafe for FormErrors<'_> {}

impl<'a> FormErrors<'a> {
    pub fn new(invalid: &'a Invalid) -> Self {
        Self {
            fields: invalid.fields(),
            form: "field",
        }
    }

    /// As [`Field::in_form`].
    pub fn in_form(mut self, form: &'a str) -> Self {
        self.form = form;
        self
    }
}
