use std::collections::HashMap;

use actix_web::HttpRequest;
use actix_web::web::{Data, Form, Path};
use askama::Template;
use serde_json::{Map, json};

use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::catalogue::line_up;
use crate::features::providers::renames::{self, MOST_RULES, Named, Rule};
use crate::features::providers::{Error, Provider, store};
use crate::features::sync::renaming::{self, Preview};
use crate::features::sync::{self, Started};
use crate::support::ids::ProviderId;
use crate::support::validation::Invalid;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, Page, format};
use crate::web::ui;

const FORM: &str = "names";

/// The rules as they are typed, with what is wrong with them.
struct View {
    provider: Provider,
    typed: Vec<Rule>,
    invalid: Invalid,
    preview: Option<Preview>,
}

#[derive(Template)]
#[template(path = "providers/names.html")]
struct NamesPage<'v> {
    page: Page,
    view: &'v View,
}

#[derive(Template)]
#[template(path = "providers/_names_form.html")]
struct NamesForm<'v> {
    view: &'v View,
}

/// GET /providers/{id}/names
pub(super) async fn edit(req: HttpRequest, _: Admin, ctx: Data<Ctx>, id: Path<ProviderId>) -> Answer {
    let provider = store::get(&ctx.db, id.into_inner()).await?;
    let view = View::new(provider.reading.rename_rules.clone(), provider);
    respond::page_or(&req, &view.page(&req), &NamesForm { view: &view })
}

/// POST /providers/{id}/names: saves the rules. Every other button of the form shows it again: with one rule more or less,
/// in another order, with what the rules would do.
pub(super) async fn update(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<ProviderId>,
    sent: Form<Vec<(String, String)>>,
) -> Answer {
    let provider = store::get(&ctx.db, id.into_inner()).await?;
    let (mut rules, act) = read(sent.into_inner())?;
    let act = Act::parse(&act)?;
    if let Act::Add | Act::Remove(_) | Act::Raise(_) | Act::Lower(_) = act {
        act.alter(&mut rules);
        let view = View::new(rules, provider);
        return respond::page_or(&req, &view.page(&req), &NamesForm { view: &view });
    }
    // A row that was left empty is no rule.
    rules.retain(|rule| !rule.pattern.is_empty() || !rule.replacement.is_empty());
    let mut view = View::new(rules, provider);
    view.invalid = judged(&view.typed);
    if !view.invalid.is_empty() {
        return respond::invalid(&req, &view.page(&req), &NamesForm { view: &view });
    }
    if matches!(act, Act::Preview) {
        view.preview = Some(renaming::preview(&ctx, &view.provider, &view.typed).await?);
        return respond::page_or(&req, &view.page(&req), &NamesForm { view: &view });
    }
    match save(&ctx, &admin, &view).await {
        Ok(message) => respond::redirect(&req, &super::path(view.provider.id), Some(message)),
        Err(Error::Invalid(invalid)) => {
            view.invalid = invalid;
            respond::invalid(&req, &view.page(&req), &NamesForm { view: &view })
        }
        Err(error) => Err(error.into()),
    }
}

/// Saves the rules and begins the sync that applies them.
async fn save(ctx: &Ctx, admin: &Admin, view: &View) -> Result<Flash, Error> {
    let (before, actor) = (&view.provider, admin.user.actor());
    let mut sent = Map::new();
    sent.insert("rename_rules".to_owned(), json!(view.typed));
    let after = line_up::update(ctx, &actor, before.id, &sent).await?;
    if after.reading == before.reading {
        return Ok(Flash::info("The rules are as they were."));
    }
    if before.last_sync.is_none() {
        return Ok(Flash::success(
            "The rules are saved. They count from the first sync on.",
        ));
    }
    // A run that is on its way may have begun with the rules that there were.
    Ok(match sync::start(ctx, before.id, &actor, true).await {
        Ok(Started::New(_)) => Flash::success("The rules are saved. The sync that applies them has begun."),
        Ok(Started::Running(_)) | Err(_) => {
            Flash::success("The rules are saved. They take effect with the next sync that begins.")
        }
    })
}

/// What a button of the form does.
#[derive(Clone, Copy)]
enum Act {
    Save,
    Preview,
    Add,
    Remove(usize),
    Raise(usize),
    Lower(usize),
}

impl Act {
    fn parse(text: &str) -> Result<Self, Problem> {
        let (word, place) = text.split_once('-').unwrap_or((text, ""));
        let place = place.parse::<usize>().ok().filter(|place| *place < MOST_RULES);
        Ok(match (word, place) {
            ("save", _) => Self::Save,
            ("preview", _) => Self::Preview,
            ("add", _) => Self::Add,
            ("remove", Some(place)) => Self::Remove(place),
            ("raise", Some(place)) => Self::Raise(place),
            ("lower", Some(place)) => Self::Lower(place),
            _ => return Err(Problem::invalid_field("act", "Choose what to do with the rules.")),
        })
    }

    fn alter(self, rules: &mut Vec<Rule>) {
        match self {
            Self::Add if rules.len() < MOST_RULES => rules.push(Rule::default()),
            Self::Remove(place) if place < rules.len() => drop(rules.remove(place)),
            Self::Raise(place) if place > 0 && place < rules.len() => rules.swap(place, place - 1),
            Self::Lower(place) if place + 1 < rules.len() => rules.swap(place, place + 1),
            _ => {}
        }
    }
}

