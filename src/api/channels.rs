use actix_web::web::{self, Json};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{IntoParams, ToSchema};

use crate::ctx::Ctx;
use crate::db::DbError;
use crate::edge::{Admin, Member, Problem};
use crate::features::catalogue::browse::{ChannelLine, ChannelList, Lists, Place};
use crate::features::catalogue::detail::{self, ChannelDetail};
use crate::features::catalogue::editing;
use crate::features::catalogue::number::ChannelNumber;
use crate::support::ids::ChannelId;
use crate::support::validation::Invalid;

use super::list::{List, Window, WindowParams, envelope};
use super::openapi::ApiError;

/// What a list of channels is narrowed to and sorted by.
#[derive(IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only described, read by ChannelList")]
pub struct ChannelQuery {
    /// Every word must occur in the name, case- and accent-blind.
    q: Option<String>,
    category: Option<String>,
    provider_id: Option<i64>,
    enabled: Option<bool>,
    /// up, degraded, down or unknown
    health: Option<String>,
    has_epg: Option<bool>,
    /// Has this tag, whatever its case.
    tag: Option<String>,
    /// name, number, streams or health
    sort: Option<String>,
}

fn number_schema() -> Schema {
    let types = SchemaType::from_iter([Type::Integer, Type::String, Type::Null]);
    let number = ObjectBuilder::new().schema_type(types);
    Schema::Object(
        number
            .description(Some("A whole number, or text such as \"2.1\"."))
            .build(),
    )
}

/// A channel.
#[derive(Serialize, ToSchema)]
pub struct ChannelJson {
    id: i64,
    name: String,
    /// A whole number, or text such as "2.1".
    #[schema(schema_with = number_schema)]
    number: Option<ChannelNumber>,
    category: String,
    country: Option<String>,
    region: Option<String>,
    logo_url: Option<String>,
    epg_id: Option<String>,
    enabled: bool,
    stream_count: i64,
    active_stream_count: i64,
    best_resolution: Option<String>,
    /// What is on now; null without a guide.
    now: Option<String>,
}

/// A channel by itself.
#[derive(Serialize, ToSchema)]
pub struct ChannelView {
    #[serde(flatten)]
    channel: ChannelJson,
    tags: Vec<String>,
    /// The fields that a person set: name, number, category, enabled, logo_url, epg_id.
    by_hand: Vec<&'static str>,
}

/// The fields of a channel that a person may set; what is set outlives every sync. What is absent stays, null gives the
/// field back to the providers.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described, never read")]
pub struct ChannelFields {
    /// 1–255 characters.
    name: Option<String>,
    /// A whole number, or text such as "2.1"; each belongs to one channel.
    #[schema(schema_with = number_schema)]
    number: Option<ChannelNumber>,
    /// 1–255 characters.
    category: Option<String>,
    /// Players see only channels that are enabled; the others keep their numbers.
    enabled: Option<bool>,
    /// At most 20 of 50 characters, without commas; each once, whatever its case.
    tags: Option<Vec<String>>,
    /// An address of http or https without user name or password; empty: no logo, whatever the providers say.
    logo_url: Option<String>,
    /// Empty: none, whatever the providers say.
    epg_id: Option<String>,
}

/// The channels.
#[utoipa::path(get, path = "/api/channels", tag = "catalogue", params(ChannelQuery, WindowParams),
    responses((status = 200, body = List<ChannelJson>), (status = 422, body = ApiError)))]
pub(super) async fn index(
    _member: Member,
    query: web::Query<Vec<(String, String)>>,
    window: Window,
    lists: web::Data<Lists>,
) -> Result<Json<List<ChannelJson>>, Problem> {
    let text = |name: &str| {
        let found = query.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, text)| text.as_str())
    };
    let mut invalid = Invalid::default();
    let list = ChannelList::read(text, &mut invalid);
    invalid.into_result()?;
    let (place, limit) = (Place::Skip(window.0.skip), i64::from(window.0.limit));
    let page = lists.channels(&list.filter, list.order(), &place, limit).await?;
    Ok(envelope(page.listed(), window, ChannelJson::from))
}

