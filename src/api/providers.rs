//! Providers, for administrators.

use std::collections::BTreeMap;

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpResponse, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::list::{List, Window, WindowParams, envelope};
use super::openapi::ApiError;
use super::renaming::RuleBody;
use super::time::rfc3339;
use super::uploads::Sent;
use crate::ctx::Ctx;
use crate::edge::{Admin, Body, Problem};
use crate::features::catalogue::line_up;
use crate::features::providers::connection::{Tested, TestedHost};
use crate::features::providers::groups::{self, Filter, GroupLine};
use crate::features::providers::xtream::Account;
use crate::features::providers::{self, Host, Shown, Uploaded, connection, store};
use crate::support::ids::ProviderId;

/// A provider as programs see one. What may hold a credential is masked: `***` stands for each part that is not shown.
#[derive(Serialize, ToSchema)]
pub struct ProviderView {
    id: i64,
    name: String,
    /// `m3u` or `xstream`.
    r#type: &'static str,
    enabled: bool,
    /// 1–100, higher is preferred.
    priority: i64,
    xstream_host: Option<String>,
    xstream_username: Option<String>,
    /// `***` if there is one.
    xstream_password: Option<String>,
    backup_hosts: Vec<String>,
    /// Empty for a panel, and where the playlist is a file.
    m3u_url: String,
    /// The playlist that was uploaded; null where there is none.
    m3u_file: Option<FileView>,
    /// Below the folder that `STRM_IMPORT_DIR` names; null where the playlist is no such file.
    m3u_path: Option<String>,
    backup_urls: Vec<String>,
    epg_url: Option<String>,
    user_agent: Option<String>,
    headers: BTreeMap<String, String>,
    /// Names and patterns of the groups that are taken; none: all.
    include_groups: Vec<String>,
    /// Names and patterns of the groups that are left out, even of those included.
    exclude_groups: Vec<String>,
    /// What becomes of the names that it lists, in order.
    rename_rules: Vec<RuleBody>,
    /// Null: not limited.
    max_connections: Option<i64>,
    /// `never_synced`, `ok`, `held`, `failing`, `expired` or `disabled`.
    status: &'static str,
    status_message: Option<String>,
    total_channels: i64,
    active_channels: i64,
    total_vod_movies: i64,
    total_vod_series: i64,
    last_sync: Option<String>,
    last_health_check: Option<String>,
    /// What the panel said of the account at the last run: `active`, `expired`, `banned`, `disabled` or `unknown`.
    account_status: Option<String>,
    /// When the account expires; null: not known, or never.
    expires_at: Option<String>,
    /// How many streams the account allows at once; `max_connections` goes before it.
    account_connections: Option<i64>,
    breaker: Vec<BreakerView>,
    created_at: Option<String>,
    updated_at: Option<String>,
}

/// A playlist that was uploaded. It is kept encrypted and never handed out again.
#[derive(Serialize, ToSchema)]
pub struct FileView {
    /// Unpacked.
    bytes: u64,
    entries: u64,
    uploaded_at: Option<String>,
}

impl From<&Uploaded> for FileView {
    fn from(uploaded: &Uploaded) -> Self {
        Self {
            bytes: uploaded.bytes,
            entries: uploaded.entries,
            uploaded_at: rfc3339(uploaded.at_ms),
        }
    }
}

/// The breaker of one of a provider's hosts.
#[derive(Serialize, ToSchema)]
pub struct BreakerView {
    /// `host:port`.
    host: String,
    /// `closed`, `open` or `half_open`.
    state: &'static str,
    consecutive_failures: u32,
    open_until: Option<String>,
    /// Why the host gave nothing the last time that it did not; kept after it recovered.
    last_error: Option<String>,
    last_error_at: Option<String>,
}

/// The fields of a provider as they are sent. In a PATCH what is absent stays, null gives the default back, and an
/// address sent as it is shown stays what it is.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described, never read")]
pub struct ProviderFields {
    /// 1–100 characters.
    name: String,
    /// `m3u` or `xstream`; `xtream` is taken too.
    r#type: String,
    /// The panel's address, with its port: needed for `xstream`, as are user name and password.
    xstream_host: Option<String>,
    xstream_username: Option<String>,
    xstream_password: Option<String>,
    /// At most ten further addresses of the panel.
    backup_hosts: Option<Vec<String>>,
    /// Needed for `m3u`, unless a file is.
    m3u_url: Option<String>,
    /// In place of an address: a file of the server's machine, relative to the folder that `STRM_IMPORT_DIR` names.
    m3u_path: Option<String>,
    backup_urls: Option<Vec<String>>,
    epg_url: Option<String>,
    user_agent: Option<String>,
    headers: Option<BTreeMap<String, String>>,
    /// At most 500 names of groups, compared without case and accents; `*` stands for any text, `\*` for a star. Takes
    /// effect with the next sync.
    include_groups: Option<Vec<String>>,
    /// As `include_groups`.
    exclude_groups: Option<Vec<String>>,
    /// At most 50. Take effect with the next sync; `rename-preview` says beforehand what they would do.
    rename_rules: Option<Vec<RuleBody>>,
    /// 1–100; 50 if absent.
    priority: Option<i64>,
    enabled: Option<bool>,
    max_connections: Option<i64>,
}

