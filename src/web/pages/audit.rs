//! Who did what.

use actix_web::HttpRequest;
use actix_web::web::{self, Data, Query, ServiceConfig};
use askama::Template;
use serde::Deserialize;

use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::accounts::users;
use crate::features::audit::{self, Filter, Line};
use crate::support::days::days;
use crate::support::ids::UserId;
use crate::support::paging::{MAX_LIMIT, Slice};
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Page, Paging, format, urls};
use crate::web::ui;

const PATH: &str = "/audit";
const ROWS: u32 = 50;

pub fn routes(config: &mut ServiceConfig) {
    config.service(web::resource(PATH).route(web::get().to(index)));
}

#[derive(Template)]
#[template(path = "audit/index.html", blocks = ["lines"])]
struct AuditIndex {
    page: Page,
    rows: Vec<Row>,
    paging: Paging,
    wanted: Wanted,
    users: Vec<(String, String)>,
    actions: Vec<(String, String)>,
    chips: ui::Chips,
}

struct Row {
    line: Line,
    action: String,
    subject: Subject,
    details: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    user: String,
    #[serde(default)]
    action: String,
    /// First and last day.
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    after: String,
}

/// What was acted on, in words, and its page if it has one.
struct Subject {
    kind: String,
    name: String,
    path: Option<String>,
}

/// GET /audit
async fn index(req: HttpRequest, _: Admin, ctx: Data<Ctx>, wanted: Query<Wanted>) -> Answer {
    let wanted = wanted.into_inner();
    let page = Page::new(&req, "Audit log")
        .lead("What was changed here, by whom and when. Nothing is ever removed from it.");
    let (from_ms, until_ms) = days(&wanted.from, &wanted.to, &page.now.zone)?;
    let filter = Filter {
        user_id: number(&wanted.user, "user")?.map(UserId),
        action: Some(wanted.action.clone()).filter(|action| !action.is_empty()),
        from_ms,
        until_ms,
    };
    let before = number(&wanted.after, "after")?;
    let mut lines = audit::page(&ctx.db, &filter, before, ROWS + 1).await?;
    let more = lines.len() > ROWS as usize;
    lines.truncate(ROWS as usize);
    let next = lines.last().filter(|_| more).map(|line| line.id.to_string());
    let after = Some(wanted.after.as_str()).filter(|after| !after.is_empty());
    let query = [
        ("user", wanted.user.as_str()),
        ("action", wanted.action.as_str()),
        ("from", wanted.from.as_str()),
        ("to", wanted.to.as_str()),
    ];
    let users = everybody(&ctx).await?;
    let filters = [
        ("user", "Who", label(&users, &wanted.user)),
        ("action", "What", words(&wanted.action)),
        ("from", "From", wanted.from.clone()),
        ("to", "To", wanted.to.clone()),
    ];
    let summary = format::count(audit::count(&ctx.db, &filter).await?, "act", "acts");
    let paging = Paging::new(PATH, &query, after, next.as_deref()).target("lines");
    let view = AuditIndex {
        page,
        chips: ui::Chips::new(PATH, &query, summary, &filters),
        rows: lines.into_iter().map(Row::new).collect(),
        paging,
        users,
        actions: actions(&ctx).await?,
        wanted,
    };
    respond::page_or(&req, &view, &view.as_lines())
}

impl Row {
    fn new(line: Line) -> Self {
        let details = line.details.as_object().into_iter().flatten();
        let subject = Subject::of(&line);
        Self {
            action: words(&line.action),
            details: details
                .filter(|(name, value)| !value.is_null() && !subject.is_told_by(name))
                .map(|(name, value)| (name.replace('_', " "), text(value)))
                .collect(),
            subject,
            line,
        }
    }
}

