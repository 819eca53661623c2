use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::played::Played;
use crate::on_both_engines;

const RULES: &str = "/api/merge-rules";

fn form(pattern1: &str) -> Vec<(&str, &str)> {
    vec![
        ("rule_type", "always_merge"),
        ("pattern1", pattern1),
        ("pattern2", "^k1$"),
        ("region1", ""),
        ("provider_id", ""),
        ("priority", "50"),
        ("enabled", "true"),
    ]
}

on_both_engines! {
    async fn programs_make_try_change_and_remove_rules(played: Played) {
        played.lists(&["Kabel Eins", "K1", "CNN"]);
        played.sync().await;
        let (app, token) = (&played.app, played.token.as_str());
        let rule = json!({ "rule_type": "always_merge", "pattern1": "^kabel eins$", "pattern2": "^k1$", "region1": null,
            "priority": 70, "reason": "one station" });
        let answer = app.send(token, Method::POST, &format!("{RULES}/preview"), &rule).await;
        assert_eq!(answer.status(), 200);
        let preview: Value = answer.json().await.unwrap();
        assert_eq!((&preview["streams_found"], &preview["merged"]["channels"], &preview["merged"]["into"]), (&json!([2, 0]), &json!(2), &json!(1)));
        assert_eq!(preview["merged"]["samples"][0]["channels"][0]["name"], "Kabel Eins");
        assert_eq!(app.json(token, RULES, 200).await["total"], 0);
        let answer = app.send(token, Method::POST, RULES, &rule).await;
        assert_eq!(answer.status(), StatusCode::CREATED);
        let made: Value = answer.json().await.unwrap();
        assert_eq!((&made["enabled"], &made["priority"], &made["author"]), (&json!(true), &json!(70), &json!("admin")));
        played.last_job().await;
        assert_eq!(app.json(token, "/api/channels", 200).await["total"], 2);
        let path = format!("{RULES}/{}", made["id"]);
        let answer = app.send(token, Method::PATCH, &path, &json!({ "enabled": false, "reason": null })).await;
        assert_eq!(answer.status(), 200);
        let changed: Value = answer.json().await.unwrap();
        assert_eq!((&changed["enabled"], &changed["reason"], &changed["pattern2"]), (&json!(false), &json!(null), &json!("^k1$")));
        played.last_job().await;
        assert_eq!(app.json(token, "/api/channels", 200).await["total"], 3);
        let listed = app.json(token, RULES, 200).await;
        assert_eq!((&listed["total"], &listed["items"][0]["id"], &listed["items"][0]["job_id"]), (&json!(1), &made["id"], &json!(null)));
        let narrower = json!({ "id": made["id"], "rule_type": "always_merge", "pattern1": "^kabel 2$" });
        let answer = app.send(token, Method::POST, &format!("{RULES}/preview"), &narrower).await;
        assert_eq!(answer.json::<Value>().await.unwrap()["streams_found"], json!([0, 0]));
        let same = app.send(token, Method::PATCH, &path, &json!({ "enabled": false })).await;
        assert_eq!(same.json::<Value>().await.unwrap()["job_id"], json!(null), "nothing is begun for nothing");
        assert_eq!(app.api(token, Method::DELETE, &path).await.status(), 204);
        assert_eq!(app.api(token, Method::DELETE, &path).await.status(), 404);
        assert_eq!(app.send(token, Method::PATCH, &path, &json!({ "priority": 1 })).await.status(), 404);
    }

    async fn rules_that_cannot_be_are_refused_by_field(played: Played) {
        let (app, token) = (&played.app, played.token.as_str());
        let rule = |field: &str, value: Value| {
            let mut rule = json!({ "rule_type": "always_merge", "pattern1": "a" });
            rule[field] = value;
            rule
        };
        let long = "a".repeat(301);
        for (field, rule) in [
            ("rule_type", rule("rule_type", json!("sometimes"))),
            ("rule_type", json!({ "pattern1": "a" })),
            ("pattern1", json!({ "rule_type": "never_merge" })),
            ("pattern1", rule("pattern1", json!("("))),
            ("pattern1", rule("pattern1", json!(r"(\w{1000}){1000}"))),
            ("pattern1", rule("pattern1", json!(long))),
            ("pattern1", rule("rule_type", json!("custom"))),
            ("pattern1", rule("pattern1", json!(7))),
            ("pattern1", rule("pattern1", json!("  "))),
            ("pattern1", rule("pattern1", json!("a\nb"))),
            ("pattern2", rule("pattern2", json!("[z-a]"))),
            ("region1", rule("region1", json!("Elbonia"))),
            ("region2", rule("region2", json!("DE"))),
            ("provider_id", rule("provider_id", json!(987_654_321))),
            ("priority", rule("priority", json!(0))),
            ("priority", rule("priority", json!(101))),
            ("enabled", rule("enabled", json!("yes"))),
            ("reason", rule("reason", json!("x".repeat(501)))),
        ] {
            for path in [RULES.to_owned(), format!("{RULES}/preview")] {
                let answer = app.send(token, Method::POST, &path, &rule).await;
                assert_eq!(answer.status(), 422, "{field}: {rule}");
                let answer: Value = answer.json().await.unwrap();
                assert!(answer["error"]["fields"][field].is_array(), "{rule}: {answer}");
            }
        }
        let answer = app.send(token, Method::POST, RULES, &rule("pattern1", json!(r"\w{300}"))).await;
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["error"]["fields"]["pattern1"][0],
            "This expression grows too large: use fewer repetitions, such as + in place of {1,50}.");
        let mut unknown = rule("id", json!("first"));
        assert_eq!(app.send(token, Method::POST, &format!("{RULES}/preview"), &unknown).await.status(), 422);
        unknown["id"] = json!(987_654_321);
        assert_eq!(app.send(token, Method::POST, &format!("{RULES}/preview"), &unknown).await.status(), 404);
        assert_eq!(app.json(token, RULES, 200).await["total"], 0);
    }
}