/// The playlist of a provider as a part of a form, beside the fields that JSON has, each a part of its own. Lists come as
/// several parts of one name or as JSON, as `headers` do.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described, never read")]
pub struct ProviderParts {
    /// A playlist, gzip or not, in place of `m3u_url`. It replaces the one before once it is known to be a playlist; null in
    /// JSON forgets it.
    #[schema(format = Binary)]
    m3u_file: Option<String>,
}

/// What a connection test found.
#[derive(Serialize, ToSchema)]
pub struct TestView {
    /// Whether a sync could begin.
    ok: bool,
    message: String,
    hosts: Vec<TestedHostView>,
    /// Null for playlists, which have none, and where no host knows it.
    account: Option<AccountView>,
}

/// What a panel says of an account.
#[derive(Serialize, ToSchema)]
pub struct AccountView {
    /// `active`, `expired`, `banned`, `disabled` or `unknown`.
    status: &'static str,
    /// Null: it does not expire.
    expires_at: Option<String>,
    /// Null: not limited.
    max_connections: Option<i64>,
    active_connections: Option<i64>,
}

/// What one host answered.
#[derive(Serialize, ToSchema)]
pub struct TestedHostView {
    host: String,
    ok: bool,
    latency_ms: Option<u64>,
    error: Option<String>,
}

impl From<Shown> for ProviderView {
    fn from(shown: Shown) -> Self {
        let provider = shown.provider;
        let status = provider.status().as_str();
        Self {
            id: provider.id.0,
            r#type: provider.kind.as_str(),
            enabled: provider.enabled,
            priority: provider.priority,
            xstream_host: given(shown.xstream_host),
            xstream_username: given(shown.xstream_username),
            xstream_password: given(shown.xstream_password),
            backup_hosts: shown.backup_hosts,
            m3u_url: shown.m3u_url,
            m3u_file: provider.source.uploaded().map(FileView::from),
            m3u_path: provider.source.path().map(str::to_owned),
            backup_urls: shown.backup_urls,
            epg_url: shown.epg_url,
            headers: shown.headers,
            include_groups: provider.reading.include_groups,
            exclude_groups: provider.reading.exclude_groups,
            rename_rules: provider
                .reading
                .rename_rules
                .into_iter()
                .map(RuleBody::from)
                .collect(),
            max_connections: provider.max_connections,
            status,
            total_channels: provider.total_channels,
            active_channels: provider.active_channels,
            total_vod_movies: provider.total_vod_movies,
            total_vod_series: provider.total_vod_series,
            last_sync: provider.last_sync.and_then(rfc3339),
            last_health_check: None,
            account_status: provider.account_status,
            expires_at: provider.expires_at.and_then(rfc3339),
            account_connections: provider.account_connections,
            breaker: shown.hosts.into_iter().map(BreakerView::from).collect(),
            created_at: rfc3339(provider.created_at),
            updated_at: rfc3339(provider.updated_at),
            name: provider.name,
            user_agent: provider.user_agent,
            status_message: provider.status_message,
        }
    }
}

impl From<Host> for BreakerView {
    fn from(host: Host) -> Self {
        let (last_error, last_error_at) = host.last_error.clone().unzip();
        Self {
            last_error,
            last_error_at: last_error_at.and_then(rfc3339),
            state: host.state_name(),
            open_until: host.open_until_ms().and_then(rfc3339),
            consecutive_failures: host.consecutive_failures,
            host: host.name,
        }
    }
}

impl From<Tested> for TestView {
    fn from(tested: Tested) -> Self {
        let host = |host: TestedHost| TestedHostView {
            ok: host.error.is_none(),
            host: host.host,
            latency_ms: host.latency_ms,
            error: host.error,
        };
        Self {
            ok: tested.ok,
            message: tested.message,
            hosts: tested.hosts.into_iter().map(host).collect(),
            account: tested.account.map(AccountView::from),
        }
    }
}

impl From<Account> for AccountView {
    fn from(account: Account) -> Self {
        Self {
            status: account.status.as_str(),
            expires_at: account.expires_at_ms.and_then(rfc3339),
            max_connections: account.max_connections,
            active_connections: account.active_connections,
        }
    }
}

fn given(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// The providers, those preferred first.
#[utoipa::path(get, path = "/api/providers", tag = "providers", params(WindowParams), responses(
    (status = 200, body = List<ProviderView>), (status = 403, body = ApiError), (status = 422, body = ApiError)))]
pub(super) async fn index(
    _: Admin,
    ctx: Data<Ctx>,
    window: Window,
) -> Result<Json<List<ProviderView>>, Problem> {
    let listed = providers::list(&ctx, window.0).await?;
    Ok(envelope(listed, window, ProviderView::from))
}

