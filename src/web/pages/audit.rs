//! Who did what.

use actix_web::HttpRequest;
use actix_web::web::{self, Data, Query, ServiceConfig};
use askama::Template;
use serde::Deserialize;

use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::accounts::users;
use crate::features::audit::{self, Filter, Line};
use crate::support::ids::UserId;
use crate::support::paging::{MAX_LIMIT, Slice};
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Page, Paging};
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
}

struct Row {
    line: Line,
    action: String,
    details: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    user: String,
    #[serde(default)]
    action: String,
    #[serde(default)]
    after: String,
}

/// GET /audit
async fn index(req: HttpRequest, _: Admin, ctx: Data<Ctx>, wanted: Query<Wanted>) -> Answer {
    let wanted = wanted.into_inner();
    let filter = Filter {
        user_id: number(&wanted.user, "user")?.map(UserId),
        action: Some(wanted.action.clone()).filter(|action| !action.is_empty()),
    };
    let before = number(&wanted.after, "after")?;
    let mut lines = audit::page(&ctx.db, &filter, before, ROWS + 1).await?;
    let more = lines.len() > ROWS as usize;
    lines.truncate(ROWS as usize);
    let next = lines.last().filter(|_| more).map(|line| line.id.to_string());
    let after = Some(wanted.after.as_str()).filter(|after| !after.is_empty());
    let query = [("user", wanted.user.as_str()), ("action", wanted.action.as_str())];
    let paging = Paging::new(PATH, &query, after, next.as_deref()).target("lines");
    let view = AuditIndex {
        page: Page::new(&req, "Audit log")
            .lead("What was changed here, by whom and when. Nothing is ever removed from it."),
        rows: lines.into_iter().map(Row::new).collect(),
        paging,
        users: everybody(&ctx).await?,
        actions: actions(&ctx).await?,
        wanted,
    };
    respond::page_or(&req, &view, &view.as_lines())
}

impl Row {
    fn new(line: Line) -> Self {
        let details = line.details.as_object().into_iter().flatten();
        Self {
            action: words(&line.action),
            details: details
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| (name.replace('_', " "), text(value)))
                .collect(),
            line,
        }
    }
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
    let words = action.replace(['.', '_'], " ");
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
    use super::{text, words};
    use serde_json::json;

    #[test]
    fn acts_are_told_in_words() {
        assert_eq!(words("output_credential.created"), "Output credential created");
        assert_eq!(text(&json!(["email", "role"])), "email, role");
        assert_eq!(text(&json!(true)), "yes");
        assert_eq!(text(&json!(7)), "7");
    }
}