#[tokio::test]
async fn an_administrator_tries_a_rule_before_keeping_it() {
    let played = Played::start().await;
    played.lists(&["Kabel Eins", "K1", "CNN"]);
    played.sync().await;
    let (app, token) = (&played.app, played.token.as_str());
    let page = app.page(token, "/merge-rules", 200).await;
    assert!(page.contains("No rules yet") && page.contains("href=\"/merge-rules\""));
    let page = app.page(token, "/merge-rules/new", 200).await;
    assert!(page.contains("before anything changes") && page.contains("formaction=\"/merge-rules/preview\""));
    let tried = app
        .post(token, "/merge-rules/preview", &form("^kabel eins$"))
        .await;
    assert_eq!(tried.status(), 200);
    let page = tried.text().await.unwrap();
    assert!(
        page.contains("It finds 2 streams.") && page.contains("2 channels would become 1"),
        "{page}"
    );
    assert!(page.contains("value=\"^kabel eins$\""), "what was typed stays");
    let fragment = app
        .post_fragment(token, "/merge-rules/preview", &form("^kabel eins$"))
        .await;
    let fragment = fragment.text().await.unwrap();
    assert!(
        fragment.starts_with("<p>It finds 2 streams.") && !fragment.contains("<form"),
        "{fragment}"
    );
    assert_eq!(app.json(token, "/api/channels", 200).await["total"], 3);
    let saved = app.post(token, "/merge-rules", &form("^kabel eins$")).await;
    assert_eq!(saved.status(), StatusCode::SEE_OTHER);
    played.last_job().await;
    assert_eq!(app.json(token, "/api/channels", 200).await["total"], 2);
    let id = app.json(token, RULES, 200).await["items"][0]["id"].to_string();
    let page = app.page(token, "/merge-rules", 200).await;
    assert!(page.contains("Always one channel") && page.contains(&format!("/merge-rules/{id}/edit")));
    let edit = app.page(token, &format!("/merge-rules/{id}/edit"), 200).await;
    assert!(edit.contains("value=\"^kabel eins$\"") && edit.contains("value=\"^k1$\""));
    let none = app
        .post_fragment(token, &format!("/merge-rules/{id}/preview"), &form("^kabel 2$"))
        .await;
    let none = none.text().await.unwrap();
    assert!(none.contains("1 channel would become 2"), "{none}");
    let same = app
        .post(token, &format!("/merge-rules/{id}"), &form("^kabel eins$"))
        .await;
    assert_eq!(same.status(), StatusCode::SEE_OTHER);
    assert!(app.page(token, "/jobs", 200).await.contains("Merge rules"));
    let removal = app.page(token, &format!("/merge-rules/{id}/removal"), 200).await;
    assert!(removal.contains("^kabel eins$") && removal.contains("split or merged by hand"));
    let dialog = app.fragment(token, &format!("/merge-rules/{id}/removal")).await;
    assert!(dialog.contains("<dialog") && !dialog.contains("<html"));
    for (act, total) in [("deactivation", 3), ("activation", 2), ("removal", 3)] {
        let done = app.post(token, &format!("/merge-rules/{id}/{act}"), &[]).await;
        assert_eq!(done.status(), StatusCode::SEE_OTHER);
        played.last_job().await;
        assert_eq!(
            app.json(token, "/api/channels", 200).await["total"],
            total,
            "{act}"
        );
    }
    app.page(token, &format!("/merge-rules/{id}/edit"), 404).await;
    app.page(token, &format!("/merge-rules/{id}/removal"), 404).await;
    for path in [
        "/merge-rules/99",
        "/merge-rules/99/preview",
        "/merge-rules/99/removal",
    ] {
        assert_eq!(app.post(token, path, &form("a")).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn a_form_that_cannot_stand_comes_back_with_what_was_typed() {
    let played = Played::start().await;
    let (app, token) = (&played.app, played.token.as_str());
    for path in ["/merge-rules", "/merge-rules/preview"] {
        let wrong = app.post(token, path, &form("(<script>")).await;
        assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        let wrong = wrong.text().await.unwrap();
        assert!(wrong.contains("This is no regular expression") && !wrong.contains("(<script>"));
        assert!(
            wrong.contains("value=\"(&#60;script&#62;\"") && wrong.contains("value=\"^k1$\""),
            "{wrong}"
        );
    }
    let fragment = app.post_fragment(token, "/merge-rules", &form("")).await;
    assert_eq!(fragment.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let fragment = fragment.text().await.unwrap();
    assert!(
        fragment.starts_with("<form") && fragment.contains("Say what to look for"),
        "{fragment}"
    );
    let untried = app.post_fragment(token, "/merge-rules/preview", &form("")).await;
    assert_eq!(untried.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let untried = untried.text().await.unwrap();
    assert!(
        untried.contains("cannot be tried") && !untried.contains("<form"),
        "{untried}"
    );
    assert_eq!(app.json(token, RULES, 200).await["total"], 0);
}

#[tokio::test]
async fn the_list_of_rules_asks_the_same_however_many_there_are() {
    let played = Played::start().await;
    let (app, token) = (&played.app, played.token.as_str());
    let mut asked = Vec::new();
    for pattern in ["one", "two", "three", "four", "five"] {
        let rule = json!({ "rule_type": "custom", "pattern1": format!("({pattern})"), "provider_id": played.provider,
            "enabled": false });
        assert_eq!(
            app.send(token, Method::POST, RULES, &rule).await.status(),
            StatusCode::CREATED
        );
        app.db.statements.clear();
        let page = app.page(token, "/merge-rules", 200).await;
        assert!(page.contains(pattern) && page.contains("Living room"));
        let mut statements = app.db.statements.all();
        statements.retain(|text, _| text.contains(" merge_rules ") || text.contains(" providers "));
        asked.push(statements);
    }
    assert!(asked.windows(2).all(|pair| pair[0] == pair[1]), "{asked:#?}");
    assert_eq!(asked[0].values().sum::<u64>(), 2, "{:#?}", asked[0]);
}