impl Subject {
    fn of(line: &Line) -> Self {
        let (noun, id) = line.resource.split_once(':').unwrap_or((&line.resource, ""));
        let name = NAMED_BY.iter().find_map(|key| line.details[*key].as_str());
        let is_gone = line.action.ends_with(".deleted") || line.action.ends_with(".removed");
        let pages = [
            ("user", urls::USERS),
            ("provider", urls::PROVIDERS),
            ("sync", "/syncs"),
            ("job", "/jobs"),
        ];
        let page = pages.iter().find(|(kind, _)| *kind == noun && !is_gone);
        Self {
            kind: words(noun),
            name: name.unwrap_or(id).to_owned(),
            path: page
                .filter(|_| id.parse::<i64>().is_ok())
                .map(|(_, path)| format!("{path}/{id}")),
        }
    }

    fn is_told_by(&self, detail: &str) -> bool {
        NAMED_BY.contains(&detail)
    }
}

/// Details that name what was acted on.
const NAMED_BY: [&str; 2] = ["username", "name"];

/// The label of the option that was chosen.
fn label(options: &[(String, String)], chosen: &str) -> String {
    let found = options.iter().find(|(value, _)| value == chosen);
    found.map_or_else(|| chosen.to_owned(), |(_, label)| label.clone())
}

async fn everybody(ctx: &Ctx) -> Result<Vec<(String, String)>, Problem> {
    let slice = Slice {
        skip: 0,
        limit: MAX_LIMIT,
    };
    let users = users::list(ctx, slice).await?.items.into_iter();
    let users = users.map(|user| (user.id.to_string(), user.username));
    Ok(anything("Everybody").chain(users).collect())
}

async fn actions(ctx: &Ctx) -> Result<Vec<(String, String)>, Problem> {
    let actions = audit::actions(&ctx.db).await?.into_iter();
    let actions = actions.map(|action| {
        let words = words(&action);
        (action, words)
    });
    Ok(anything("Everything").chain(actions).collect())
}

fn anything(label: &str) -> impl Iterator<Item = (String, String)> {
    std::iter::once((String::new(), label.to_owned()))
}

fn number(text: &str, field: &str) -> Result<Option<i64>, Problem> {
    match text {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|_| Problem::invalid_field(field, "Use a whole number.")),
    }
}

/// `output_credential.created` as "Output credential created".
fn words(action: &str) -> String {
    let words = action.replace(['.', '_'], " ").replace("api ", "API ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => words,
    }
}

fn text(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Bool(true) => "yes".to_owned(),
        serde_json::Value::Bool(false) => "no".to_owned(),
        serde_json::Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, Subject, text, words};
    use serde_json::json;

    fn subject(action: &str, resource: &str, details: serde_json::Value) -> (String, String, Option<String>) {
        let subject = Subject::of(&Line {
            id: 1,
            user_id: None,
            actor: String::new(),
            action: action.to_owned(),
            resource: resource.to_owned(),
            at_ms: 0,
            details,
        });
        (subject.kind, subject.name, subject.path)
    }

    #[test]
    fn what_was_acted_on_has_its_name_and_its_page() {
        let told = |kind: &str, name: &str, path: Option<&str>| {
            (kind.to_owned(), name.to_owned(), path.map(str::to_owned))
        };
        assert_eq!(
            subject("user.updated", "user:7", json!({"username": "anna"})),
            told("User", "anna", Some("/users/7"))
        );
        assert_eq!(
            subject("user.deleted", "user:7", json!({"username": "anna"})),
            told("User", "anna", None)
        );
        assert_eq!(
            subject("setting.changed", "setting:log_level", json!({"value": 1})),
            told("Setting", "log_level", None)
        );
        assert_eq!(
            subject("settings.reset", "settings", json!({})),
            told("Settings", "", None)
        );
        assert_eq!(
            subject("job.cancelled", "job:x/../y", json!({})),
            told("Job", "x/../y", None)
        );
    }

    #[test]
    fn acts_are_told_in_words() {
        assert_eq!(words("output_credential.created"), "Output credential created");
        assert_eq!(words("api_token.revoked"), "API token revoked");
        assert_eq!(text(&json!(["email", "role"])), "email, role");
        assert_eq!(text(&json!(true)), "yes");
        assert_eq!(text(&json!(7)), "7");
    }
}
