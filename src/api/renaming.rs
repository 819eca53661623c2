//! Rules that rename what a provider lists, for administrators. They are saved as a field of the provider.

use actix_web::web::{Data, Json, Path};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::openapi::ApiError;
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::providers::renames::{Named, Rule};
use crate::features::providers::{self, store};
use crate::features::sync::renaming::{self, Example, Preview};
use crate::support::ids::ProviderId;

/// A pattern and what takes the place of all that it finds in a name.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct RuleBody {
    /// A regular expression of at most 500 characters, without back-references and look-around; `(?i)` at its beginning
    /// makes it blind to case.
    pattern: String,
    /// At most 500 characters; empty by default. `$1` is what the first group found, `${name}` a group by its name, `$0` all,
    /// `$$` a dollar.
    #[serde(default)]
    replacement: String,
    /// The names that it is for, of `live`, `films` and `series`; empty or absent: all. An account lists series by
    /// themselves; a playlist lists their episodes.
    #[serde(default)]
    kinds: Vec<String>,
}

impl From<Rule> for RuleBody {
    fn from(rule: Rule) -> Self {
        let kinds = rule.kinds.into_iter().map(Named::as_str);
        Self {
            pattern: rule.pattern,
            replacement: rule.replacement,
            kinds: kinds.map(str::to_owned).collect(),
        }
    }
}

/// Rules that are not saved.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described, never read")]
pub struct RulesBody {
    /// Absent: the rules that are saved.
    rename_rules: Option<Vec<RuleBody>>,
}

/// What would become of the names that a provider listed when it was last read.
#[derive(Serialize, ToSchema)]
pub struct PreviewView {
    /// Names that were looked at.
    names: usize,
    /// Of them, those that would be called otherwise than they are listed.
    renamed: usize,
    /// Of all, those that would be called otherwise than they are now.
    changed: usize,
    /// False where there are more names than are looked at while somebody waits.
    complete: bool,
    /// Of each rule, the names that it finds something in.
    found: Vec<usize>,
    /// The first twenty of each kind that are renamed.
    examples: Vec<ExampleView>,
}

/// A name that would become another.
#[derive(Serialize, ToSchema)]
pub struct ExampleView {
    /// `live`, `films` or `series`.
    kind: &'static str,
    listed: String,
    name: String,
}

impl From<Preview> for PreviewView {
    fn from(preview: Preview) -> Self {
        let example = |example: Example| ExampleView {
            kind: example.named.as_str(),
            listed: example.listed,
            name: example.name,
        };
        Self {
            names: preview.names,
            renamed: preview.renamed,
            changed: preview.changed,
            complete: preview.is_whole,
            found: preview.found,
            examples: preview.examples.into_iter().map(example).collect(),
        }
    }
}

/// Says what rules would make of a provider's names. Nothing is changed.
#[utoipa::path(post, path = "/api/providers/{id}/rename-preview", tag = "providers", params(("id" = i64, Path)),
    request_body = RulesBody, responses(
    (status = 200, body = PreviewView), (status = 403, body = ApiError), (status = 404, body = ApiError),
    (status = 422, body = ApiError)))]
pub(super) async fn preview(
    _: Admin,
    ctx: Data<Ctx>,
    id: Path<ProviderId>,
    sent: Json<Map<String, Value>>,
) -> Result<Json<PreviewView>, Problem> {
    let provider = store::get(&ctx.db, id.into_inner()).await?;
    let rules = providers::rules_sent(&sent, &provider)?;
    Ok(Json(renaming::preview(&ctx, &provider, &rules).await?.into()))
}
