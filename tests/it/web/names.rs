use m3u_strm_processor::features::providers::renames::Rule;
use m3u_strm_processor::features::providers::store;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::played::Played;
use crate::on_both_engines;

impl Played {
    fn names(&self) -> String {
        format!("{}/names", self.path())
    }

    async fn rules(&self) -> Vec<Rule> {
        let provider = store::get(&self.app.ctx.db, self.provider).await.unwrap();
        provider.reading.rename_rules
    }

    async fn shown(&self, form: &[(&str, &str)], status: StatusCode) -> String {
        let answer = self.app.post(&self.token, &self.names(), form).await;
        assert_eq!(answer.status(), status);
        answer.text().await.unwrap()
    }
}

/// The values of the fields of this name, in their order.
fn values(page: &str, field: &str) -> Vec<String> {
    let of = |place: usize| {
        let input = page.split(&format!("name=\"{field}-{place}\"")).next()?;
        let value = input.rsplit("value=\"").next()?;
        value.split('"').next().map(str::to_owned)
    };
    let count = page.matches(&format!("name=\"{field}-")).count();
    (0..count).filter_map(of).collect()
}

on_both_engines! {
    async fn rules_are_looked_at_saved_and_applied_from_their_page(played: Played) {
        played.lists(&["XX| One", "XX| Two", "Three"]);
        played.sync().await;
        let page = played.app.page(&played.token, &played.path(), 200).await;
        assert!(page.contains("as they are listed") && page.contains(&played.names()));
        let form = [
            ("pattern-0", "^XX. "), ("replacement-0", ""), ("kinds-0", "live"),
            ("pattern-1", "(Tw)o"), ("replacement-1", "<b>$1</b>"), ("kinds-1", ""),
            ("pattern-2", ""), ("replacement-2", ""), ("kinds-2", ""),
        ];
        let with = |act| form.iter().copied().chain([("act", act)]).collect::<Vec<_>>();
        let page = played.shown(&with("preview"), StatusCode::OK).await;
        assert!(page.contains("The rules rename 2 of 3 names; 2 names would change from what they are now."), "{page}");
        assert!(page.contains("XX| Two") && page.contains("&#60;b&#62;Tw&#60;/b&#62;") && !page.contains("<b>Tw"), "names are text");
        assert!(played.rules().await.is_empty(), "looking saves nothing");
        let saved = played.app.post(&played.token, &played.names(), &with("save")).await;
        assert_eq!(saved.status(), StatusCode::SEE_OTHER);
        assert_eq!(saved.headers()["location"], played.path());
        let rules = played.rules().await;
        assert_eq!((rules.len(), rules[1].replacement.as_str()), (2, "<b>$1</b>"), "an empty row is no rule");
        let run = played.last_job().await;
        let run = played.app.page(&played.token, &format!("/syncs/{}", played.run_of(&run).await), 200).await;
        assert!(run.contains("Renamed"), "{run}");
        let page = played.app.page(&played.token, &played.path(), 200).await;
        assert!(page.contains("by 2 rules"), "{page}");
        let found = played.app.json(&played.token, "/api/channels?q=One", 200).await;
        let channel = &found["items"][0];
        assert_eq!(channel["name"], "One");
        let page = played.app.page(&played.token, &format!("/channels/{}", channel["id"]), 200).await;
        assert!(page.contains("listed as <bdi>XX| One</bdi>"), "{page}");
        let audit = played.app.page(&played.token, "/audit", 200).await;
        assert!(audit.contains("rename_rules"), "{audit}");
    }

    async fn programs_save_rules_and_see_beforehand_what_they_do(played: Played) {
        played.lists(&["XX| One", "XX| Two", "Three"]);
        played.sync().await;
        let (app, token, path) = (&played.app, &played.token, format!("/api/providers/{}", played.provider));
        let rules = json!([{ "pattern": "^XX. ", "kinds": ["series", "live", "films"] }]);
        let preview = format!("{path}/rename-preview");
        let answer = app.send(token, Method::POST, &preview, &json!({ "rename_rules": rules })).await;
        assert_eq!(answer.status(), 200);
        let seen: Value = answer.json().await.unwrap();
        assert_eq!(seen, json!({ "names": 3, "renamed": 2, "changed": 2, "complete": true, "found": [2], "examples": [
            { "kind": "live", "listed": "XX| One", "name": "One" }, { "kind": "live", "listed": "XX| Two", "name": "Two" }] }));
        let shown: Value = app.send(token, Method::PATCH, &path, &json!({ "rename_rules": rules })).await.json().await.unwrap();
        assert_eq!(shown["rename_rules"], json!([{ "pattern": "^XX. ", "replacement": "", "kinds": [] }]));
        let seen: Value = app.send(token, Method::POST, &preview, &json!({})).await.json().await.unwrap();
        assert_eq!(seen["renamed"], 2, "without rules those that are saved");
        played.sync().await;
        let found = app.json(token, "/api/channels?q=Two", 200).await;
        let streams = app.json(token, &format!("/api/channels/{}/streams", found["items"][0]["id"]), 200).await;
        assert_eq!((&streams["items"][0]["original_name"], &streams["items"][0]["listed_name"]), (&json!("Two"), &json!("XX| Two")));
        let wrong = json!({ "rename_rules": [{ "pattern": "(" }] });
        for (method, path) in [(Method::POST, &preview), (Method::PATCH, &path)] {
            let answer = app.send(token, method, path, &wrong).await;
            assert_eq!(answer.status(), 422);
            let answer: Value = answer.json().await.unwrap();
            assert_eq!(answer["error"]["fields"]["rename_rules"], json!(["Rule 1: This is no regular expression: unclosed group."]));
        }
        app.send(token, Method::PATCH, &path, &json!({ "name": "Another", "exclude_groups": ["VOD"] })).await;
        assert_eq!(played.rules().await.len(), 1, "what is not sent stays");
        assert_eq!(app.send(token, Method::POST, "/api/providers/99/rename-preview", &json!({})).await.status(), 404);
    }
}

