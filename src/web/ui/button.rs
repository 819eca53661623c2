use std::borrow::Borrow;
use std::fmt::Display;

use askama::Template;
use askama::filters::HtmlSafe;

use super::Attributes;

/// The one button: submits, opens a dialog, leads to a page, or is a small form of its own.
#[derive(Template)]
#[template(path = "ui/button.html")]
pub struct Button {
    label: String,
    kind: &'static str,
    size: &'static str,
    icon: &'static str,
    icon_only: bool,
    busy: bool,
    disabled: bool,
    submit: bool,
    href: Option<String>,
    form: Option<String>,
    attributes: Attributes,
    form_attributes: Attributes,
}

impl HtmlSafe for Button {}

impl Button {
    /// At most one on a page.
    pub fn primary(label: impl Display) -> Self {
        Self::new("primary", label)
    }

    pub fn secondary(label: impl Display) -> Self {
        Self::new("secondary", label)
    }

    /// Takes something away that does not come back by itself.
    pub fn danger(label: impl Display) -> Self {
        Self::new("danger", label)
    }

    /// Quiet: row actions, cancel.
    pub fn ghost(label: impl Display) -> Self {
        Self::new("ghost", label)
    }

    fn new(kind: &'static str, label: impl Display) -> Self {
        Self {
            label: label.to_string(),
            kind,
            size: "md",
            icon: "",
            icon_only: false,
            busy: false,
            disabled: false,
            submit: false,
            href: None,
            form: None,
            attributes: Attributes::default(),
            form_attributes: Attributes::default(),
        }
    }

    pub fn small(mut self) -> Self {
        self.size = "sm";
        self
    }

    pub fn large(mut self) -> Self {
        self.size = "lg";
        self
    }

    /// An icon of `static/icons/icons.svg` before the label.
    pub fn icon(mut self, icon: &'static str) -> Self {
        self.icon = icon;
        self
    }

    /// Shows the icon alone; the label stays as its name.
    pub fn icon_only(mut self) -> Self {
        self.icon_only = true;
        self
    }

    /// Submits the form it stands in.
    pub fn submit(mut self) -> Self {
        self.submit = true;
        self
    }

    /// A link that looks like a button.
    pub fn href(mut self, path: impl Display) -> Self {
        self.href = Some(path.to_string());
        self
    }

    /// A link to `path` that opens what is there as a dialog where scripts run.
    pub fn dialog(self, path: impl Display) -> Self {
        let path = path.to_string();
        self.href(&path)
            .attr("hx-get", &path)
            .attr("hx-target", "#dialog")
            .attr("hx-swap", "innerHTML")
            .attr("aria-haspopup", "dialog")
    }

    /// A form of its own that posts to `path`; it works without scripts.
    pub fn post(mut self, path: impl Display) -> Self {
        self.form = Some(path.to_string());
        self.submit = true;
        self
    }

    /// With [`Self::post`]: htmx posts instead and swaps the answer at `target`.
    pub fn swap(mut self, target: impl Display, swap: &str) -> Self {
        let path = self.form.clone().unwrap_or_default();
        self.form_attributes.add("hx-post", path);
        self.form_attributes.add("hx-target", target);
        self.form_attributes.add("hx-swap", swap);
        self.form_attributes.add("hx-disabled-elt", "find button");
        self
    }

    /// With [`Self::swap`]: what else is sent along, as a selector.
    pub fn includes(mut self, selector: &str) -> Self {
        self.form_attributes.add("hx-include", selector);
        self
    }

    /// Opens the `<dialog>` with this id, which is part of the page.
    pub fn opens(self, id: impl Display) -> Self {
        self.attr("data-opens", id).attr("aria-haspopup", "dialog")
    }

    pub fn busy(mut self, busy: impl Borrow<bool>) -> Self {
        self.busy = *busy.borrow();
        self
    }

    pub fn disabled(mut self, disabled: impl Borrow<bool>) -> Self {
        self.disabled = *disabled.borrow();
        self
    }

    pub fn attr(mut self, name: &str, value: impl Display) -> Self {
        self.attributes.add(name, value);
        self
    }
}
