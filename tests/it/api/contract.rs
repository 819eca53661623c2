//! What the description of the API promises, and who is kept out of what, over every route there is.

use m3u_strm_processor::api::ROUTES;
use m3u_strm_processor::db::Engine;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{TestApp, seed};

/// What somebody who administers nothing may ask.
const FOR_EVERYBODY: [(&str, &str); 35] = [
    ("post", "/api/auth/login"),
    ("post", "/api/auth/logout"),
    ("post", "/api/auth/password"),
    ("get", "/api/auth/me"),
    ("get", "/api/auth/sessions"),
    ("delete", "/api/auth/sessions/{id}"),
    ("get", "/api/output-credentials"),
    ("post", "/api/output-credentials"),
    ("delete", "/api/output-credentials/{id}"),
    ("get", "/api/auth/second-factor"),
    ("post", "/api/auth/second-factor"),
    ("delete", "/api/auth/second-factor"),
    ("post", "/api/auth/second-factor/confirmation"),
    ("post", "/api/auth/second-factor/recovery-codes"),
    ("get", "/api/tokens"),
    ("post", "/api/tokens"),
    ("delete", "/api/tokens/{id}"),
    ("get", "/api/channels"),
    ("get", "/api/channels/categories"),
    ("get", "/api/channels/{id}"),
    ("get", "/api/channels/{id}/streams"),
    ("get", "/api/vod/movies"),
    ("get", "/api/vod/movies/{id}"),
    ("get", "/api/vod/series"),
    ("get", "/api/vod/series/{id}"),
    ("get", "/api/vod/stats"),
    ("get", "/api/favorites"),
    ("post", "/api/favorites"),
    ("delete", "/api/favorites/{id}"),
    ("get", "/api/health/status"),
    ("get", "/api/system/health"),
    ("get", "/api/system/stats"),
    ("get", "/api/analytics/history"),
    ("post", "/api/analytics/history"),
    ("patch", "/api/analytics/history/{id}"),
];

fn filled_in(path: &str) -> String {
    path.replace("{id}", "1").replace("{key}", "log_level")
}

fn method(name: &str) -> Method {
    Method::from_bytes(name.to_uppercase().as_bytes()).unwrap()
}

#[tokio::test]
async fn a_viewer_is_kept_out_of_every_route_but_these() {
    let app = TestApp::with(Engine::Sqlite, &[]).await;
    seed::catalogue(&app.ctx.db, 2).await;
    let viewer = app.viewer_token("guest").await;
    let document = app.json(&viewer, "/api/openapi.json", 200).await;
    for (name, path) in ROUTES {
        let is_open = FOR_EVERYBODY.contains(&(*name, *path)) || *path == "/api/openapi.json";
        if is_open && *name != "get" {
            continue;
        }
        let answer = app
            .send(&viewer, method(name), &filled_in(path), &json!({}))
            .await;
        let forbidden = answer.status() == StatusCode::FORBIDDEN;
        assert_eq!(forbidden, !is_open, "{name} {path} answers {}", answer.status());
        let described = document["paths"][*path][*name]["responses"]["403"].is_object();
        assert!(described || is_open, "{name} {path}: 403 is not described");
    }
    let known = |route: &&(&str, &str)| !ROUTES.iter().any(|(name, path)| (*name, *path) == **route);
    assert_eq!(FOR_EVERYBODY.iter().find(known), None, "there is no such route");
}

#[tokio::test]
async fn every_answer_is_as_the_description_says() {
    let app = TestApp::with(Engine::Sqlite, &[]).await;
    seed::catalogue(&app.ctx.db, 3).await;
    let token = app.admin_token().await;
    let document = app.json(&token, "/api/openapi.json", 200).await;
    for kind in ["channel_id", "vod_movie_id", "vod_series_id"] {
        let marked = app
            .send(&token, Method::POST, "/api/favorites", &json!({kind: 1}))
            .await;
        assert_eq!(marked.status(), 201);
        let played = app
            .send(&token, Method::POST, "/api/analytics/history", &json!({kind: 1}))
            .await;
        assert_eq!(played.status(), 201);
    }
    let mut wrong = Vec::new();
    for (_, path) in ROUTES.iter().filter(|(name, _)| *name == "get") {
        let described = &document["paths"][*path]["get"];
        let mut requests = vec![filled_in(path)];
        if path.contains("{id}") {
            requests.push(path.replace("{id}", "987654321"));
        }
        let takes_a_window = described["parameters"]
            .as_array()
            .is_some_and(|parameters| parameters.iter().any(|parameter| parameter["name"] == "limit"));
        if takes_a_window {
            requests.push(format!("{}?limit=0", filled_in(path)));
        }
        for request in requests {
            let answer = app.api(&token, Method::GET, &request).await;
            let status = answer.status();
            let body: Value = answer.json().await.unwrap();
            if takes_a_window && request.ends_with("limit=0") && status != 422 {
                wrong.push(format!("{request}: answers {status}"));
            }
            let response = &described["responses"][status.as_str()];
            if response.is_null() {
                wrong.push(format!("{request}: {status} is not described"));
                continue;
            }
            let schema = &response["content"]["application/json"]["schema"];
            if !schema.is_null() {
                compare(&document, schema, &body, &request, &mut wrong);
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Where `value` is other than `schema` says: types, missing and undescribed properties.
fn compare(document: &Value, schema: &Value, value: &Value, at: &str, wrong: &mut Vec<String>) {
    let schema = resolved(document, schema);
    for key in ["oneOf", "anyOf"] {
        if let Some(choices) = schema[key].as_array() {
            let fits = choices.iter().any(|choice| {
                let mut found = Vec::new();
                compare(document, choice, value, at, &mut found);
                found.is_empty()
            });
            if !fits {
                wrong.push(format!("{at}: fits none of {key}"));
            }
            return;
        }
    }
    let allowed: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => return,
    };
    let is = |kind: &str| match kind {
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => value.is_null(),
    };
    if !allowed.iter().any(|kind| is(kind)) {
        wrong.push(format!("{at}: {value} is none of {allowed:?}"));
        return;
    }
    if let Some(items) = value.as_array() {
        for item in items {
            compare(document, &schema["items"], item, &format!("{at}[]"), wrong);
        }
    }
    let (Some(value), Some(properties)) = (value.as_object(), schema["properties"].as_object()) else {
        return;
    };
    for name in schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        if !value.contains_key(name) {
            wrong.push(format!("{at}.{name}: missing"));
        }
    }
    for (name, value) in value {
        match properties.get(name) {
            Some(schema) => compare(document, schema, value, &format!("{at}.{name}"), wrong),
            None => wrong.push(format!("{at}.{name}: not described")),
        }
    }
}

fn resolved<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    match schema["$ref"].as_str() {
        Some(reference) => document
            .pointer(reference.trim_start_matches('#'))
            .unwrap_or(schema),
        None => schema,
    }
}