#[tokio::test]
async fn the_form_adds_moves_and_removes_rules_without_saving() {
    let played = Played::start().await;
    let page = played.app.page(&played.token, &played.names(), 200).await;
    assert_eq!(values(&page, "pattern"), [""], "one empty rule to begin with");
    let rules = |act: &'static str| {
        vec![
            ("pattern-0", "a"),
            ("pattern-1", "b"),
            ("pattern-2", "c"),
            ("act", act),
        ]
    };
    for (act, left) in [
        ("add", vec!["a", "b", "c", ""]),
        ("remove-1", vec!["a", "c"]),
        ("raise-2", vec!["a", "c", "b"]),
        ("lower-0", vec!["b", "a", "c"]),
        ("raise-0", vec!["a", "b", "c"]),
        ("remove-49", vec!["a", "b", "c"]),
    ] {
        let page = played.shown(&rules(act), StatusCode::OK).await;
        assert_eq!(values(&page, "pattern"), left, "{act}");
    }
    assert!(played.rules().await.is_empty());
    for act in ["burn", "remove-x", "remove-50", ""] {
        played.shown(&rules(act), StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let page = played
        .shown(
            &[("pattern-0", "a"), ("kinds-0", "radio"), ("act", "save")],
            StatusCode::UNPROCESSABLE_ENTITY,
        )
        .await;
    assert!(page.contains("Choose which names a rule is for."));
}

#[tokio::test]
async fn what_is_wrong_with_a_rule_stands_at_its_field() {
    let played = Played::start().await;
    let form = [
        ("pattern-0", "ok"),
        ("pattern-4", "(UK"),
        ("replacement-4", "$1"),
        ("pattern-7", "UK"),
        ("replacement-7", "$1"),
        ("act", "save"),
    ];
    let page = played.shown(&form, StatusCode::UNPROCESSABLE_ENTITY).await;
    let pattern = "id=\"names-pattern-1-error\" data-field-error=\"names-pattern-1\">This is no regular expression: unclosed group.";
    let replacement = "id=\"names-replacement-2-error\" data-field-error=\"names-replacement-2\">The pattern has no such group";
    assert!(page.contains(pattern) && page.contains(replacement), "{page}");
    assert_eq!(
        values(&page, "pattern"),
        ["ok", "(UK", "UK"],
        "what was typed stays"
    );
    let preview = [("pattern-0", "(UK"), ("act", "preview")];
    played.shown(&preview, StatusCode::UNPROCESSABLE_ENTITY).await;
    assert!(played.rules().await.is_empty());
    let many: Vec<(String, String)> = (0..60)
        .map(|at| (format!("pattern-{at}"), "x".to_owned()))
        .collect();
    let many: Vec<(&str, &str)> = many
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .chain([("act", "save")])
        .collect();
    played.shown(&many, StatusCode::UNPROCESSABLE_ENTITY).await;
}
