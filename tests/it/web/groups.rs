use m3u_strm_processor::features::providers::{Reading, store};
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::played::Played;
use crate::on_both_engines;

impl Played {
    fn groups(&self) -> String {
        format!("{}/groups", self.path())
    }

    /// A list with entries of these groups.
    fn lists_groups(&self, groups: &[&str]) {
        let entries = groups.iter().enumerate().map(|(at, group)| {
            format!("#EXTINF:-1 group-title=\"{group}\",Station {at}\nhttp://tv.example/live/{at}.ts\n")
        });
        self.lists_text(&entries.collect::<String>());
    }

    async fn reading(&self) -> Reading {
        let provider = store::get(&self.app.ctx.db, self.provider).await.unwrap();
        provider.reading
    }

    /// Chooses on the page, as without scripts; the message that is shown then.
    async fn choose(&self, form: &[(&str, &str)]) -> String {
        let answer = self.app.post(&self.token, &self.groups(), form).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
        let location = answer.headers()["location"].to_str().unwrap().to_owned();
        let request = self
            .app
            .client
            .get(self.app.url(&location))
            .bearer_auth(&self.token);
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let page = request.header("cookie", cookie).send().await.unwrap();
        assert_eq!(page.status(), 200);
        let page = page.text().await.unwrap();
        let notice = page.split("class=\"flash\">").nth(1).unwrap();
        let words = notice.split("<p>").nth(1).unwrap();
        words.split("</p>").next().unwrap().to_owned()
    }
}

on_both_engines! {
    async fn groups_are_left_out_and_taken_again_by_their_boxes(played: Played) {
        let page = played.app.page(&played.token, &played.groups(), 200).await;
        assert!(page.contains("No groups yet"));
        played.lists_groups(&["UK", "VOD | EN", "VOD | DE", "* 4K *", ""]);
        played.sync().await;
        let page = played.app.page(&played.token, &played.groups(), 200).await;
        assert!(page.contains("VOD | EN") && page.contains("Uncategorized") && page.contains(">Taken</") && !page.contains("x\"></use></svg>Left out"), "{page}");
        let told = played.choose(&[("choice", "leave_out"), ("group", "UK"), ("group", "* 4K *"), ("group", "")]).await;
        assert_eq!(told, "3 groups are left out from the next sync on.");
        assert_eq!(played.reading().await.exclude_groups, ["UK", r"\* 4K \*", "Uncategorized"]);
        played.sync().await;
        let page = played.app.page(&played.token, &format!("{}?taken=false", played.groups()), 200).await;
        assert!(page.contains("3 groups") && !page.contains("VOD | EN"));
        let told = played.choose(&[("choice", "take"), ("group", ""), ("group", "* 4K *"), ("taken", "false")]).await;
        assert_eq!(told, "2 groups are taken from the next sync on.");
        assert_eq!(played.reading().await.exclude_groups, ["UK"]);
        let run = played.sync().await;
        let run = played.app.page(&played.token, &format!("/syncs/{}", played.run_of(&run).await), 200).await;
        assert!(run.contains("In groups left out") && run.contains("See the groups that are left out"), "{run}");
        assert!(!run.contains("Refused entries"), "a choice is no refusal");
    }

    async fn all_that_match_are_chosen_at_once_and_patterns_are_told(played: Played) {
        played.lists_groups(&["UK", "VOD | EN", "VOD | DE"]);
        played.sync().await;
        let told = played.choose(&[("choice", "leave_out_all"), ("q", "vod")]).await;
        assert_eq!(told, "2 groups are left out from the next sync on.");
        assert_eq!(played.reading().await.exclude_groups, ["VOD | DE", "VOD | EN"]);
        let path = format!("/api/providers/{}", played.provider);
        let sent = json!({ "exclude_groups": ["VOD*"] });
        let answer = played.app.send(&played.token, Method::PATCH, &path, &sent).await;
        assert_eq!(answer.status(), 200);
        let told = played.choose(&[("choice", "take"), ("group", "VOD | EN")]).await;
        assert!(told.starts_with("“VOD | EN” stays out because of VOD*"), "{told}");
        let told = played.choose(&[("choice", "take")]).await;
        assert!(told.starts_with("No group was chosen"), "{told}");
        let wrong = played.app.post(&played.token, &played.groups(), &[("choice", "burn"), ("group", "UK")]).await;
        assert_eq!(wrong.status(), 422);
        let wrong = played.app.api(&played.token, Method::GET, &format!("{}?taken=maybe", played.groups())).await;
        assert_eq!(wrong.status(), 422);
    }

    async fn programs_see_the_groups_and_choose_by_pattern(played: Played) {
        played.lists_groups(&["UK", "VOD | EN", "VOD | DE"]);
        played.sync().await;
        let (app, token, path) = (&played.app, &played.token, format!("/api/providers/{}", played.provider));
        let sent = json!({ "exclude_groups": [" VOD* ", "", "VOD*"], "include_groups": ["uk", "vod*"] });
        let shown: serde_json::Value = app.send(token, Method::PATCH, &path, &sent).await.json().await.unwrap();
        assert_eq!((&shown["exclude_groups"], &shown["include_groups"]), (&json!(["VOD*"]), &json!(["uk", "vod*"])));
        let groups = app.json(token, &format!("{path}/groups?limit=2"), 200).await;
        assert_eq!(groups["total"], 3);
        assert_eq!(groups["items"][0], json!({ "name": "UK", "streams": 1, "films": 0, "episodes": 0, "taken": true, "excluded_by": null }));
        assert_eq!((&groups["items"][1]["taken"], &groups["items"][1]["excluded_by"]), (&json!(false), &json!("VOD*")));
        let groups = app.json(token, &format!("{path}/groups?taken=true&q=u%20k"), 200).await;
        assert_eq!(groups["total"], 1);
        app.json(token, &format!("{path}/groups?taken=maybe"), 422).await;
        app.json(token, "/api/providers/99/groups", 404).await;
        let many: Vec<String> = (0..501).map(|number| format!("Group {number}")).collect();
        for (field, wrong) in [
            ("exclude_groups", json!(["UK", "*"])),
            ("exclude_groups", json!(["two\nlines"])),
            ("exclude_groups", json!("UK")),
            ("include_groups", json!([7])),
            ("include_groups", json!(["x".repeat(601)])),
            ("include_groups", json!(many)),
        ] {
            let answer = app.send(token, Method::PATCH, &path, &json!({ field: wrong })).await;
            assert_eq!(answer.status(), 422, "{field}");
            let answer: serde_json::Value = answer.json().await.unwrap();
            assert!(answer["error"]["fields"][field].is_array(), "{answer}");
        }
        let cleared = json!({ "exclude_groups": null, "include_groups": null });
        assert_eq!(app.send(token, Method::PATCH, &path, &cleared).await.status(), 200);
        assert!(played.reading().await.choice().takes_all());
    }
}