/// Adds a provider. No sync starts by itself.
#[utoipa::path(post, path = "/api/providers", tag = "providers",
    request_body(content((ProviderFields = "application/json"), (ProviderParts = "multipart/form-data"))), responses(
    (status = 201, body = ProviderView), (status = 403, body = ApiError),
    (status = 409, body = ApiError, description = "The name is taken"),
    (status = 413, body = ApiError, description = "The file is too large"), (status = 422, body = ApiError)))]
pub(super) async fn create(admin: Admin, ctx: Data<Ctx>, body: Body) -> Result<HttpResponse, Problem> {
    let mut sent = Sent::read(body, &ctx).await?;
    let id = providers::create(&ctx, &admin.user.actor(), sent.wish(), None).await?;
    let made = providers::show(&ctx, id).await?;
    Ok(HttpResponse::build(StatusCode::CREATED).json(ProviderView::from(made)))
}

/// One provider.
#[utoipa::path(get, path = "/api/providers/{id}", tag = "providers", params(("id" = i64, Path)), responses(
    (status = 200, body = ProviderView), (status = 403, body = ApiError), (status = 404, body = ApiError)))]
pub(super) async fn show(
    _: Admin,
    ctx: Data<Ctx>,
    id: Path<ProviderId>,
) -> Result<Json<ProviderView>, Problem> {
    Ok(Json(providers::show(&ctx, id.into_inner()).await?.into()))
}

/// Changes a provider.
#[utoipa::path(patch, path = "/api/providers/{id}", tag = "providers", params(("id" = i64, Path)),
    request_body(content((ProviderFields = "application/json"), (ProviderParts = "multipart/form-data"))), responses(
    (status = 200, body = ProviderView), (status = 403, body = ApiError), (status = 404, body = ApiError),
    (status = 409, body = ApiError, description = "The name is taken"),
    (status = 413, body = ApiError, description = "The file is too large"), (status = 422, body = ApiError)))]
pub(super) async fn update(
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<ProviderId>,
    body: Body,
) -> Result<Json<ProviderView>, Problem> {
    let id = id.into_inner();
    let mut sent = Sent::read(body, &ctx).await?;
    line_up::update(&ctx, &admin.user.actor(), id, sent.wish()).await?;
    Ok(Json(providers::show(&ctx, id).await?.into()))
}

/// Removes a provider: it is gone at once, its streams follow by a job.
#[utoipa::path(delete, path = "/api/providers/{id}", tag = "providers", params(("id" = i64, Path)), responses(
    (status = 204), (status = 403, body = ApiError), (status = 404, body = ApiError)))]
pub(super) async fn delete(
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<ProviderId>,
) -> Result<HttpResponse, Problem> {
    line_up::remove(&ctx, &admin.user.actor(), id.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Asks each host of a provider once whether it sends a playlist.
#[utoipa::path(post, path = "/api/providers/{id}/test", tag = "providers", params(("id" = i64, Path)), responses(
    (status = 200, body = TestView), (status = 403, body = ApiError), (status = 404, body = ApiError)))]
pub(super) async fn test(_: Admin, ctx: Data<Ctx>, id: Path<ProviderId>) -> Result<Json<TestView>, Problem> {
    let provider = store::get(&ctx.db, id.into_inner()).await?;
    let tested = connection::test(&ctx, &provider).await?;
    Ok(Json(tested.into()))
}

/// A group of a provider's list.
#[derive(Serialize, ToSchema)]
pub struct GroupView {
    /// `Uncategorized` for entries without a group.
    name: String,
    streams: i64,
    films: i64,
    episodes: i64,
    /// Whether the present choice takes it; effective with the next sync.
    taken: bool,
    /// The name or pattern of `exclude_groups` that leaves it out.
    excluded_by: Option<String>,
}

/// Which groups are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GroupFilter {
    /// Words that all occur in the name, case- and accent-blind.
    q: Option<String>,
    /// Only those that are taken, or only those that are left out.
    taken: Option<bool>,
}

/// The groups that a provider's list held when it was last read, by name.
#[utoipa::path(get, path = "/api/providers/{id}/groups", tag = "providers",
    params(("id" = i64, Path), GroupFilter, WindowParams), responses(
    (status = 200, body = List<GroupView>), (status = 403, body = ApiError), (status = 404, body = ApiError),
    (status = 422, body = ApiError)))]
pub(super) async fn groups(
    _: Admin,
    ctx: Data<Ctx>,
    id: Path<ProviderId>,
    window: Window,
    filter: Query<GroupFilter>,
) -> Result<Json<List<GroupView>>, Problem> {
    let provider = store::get(&ctx.db, id.into_inner()).await?;
    let filter = filter.into_inner();
    let filter = Filter {
        q: filter.q.unwrap_or_default(),
        taken: filter.taken,
    };
    let listing = groups::list(&ctx.db, &provider, &filter, window.0).await?;
    Ok(envelope(listing.lines, window, GroupView::from))
}

impl From<GroupLine> for GroupView {
    fn from(line: GroupLine) -> Self {
        Self {
            name: line.name().to_owned(),
            streams: line.offered.streams,
            films: line.offered.films,
            episodes: line.offered.episodes,
            taken: line.is_taken,
            excluded_by: line.excluded_by,
        }
    }
}