/// The rules of a form in their order, and the button that sent it.
fn read(pairs: Vec<(String, String)>) -> Result<(Vec<Rule>, String), Problem> {
    let mut act = String::new();
    let (mut rules, mut places): (Vec<Rule>, HashMap<usize, usize>) = (Vec::new(), HashMap::new());
    for (name, value) in pairs {
        if name == "act" {
            act = value;
            continue;
        }
        let Some((field, place)) = name.split_once('-') else {
            continue;
        };
        let Ok(place) = place.parse::<usize>() else {
            continue;
        };
        let at = *places.entry(place).or_insert_with(|| {
            rules.push(Rule::default());
            rules.len() - 1
        });
        if rules.len() > MOST_RULES + 1 {
            return Err(Problem::invalid_field("act", "There can be at most 50 rules."));
        }
        let Some(rule) = rules.get_mut(at) else { continue };
        match field {
            "pattern" => rule.pattern = value,
            "replacement" => rule.replacement = value,
            "kinds" => rule.kinds = kinds(&value)?,
            _ => {}
        }
    }
    Ok((rules, act))
}

fn kinds(words: &str) -> Result<Vec<Named>, Problem> {
    let known = |word: &str| Named::ALL.into_iter().find(|named| named.as_str() == word);
    let kinds: Option<Vec<Named>> = words.split_whitespace().map(known).collect();
    kinds.ok_or_else(|| Problem::invalid_field("kinds", "Choose which names a rule is for."))
}

/// What is wrong with the rules, by the names of the form's fields.
fn judged(rules: &[Rule]) -> Invalid {
    let mut invalid = Invalid::default();
    for fault in renames::faults(rules) {
        invalid.add(&format!("{}-{}", fault.field, fault.rule), fault.message);
    }
    invalid
}

impl View {
    fn new(mut typed: Vec<Rule>, provider: Provider) -> Self {
        if typed.is_empty() {
            typed.push(Rule::default());
        }
        Self {
            provider,
            typed,
            invalid: Invalid::default(),
            preview: None,
        }
    }

    fn page(&self, req: &HttpRequest) -> NamesPage<'_> {
        let page = Page::new(req, "Names")
            .lead("What becomes of the names that this provider lists, before channels, films and series are made of them.")
            .under("Providers", super::INDEX)
            .under(&self.provider.name, super::path(self.provider.id));
        NamesPage { page, view: self }
    }

    fn action(&self) -> String {
        format!("{}/names", super::path(self.provider.id))
    }

    fn pattern(&self, place: &usize) -> ui::Field {
        let value = self.typed.get(*place).map_or("", |rule| rule.pattern.as_str());
        ui::Field::text(&format!("pattern-{place}"), "What is looked for", value)
            .in_form(FORM)
            .required()
            .attr("maxlength", renames::LONGEST)
            .attr("autocomplete", "off")
            .attr("autocapitalize", "off")
            .attr("spellcheck", "false")
            .errors(&self.invalid)
    }

    fn replacement(&self, place: &usize) -> ui::Field {
        let value = self
            .typed
            .get(*place)
            .map_or("", |rule| rule.replacement.as_str());
        ui::Field::text(&format!("replacement-{place}"), "What takes its place", value)
            .in_form(FORM)
            .attr("maxlength", renames::LONGEST)
            .attr("autocomplete", "off")
            .attr("autocapitalize", "off")
            .attr("spellcheck", "false")
            .errors(&self.invalid)
    }

    fn kinds(&self, place: &usize) -> ui::Field {
        const KINDS: [(&str, &str); 7] = [
            ("", "All names"),
            ("live", "Channels"),
            ("films", "Films"),
            ("series", "Series"),
            ("live films", "Channels and films"),
            ("live series", "Channels and series"),
            ("films series", "Films and series"),
        ];
        let kinds = self.typed.get(*place).map(|rule| rule.kinds.iter());
        let words: Vec<&str> = kinds.into_iter().flatten().map(|named| named.as_str()).collect();
        ui::Field::select(&format!("kinds-{place}"), "Names", words.join(" "), &KINDS)
            .in_form(FORM)
            .required()
    }

    /// A button that alters one rule.
    fn alters(&self, place: &usize, act: &str) -> ui::Button {
        let (label, icon, can) = match act {
            "raise" => ("Apply earlier", "arrow-up", *place > 0),
            "lower" => ("Apply later", "arrow-down", place + 1 < self.typed.len()),
            _ => ("Remove", "trash-2", true),
        };
        ui::Button::ghost(format!("{label}: rule {}", place + 1))
            .small()
            .icon(icon)
            .icon_only()
            .submit()
            .attr("name", "act")
            .attr("value", format!("{act}-{place}"))
            .attr("id", format!("{act}-{place}"))
            .disabled(!can)
    }

    fn is_full(&self) -> bool {
        self.typed.len() >= MOST_RULES
    }

    /// What the rules would do, in one sentence.
    fn told(&self, preview: &Preview) -> String {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let looked_at = match preview.is_whole {
            true => "",
            false => " that were looked at",
        };
        let changed = match preview.changed {
            0 => "no name would change from what it is now".to_owned(),
            changed => {
                let names = format::count(number(changed), "name", "names");
                format!("{names} would change from what they are now")
            }
        };
        format!(
            "The rules rename {} of {}{looked_at}; {changed}.",
            format::number(number(preview.renamed)),
            format::count(number(preview.names), "name", "names"),
        )
    }

    /// Rules that find nothing, by their numbers.
    fn idle(&self, preview: &Preview) -> String {
        let idle = preview.found.iter().enumerate().filter(|(_, found)| **found == 0);
        let numbers: Vec<String> = idle.map(|(place, _)| (place + 1).to_string()).collect();
        numbers.join(", ")
    }
}

fn kind_word(named: &Named) -> &'static str {
    match named {
        Named::Live => "Channel",
        Named::Films => "Film",
        Named::Series => "Series",
    }
}