#[tokio::test]
async fn the_form_keeps_patterns_and_says_when_they_count() {
    let played = Played::start().await;
    let (app, token) = (&played.app, played.token.as_str());
    let edit = format!("{}/edit", played.path());
    assert!(
        app.page(token, &edit, 200)
            .await
            .contains("Choose from the groups it offers")
    );
    let shown = app
        .json(token, &format!("/api/providers/{}", played.provider), 200)
        .await;
    let form = |exclude| {
        vec![
            ("name", "Living room"),
            ("type", "m3u"),
            ("m3u_url", shown["m3u_url"].as_str().unwrap()),
            ("priority", "50"),
            ("enabled", "true"),
            ("exclude_groups", exclude),
        ]
    };
    let saved = app
        .post(token, &played.path(), &form("*Adult*\r\n\r\n VOD \r\n"))
        .await;
    assert_eq!(saved.status(), StatusCode::SEE_OTHER);
    assert_eq!(played.reading().await.exclude_groups, ["*Adult*", "VOD"]);
    let page = app.page(token, &edit, 200).await;
    assert!(page.contains("*Adult*\nVOD</textarea>"), "{page}");
    let refused = app.post(token, &played.path(), &form("VOD\n**")).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = refused.text().await.unwrap();
    assert!(page.contains("A star alone would leave out every group") && page.contains("VOD\n**</textarea>"));
}

#[tokio::test]
async fn names_of_groups_are_text_and_nothing_else() {
    let played = Played::start().await;
    let image = "<img src=x onerror=alert(1)>";
    let endless = "N".repeat(290);
    played.lists_groups(&[image, &endless, "a\u{202e}b"]);
    played.sync().await;
    let page = played.app.page(&played.token, &played.groups(), 200).await;
    assert!(
        !page.contains("<img src=x") && page.contains("&#60;img src=x"),
        "{page}"
    );
    let told = played
        .choose(&[("choice", "leave_out"), ("group", image), ("group", &endless)])
        .await;
    assert_eq!(told, "2 groups are left out from the next sync on.");
    let named_by_nobody = played
        .choose(&[("choice", "leave_out"), ("group", "of no list")])
        .await;
    assert_eq!(named_by_nobody, "1 group is left out from the next sync on.");
}
