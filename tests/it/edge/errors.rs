use serde_json::{Value, json};

use super::server::Server;

#[tokio::test]
async fn a_failure_tells_programs_a_code_and_an_id_and_nothing_of_its_cause() {
    let server = Server::start();
    let answer = server.get("/api/failure").send().await.unwrap();
    assert_eq!(answer.status(), 500);
    let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
    let body = answer.text().await.unwrap();
    assert!(!body.contains("hunter2") && !body.contains("secret"), "{body}");
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["error"]["code"], "internal");
    assert_eq!(body["error"]["fields"], json!({}));
    assert_eq!(body["error"]["request_id"], json!(id));
    assert!(body["error"]["message"].is_string());
}

#[tokio::test]
async fn a_failure_shows_people_a_page_with_its_id_and_a_way_on() {
    let server = Server::start();
    let answer = server.get("/failure").send().await.unwrap();
    assert_eq!(answer.status(), 500);
    let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
    let page = answer.text().await.unwrap();
    assert!(
        page.starts_with("<!doctype html>") && page.contains(&id),
        "{page}"
    );
    assert!(page.contains(r#"href="/""#) && !page.contains("hunter2"));
}

#[tokio::test]
async fn a_failure_under_htmx_is_a_toast_and_a_panels_is_its_own() {
    let server = Server::start();
    let toast = server
        .get("/failure")
        .header("HX-Request", "true")
        .send()
        .await
        .unwrap();
    assert_eq!(toast.status(), 500);
    let text = toast.text().await.unwrap();
    assert!(text.starts_with(r#"<div class="toast toast-danger""#), "{text}");

    let panel = server
        .get("/failure")
        .header("HX-Request", "true")
        .header("HX-Target", "panel-top")
        .send()
        .await
        .unwrap();
    assert_eq!(panel.headers()["hx-retarget"], "#panel-top");
    assert!(panel.text().await.unwrap().contains("panel-error"));
}

#[tokio::test]
async fn a_restored_history_gets_the_whole_page() {
    let server = Server::start();
    let answer = server
        .get("/failure")
        .header("HX-Request", "true")
        .header("HX-History-Restore-Request", "true")
        .send();
    assert!(
        answer
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
            .starts_with("<!doctype html>")
    );
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_led_there_and_back() {
    let server = Server::start();
    let page = server.get("/private?tab=a&b=c").send().await.unwrap();
    assert_eq!(page.status(), 303);
    assert_eq!(
        page.headers()["location"],
        "/sign-in?next=%2Fprivate%3Ftab%3Da%26b%3Dc"
    );

    let fragment = server
        .get("/private")
        .header("HX-Request", "true")
        .header("HX-Current-URL", server.url("/channels?q=a"))
        .send()
        .await
        .unwrap();
    assert_eq!(fragment.status(), 401);
    assert_eq!(
        fragment.headers()["hx-redirect"],
        "/sign-in?next=%2Fchannels%3Fq%3Da"
    );
}

#[tokio::test]
async fn what_cannot_be_read_has_its_status() {
    let server = Server::start();
    let json_post = |body: String| {
        let request = server
            .post("/api/echo")
            .header("Content-Type", "application/json");
        request.body(body).send()
    };
    for (status, answer) in [
        (422, json_post("{".to_owned()).await),
        (422, json_post(r#"["words"]"#.to_owned()).await),
        (413, json_post(" ".repeat(1024 * 1024 + 1)).await),
        (422, server.post("/api/echo").body("[1]").send().await),
        (404, server.get("/api/things/abc").send().await),
        (422, server.get("/api/things/7?skip=-1").send().await),
        (404, server.get("/api/nowhere").send().await),
        (200, server.get("/api/things/7?skip=1").send().await),
    ] {
        let answer = answer.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{}", answer.url());
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["error"]["request_id"].is_string(), status != 200, "{body}");
    }
}

#[tokio::test]
async fn a_message_about_json_does_not_echo_what_was_sent() {
    let server = Server::start();
    let request = server
        .post("/api/echo")
        .header("Content-Type", "application/json");
    let answer = request.body(r#"["hunter2"]"#).send().await.unwrap();
    assert!(!answer.text().await.unwrap().contains("hunter2"));
}

#[tokio::test]
async fn players_get_json_and_people_a_page_for_what_is_not_there() {
    let server = Server::start();
    let answer = server.get("/stream/token/nothing").send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/json");
    let answer = server.get("/nothing").send().await.unwrap();
    assert_eq!(answer.status(), 404);
    assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
}
