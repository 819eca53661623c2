//! The server with API and accounts' pages on a real port, and a client for it.

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, resource};
use actix_web::{App, HttpResponse, HttpServer};
use m3u_strm_processor::db::Engine;
use m3u_strm_processor::edge::address::TrustedProxies;
use m3u_strm_processor::edge::{
    Edge, Member, cookies, limits, origin, principal, problem, request, sessions,
};
use m3u_strm_processor::{api, web};
use reqwest::header::{COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

use super::PASSWORD;
use crate::support::{OnEngine, TestCtx};

/// A running server with the users `chief` (administrator) and `anna` (viewer), both with [`PASSWORD`].
pub struct Server {
    pub test: TestCtx,
    base: String,
    handle: ServerHandle,
}

impl OnEngine for Server {
    async fn on(engine: Engine) -> Self {
        let server = Self::start(TestCtx::on(engine).await);
        super::add(&server.test, "chief", "admin").await;
        super::add(&server.test, "anna", "viewer").await;
        server
    }
}

impl Server {
    pub fn start(test: TestCtx) -> Self {
        let mut edge = Edge::new(test.ctx.clock.clone(), test.ctx.keys.clone());
        edge.proxies = TrustedProxies::new(|address| address.is_loopback());
        edge.render.web = web::kit::error::render;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let ctx = test.ctx.clone();
        let server = HttpServer::new(move || {
            App::new()
                .app_data(Data::new(ctx.clone()))
                .app_data(Data::new(edge.clone()))
                .configure(problem::extract::configure)
                .wrap(from_fn(principal::admit))
                .wrap(from_fn(origin::check))
                .wrap(from_fn(limits::limit))
                .wrap(from_fn(principal::identify))
                .wrap(sessions::middleware(&ctx))
                .wrap(from_fn(cookies::secure))
                .wrap(from_fn(request::front))
                .configure(api::routes)
                .configure(web::routes)
                .service(resource("/private").to(|_: Member| async { HttpResponse::Ok().body("private") }))
        })
        .workers(1)
        .disable_signals()
        .listen(listener)
        .unwrap()
        .run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { test, base, handle }
    }

    /// Somebody who is not signed in, with a cookie jar of the own.
    pub fn visitor(&self) -> Client {
        Client {
            base: self.base.clone(),
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
                .build()
                .unwrap(),
            token: None,
            jar: Arc::default(),
        }
    }

    /// A program with a bearer token of `username`.
    pub async fn program(&self, username: &str) -> Client {
        let visitor = self.visitor();
        let answer = visitor.login(username, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        Client {
            token: Some(answer.json()["token"].as_str().unwrap().to_owned()),
            ..visitor
        }
    }

    /// As [`Self::program`], with a code of the second factor.
    pub async fn program_with(&self, username: &str, code: &str) -> Client {
        let visitor = self.visitor();
        let body = json!({"username": username, "password": PASSWORD, "code": code});
        let answer = visitor.post("/api/auth/login", body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        Client {
            token: Some(answer.json()["token"].as_str().unwrap().to_owned()),
            ..visitor
        }
    }

    /// A browser in which `username` is signed in.
    pub async fn browser(&self, username: &str) -> Client {
        let visitor = self.visitor();
        let answer = visitor.sign_in(username, PASSWORD, "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        visitor
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

#[derive(Clone)]
pub struct Client {
    base: String,
    http: reqwest::Client,
    pub token: Option<String>,
    pub jar: Arc<Mutex<HashMap<String, String>>>,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| unreachable!("not JSON: {}", self.text))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub fn code(&self) -> String {
        self.json()["error"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}

impl Client {
    pub async fn login(&self, username: &str, password: &str) -> Answer {
        self.post(
            "/api/auth/login",
            json!({"username": username, "password": password}),
        )
        .await
    }

    pub async fn sign_in(&self, username: &str, password: &str, next: &str) -> Answer {
        self.form(
            "/sign-in",
            &[("username", username), ("password", password), ("next", next)],
        )
        .await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PATCH, path).json(&body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// A form as a page of this server sends it.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(self.request(Method::POST, path).form(fields)).await
    }

    /// A request as one of the own pages sends it, with token and cookies.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self
            .http
            .request(method, format!("{}{path}", self.base))
            .header("sec-fetch-site", "same-origin");
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let cookies: Vec<String> = self
            .jar
            .lock()
            .unwrap()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = match cookies.is_empty() {
            true => request,
            false => request.header(COOKIE, cookies.join("; ")),
        };
        let response: Response = request.send().await.unwrap();
        for cookie in response.headers().get_all(SET_COOKIE) {
            self.keep(cookie);
        }
        Answer {
            status: response.status(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        }
    }

    fn keep(&self, cookie: &HeaderValue) {
        let text = cookie.to_str().unwrap();
        let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
        let mut jar = self.jar.lock().unwrap();
        if value.is_empty() {
            jar.remove(name);
        } else {
            jar.insert(name.to_owned(), value.to_owned());
        }
    }
}
