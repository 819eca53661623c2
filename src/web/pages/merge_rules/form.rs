use actix_web::HttpRequest;
use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::INDEX;
use super::index::kind_words;
use super::preview::Preview;
use crate::ctx::Ctx;
use crate::edge::Problem;
use crate::features::catalogue::rules::{LONGEST_PATTERN, LONGEST_REASON, MergeRule, RuleType};
use crate::features::providers;
use crate::support::ids::MergeRuleId;
use crate::support::validation::Invalid;
use crate::web::kit::Page;
use crate::web::kit::respond::{self, Answer};
use crate::web::ui;

/// What stands in the fields.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RuleForm {
    rule_type: String,
    pattern1: String,
    pattern2: String,
    region1: String,
    region2: String,
    provider_id: String,
    priority: String,
    reason: String,
    enabled: Option<String>,
}

impl RuleForm {
    pub(super) fn new() -> Self {
        Self {
            rule_type: RuleType::AlwaysMerge.name().to_owned(),
            priority: "50".to_owned(),
            enabled: Some("true".to_owned()),
            ..Self::default()
        }
    }

    pub(super) fn of(rule: &MergeRule) -> Self {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Self {
            rule_type: rule.rule_type.name().to_owned(),
            pattern1: rule.pattern1.clone(),
            pattern2: text(&rule.pattern2),
            region1: text(&rule.region1),
            region2: text(&rule.region2),
            provider_id: rule.provider_id.map_or_else(String::new, |id| id.to_string()),
            priority: rule.priority.to_string(),
            reason: text(&rule.reason),
            enabled: rule.enabled.then(|| "true".to_owned()),
        }
    }

    /// The fields as a program would send them.
    pub(super) fn sent(&self) -> Map<String, Value> {
        let texts = [
            ("rule_type", &self.rule_type),
            ("pattern1", &self.pattern1),
            ("pattern2", &self.pattern2),
            ("region1", &self.region1),
            ("region2", &self.region2),
            ("provider_id", &self.provider_id),
            ("priority", &self.priority),
            ("reason", &self.reason),
        ];
        let texts = texts.map(|(name, text)| (name.to_owned(), json!(text)));
        let enabled = ("enabled".to_owned(), json!(self.enabled.is_some()));
        texts.into_iter().chain([enabled]).collect()
    }
}

/// A form before it is a page.
pub(super) struct FormView {
    pub form: RuleForm,
    /// The rule that is changed; none for a new one.
    pub id: Option<MergeRuleId>,
    pub invalid: Invalid,
    pub preview: Option<Preview>,
}

#[derive(Template)]
#[template(path = "merge_rules/form.html")]
pub(super) struct FormPage<'v> {
    page: Page,
    view: &'v FormView,
    providers: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "merge_rules/_form.html")]
pub(super) struct FormFragment<'v> {
    view: &'v FormView,
    providers: &'v [(String, String)],
}

/// That a rule cannot be tried as it stands.
#[derive(Template)]
#[template(path = "merge_rules/_untried.html")]
pub(super) struct Untried {
    pub messages: Vec<String>,
}

impl<'v> FormFragment<'v> {
    pub(super) fn of(page: &'v FormPage<'v>) -> Self {
        Self {
            view: page.view,
            providers: &page.providers,
        }
    }
}

impl FormView {
    pub(super) fn of(form: RuleForm, id: Option<MergeRuleId>) -> Self {
        Self {
            form,
            id,
            invalid: Invalid::default(),
            preview: None,
        }
    }