/// One channel; of a merged one, the channel that took its streams.
#[utoipa::path(get, path = "/api/channels/{id}", tag = "catalogue", params(("id" = i64, Path)),
    responses((status = 200, body = ChannelView), (status = 404, body = ApiError)))]
pub(super) async fn show(
    _member: Member,
    id: web::Path<i64>,
    ctx: web::Data<Ctx>,
) -> Result<Json<ChannelView>, Problem> {
    let channel = detail::channel(&ctx.db, ChannelId(*id)).await?;
    let channel = channel.ok_or_else(|| Problem::not_found("This channel"))?;
    Ok(Json(view(&ctx, channel).await?))
}

/// Changes a channel by hand, or gives fields back to the providers; of a merged one, the channel that took its streams.
#[utoipa::path(patch, path = "/api/channels/{id}", tag = "catalogue", params(("id" = i64, Path)),
    request_body = ChannelFields, responses(
    (status = 200, body = ChannelView), (status = 403, body = ApiError), (status = 404, body = ApiError),
    (status = 409, body = ApiError, description = "Another channel has the number"),
    (status = 422, body = ApiError)))]
pub(super) async fn update(
    admin: Admin,
    id: web::Path<i64>,
    ctx: web::Data<Ctx>,
    sent: Json<Map<String, Value>>,
) -> Result<Json<ChannelView>, Problem> {
    let edited = editing::update(&ctx, &admin.user.actor(), ChannelId(*id), &sent).await?;
    Ok(Json(view(&ctx, edited.channel).await?))
}

async fn view(ctx: &Ctx, channel: ChannelDetail) -> Result<ChannelView, DbError> {
    Ok(ChannelView {
        tags: detail::tags(&ctx.db, channel.id).await?,
        by_hand: channel.by_hand(),
        channel: channel.into(),
    })
}

/// The categories in use.
#[utoipa::path(get, path = "/api/channels/categories", tag = "catalogue", responses((status = 200, body = Vec<String>)))]
pub(super) async fn categories(
    _member: Member,
    lists: web::Data<Lists>,
) -> Result<Json<Vec<String>>, Problem> {
    Ok(Json(lists.categories().await?))
}

/// The value of a parameter; absent and empty ones are none, others call `wrong`.
pub(super) fn parsed<T: std::str::FromStr>(text: Option<&str>, wrong: impl FnOnce()) -> Option<T> {
    let text = text.filter(|text| !text.is_empty())?;
    let value = text.parse().ok();
    if value.is_none() {
        wrong();
    }
    value
}

impl From<ChannelLine> for ChannelJson {
    fn from(line: ChannelLine) -> Self {
        Self {
            id: line.id.0,
            name: line.name,
            number: ChannelNumber::from_stored(line.lineup_number),
            category: line.category,
            country: line.country,
            region: None,
            logo_url: line.logo_url,
            epg_id: line.epg_id,
            enabled: line.enabled,
            stream_count: line.stream_count,
            active_stream_count: line.active_stream_count,
            best_resolution: line.best_resolution,
            now: None,
        }
    }
}

impl From<ChannelDetail> for ChannelJson {
    fn from(channel: ChannelDetail) -> Self {
        Self {
            id: channel.id.0,
            name: channel.name,
            number: ChannelNumber::from_stored(channel.lineup_number),
            category: channel.category,
            country: channel.country,
            region: None,
            logo_url: channel.logo_url,
            epg_id: channel.epg_id,
            enabled: channel.enabled,
            stream_count: channel.stream_count,
            active_stream_count: channel.active_stream_count,
            best_resolution: channel.best_resolution,
            now: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use utoipa::openapi::{RefOr, Schema};
    use utoipa::{IntoParams, PartialSchema};

    use super::*;

    #[test]
    fn lists_are_described_by_the_names_that_are_read() {
        let params = ChannelQuery::into_params(|| None);
        let names: Vec<&str> = params.iter().map(|param| param.name.as_str()).collect();
        assert_eq!(names, ChannelList::NAMES);
        let RefOr::T(Schema::Object(body)) = ChannelQuery::schema() else {
            panic!("no object");
        };
        let names: Vec<&str> = body.properties.keys().map(String::as_str).collect();
        assert!(ChannelList::NAMES.iter().all(|name| names.contains(name)) && names.len() == 8);
    }
}
