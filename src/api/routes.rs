use actix_web::web::{self, ServiceConfig};
use utoipa::OpenApi;

use super::openapi::{self, Security};
use super::{
    audit, auth, bulk, channels, decisions, favourites, hdhomerun, health, jobs, library, live, maintenance,
    merge_rules, output_credentials, performance, plays, providers, renaming, reservations, schedules,
    second_factor, settings, stream_content, stream_quality, streams, strm, syncs, system, tokens, users,
    vod,
};

/// Each path with its methods and handlers: makes the routes, the table that tests go through, and the description.
macro_rules! table {
    ($($path:literal: $($method:ident $($handler:ident)::+),+;)+) => {
        /// Method and path pattern of every route.
        pub const ROUTES: &[(&str, &str)] = &[$($((stringify!($method), $path)),+),+];

        /// Adds every route of the API.
        pub fn routes(config: &mut ServiceConfig) {
            $(config.service(web::resource($path)$(.route(web::$method().to($($handler)::+)))+);)+
        }

        /// The description of the API.
        #[derive(OpenApi)]
        #[openapi(
            info(title = "M3U-STRM-Processor", description = "Channels, films and series of many IPTV providers."),
            paths($($($($handler)::+),+),+),
            modifiers(&Security),
            security(("bearer" = []), ("cookie" = []))
        )]
        pub struct Document;
    };
}

table! {
    "/api/auth/login": post auth::login;
    "/api/auth/logout": post auth::logout;
    "/api/auth/password": post auth::password;
    "/api/auth/me": get auth::me;
    "/api/auth/sessions": get auth::sessions;
    "/api/auth/sessions/{id}": delete auth::end_session;
    "/api/auth/second-factor": get second_factor::show, post second_factor::create, delete second_factor::delete;
    "/api/auth/second-factor/confirmation": post second_factor::confirm;
    "/api/auth/second-factor/recovery-codes": post second_factor::renew_codes;
    "/api/tokens": get tokens::index, post tokens::create;
    "/api/tokens/{id}": delete tokens::delete;
    "/api/users": get users::index, post users::create;
    "/api/users/{id}": get users::show, patch users::update, delete users::delete;
    "/api/users/{id}/second-factor": delete users::disable_second_factor;
    "/api/users/{id}/sessions": get users::sessions, delete users::end_sessions;
    "/api/users/{id}/sessions/{session_id}": delete users::end_session;
    "/api/output-credentials": get output_credentials::index, post output_credentials::create;
    "/api/output-credentials/{id}": delete output_credentials::delete;
    "/api/providers": get providers::index, post providers::create;
    "/api/providers/{id}": get providers::show, patch providers::update, delete providers::delete;
    "/api/providers/{id}/test": post providers::test;
    "/api/providers/{id}/groups": get providers::groups;
    "/api/providers/{id}/rename-preview": post renaming::preview;
    "/api/providers/{id}/sync": post syncs::create;
    "/api/providers/{id}/syncs": get syncs::index;
    "/api/providers/{id}/schedule": get schedules::show, put schedules::update;
    "/api/syncs/{id}": get syncs::show;
    "/api/syncs/{id}/approval": post syncs::approve, delete syncs::reject;
    "/api/jobs": get jobs::index;
    "/api/jobs/{id}": get jobs::show, delete jobs::delete;
    "/api/live/plays": get live::index;
    "/api/live/plays/{id}": delete live::delete;
    "/api/settings": get settings::index;
    "/api/settings/categories": get settings::categories;
    "/api/settings/bulk-update": post settings::bulk_update;
    "/api/settings/reset-defaults": post settings::reset_defaults;
    "/api/settings/{key}": get settings::show, put settings::update, delete settings::delete;
    "/api/system/health": get system::health;
    "/api/system/stats": get system::stats;
    "/api/system/config": get system::config;
    "/api/audit": get audit::index;
    "/api/channels": get channels::index;
    "/api/channels/categories": get channels::categories;
    "/api/channels/bulk": post bulk::create;
    "/api/channels/{id}": get channels::show, patch channels::update;
    "/api/channels/{id}/streams": get streams::index;
    "/api/channels/{id}/streams/order": put streams::order;
    "/api/channels/{id}/split": post decisions::split;
    "/api/channels/{id}/merge": post decisions::merge;
    "/api/channels/{id}/decisions": get decisions::index;
    "/api/channels/{id}/decisions/{decision_id}": delete decisions::delete;
    "/api/streams/{id}": patch streams::update;
    "/api/streams/{id}/check": post health::check;
    "/api/streams/{id}/content-tests": post stream_content::create;
    "/api/health/check": post health::create;
    "/api/health/status": get health::status;
    "/api/providers/{id}/maintenance": get maintenance::index, post maintenance::create;
    "/api/providers/{id}/maintenance/{window_id}": delete maintenance::delete;
    "/api/providers/{id}/reservations": get reservations::index;
    "/api/providers/{id}/reservations/{credential_id}": put reservations::update, delete reservations::delete;
    "/api/merge-rules": get merge_rules::index, post merge_rules::create;
    "/api/merge-rules/preview": post merge_rules::preview;
    "/api/merge-rules/{id}": patch merge_rules::update, delete merge_rules::delete;
    "/api/vod/movies": get vod::movies;
    "/api/vod/movies/{id}": get vod::movie;
    "/api/vod/series": get vod::series_index;
    "/api/vod/series/{id}": get vod::series;
    "/api/vod/stats": get vod::stats;
    "/api/vod/generate-strm": post library::generate;
    "/api/strm/process-m3u": post strm::create;
    "/api/library/trash": get library::trash;
    "/api/library/trash/{id}/restore": post library::restore;
    "/api/hdhomerun/devices": get hdhomerun::index, post hdhomerun::create;
    "/api/hdhomerun/devices/{id}": get hdhomerun::show, patch hdhomerun::update, delete hdhomerun::delete;
    "/api/hdhomerun/devices/{id}/access": post hdhomerun::restore_access;
    "/api/favorites": get favourites::index, post favourites::create;
    "/api/favorites/{id}": delete favourites::destroy;
    "/api/analytics/history": get plays::index, post plays::create;
    "/api/analytics/history/{id}": patch plays::update;
    "/api/analytics/providers/summary": get performance::summary;
    "/api/analytics/providers/{id}/performance": get performance::show;
    "/api/analytics/streams/{id}/quality": get stream_quality::show;
    "/api/analytics/streams/{id}/content": get stream_content::show;
    "/api/openapi.json": get openapi::show;
}