    pub(super) async fn page(&self, req: &HttpRequest, ctx: &Ctx) -> Result<FormPage<'_>, Problem> {
        let title = self
            .id
            .map_or_else(|| "New merge rule".to_owned(), |id| format!("Rule {id}"));
        let providers = providers::store::names(&ctx.db).await?;
        let providers = providers.into_iter().map(|(id, name)| (id.to_string(), name));
        let all = (String::new(), "All providers".to_owned());
        Ok(FormPage {
            page: Page::new(req, title).under("Merge rules", INDEX),
            view: self,
            providers: std::iter::once(all).chain(providers).collect(),
        })
    }

    /// The form again, with what is wrong with it.
    pub(super) async fn refused(mut self, req: &HttpRequest, ctx: &Ctx, invalid: Invalid) -> Answer {
        self.invalid = invalid;
        let page = self.page(req, ctx).await?;
        respond::invalid(req, &page, &FormFragment::of(&page))
    }

    fn action(&self) -> String {
        self.id.map_or_else(|| INDEX.to_owned(), super::path)
    }

    fn tries(&self) -> String {
        format!("{}/preview", self.action())
    }

    fn kinds(&self) -> Vec<(&'static str, &'static str)> {
        let kinds = RuleType::ALL.iter();
        kinds.map(|kind| (kind.name(), kind_words(kind))).collect()
    }

    fn kind(&self) -> ui::Field {
        ui::Field::select("rule_type", "What it says", &self.form.rule_type, &self.kinds())
            .in_form("rule")
            .help("The last kind compares what the expressions find in (brackets): ^(.+) main$ and ^(.+) reserve$ join “Arte main” and “Arte reserve”.")
            .errors(&self.invalid)
            .required()
    }

    fn pattern1(&self) -> ui::Field {
        self.pattern("pattern1", "First expression", &self.form.pattern1)
            .help("A regular expression, looked for in the names of streams as their channels show them, whatever the case: ^ is the beginning, $ the end, .* any text, a|b one or the other.")
            .required()
    }

    fn pattern2(&self) -> ui::Field {
        self.pattern("pattern2", "Second expression", &self.form.pattern2)
            .help("“Always” makes one channel of what either finds. “Never” keeps what the first finds apart from what this one finds; if it is empty, from everything else.")
    }

    fn pattern(&self, name: &str, label: &str, text: &str) -> ui::Field {
        ui::Field::text(name, label, text)
            .in_form("rule")
            .attr("maxlength", LONGEST_PATTERN)
            .attr("autocapitalize", "off")
            .attr("autocomplete", "off")
            .attr("spellcheck", "false")
            .errors(&self.invalid)
    }

    fn region1(&self) -> ui::Field {
        self.region("region1", "Country of the first", &self.form.region1)
    }

    fn region2(&self) -> ui::Field {
        self.region("region2", "Country of the second", &self.form.region2)
    }

    fn region(&self, name: &str, label: &str, text: &str) -> ui::Field {
        ui::Field::text(name, label, text)
            .in_form("rule")
            .help("Two letters, such as UK. Empty: any.")
            .attr("maxlength", 2)
            .attr("autocomplete", "off")
            .attr("autocapitalize", "characters")
            .errors(&self.invalid)
    }

    fn provider(&self, providers: &[(String, String)]) -> ui::Field {
        ui::Field::select("provider_id", "Provider", &self.form.provider_id, providers)
            .in_form("rule")
            .help("Whose streams it looks at.")
            .errors(&self.invalid)
    }

    fn priority(&self) -> ui::Field {
        ui::Field::number("priority", "Priority", &self.form.priority)
            .in_form("rule")
            .help("1 to 100. Of two rules the one of higher priority has the last word.")
            .attr("min", 1)
            .attr("max", 100)
            .errors(&self.invalid)
            .required()
    }

    fn reason(&self) -> ui::Field {
        ui::Field::text("reason", "Reason", &self.form.reason)
            .in_form("rule")
            .help("Shown beside every stream that the rule concerns.")
            .attr("maxlength", LONGEST_REASON)
            .errors(&self.invalid)
    }

    fn enabled(&self) -> ui::Field {
        let on = self.form.enabled.is_some();
        ui::Field::checkbox("enabled", "On: the streams are grouped by it", on)
            .in_form("rule")
            .errors(&self.invalid)
    }

    fn preview_button(&self) -> ui::Button {
        ui::Button::secondary("Preview")
            .icon("search")
            .submit()
            .attr("formaction", self.tries())
            .attr("hx-post", self.tries())
            .attr("hx-target", "#rule-preview")
            .attr("hx-swap", "innerHTML")
            .attr("hx-include", "closest form")
            .attr("hx-sync", "this:replace")
            .attr("data-try", "")
    }
}
