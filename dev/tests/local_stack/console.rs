//! The console's files beside the API.

use std::fs;

use axum::Router;
use axum::routing::get;
use dev::stack::console;
use reqwest::{Method, Response, header};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::support::TestHome;

const INDEX: &str = "<!doctype html>";

/// An API that knows one path, with the console in front.
struct Served {
    address: String,
    http: reqwest::Client,
    home: TestHome,
}

impl Served {
    async fn start() -> Served {
        let home = TestHome::new();
        drop(home.open());
        let files = home.path("files");
        fs::create_dir_all(files.join("assets")).unwrap();
        fs::write(files.join("index.html"), INDEX).unwrap();
        fs::write(files.join("assets/index-1a2b.js"), "1").unwrap();
        fs::write(home.path("secret"), "a secret").unwrap();
        let api = Router::new().route("/v1/me", get(|| async { "the API" })).fallback(|| async { "not found by the API" });
        let router = console::serve(api, files).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Served { address, http: dev::http::client().unwrap(), home }
    }

    async fn answer(&self, method: Method, path: &str) -> Response {
        self.http.request(method, format!("http://{}{path}", self.address)).send().await.unwrap()
    }

    async fn text(&self, path: &str) -> String {
        self.answer(Method::GET, path).await.text().await.unwrap()
    }

    /// As no well-behaved client would ask.
    async fn raw(&self, path: &str) -> String {
        let mut connection = TcpStream::connect(&self.address).await.unwrap();
        connection.write_all(format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes()).await.unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        answer
    }
}

#[tokio::test]
async fn pages_get_the_console_and_the_api_keeps_its_own_paths() {
    let served = Served::start().await;
    for page in ["/", "/sign-in", "/w/acme/flows/shipping-fee/history?show=all", "/apiary", "/index.html"] {
        assert_eq!(served.text(page).await, INDEX, "{page}");
    }
    assert_eq!(served.text("/v1/me").await, "the API");
    for path in ["/api", "/api/nothing", "/v1/nothing", "/auth/nothing", "/mcp", "/mcp/nothing", "/openapi.json", "/assets/gone-1a2b.js"] {
        assert_eq!(served.text(path).await, "not found by the API", "{path}");
    }
    assert_eq!(served.answer(Method::POST, "/w/acme").await.text().await.unwrap(), "not found by the API");
}

#[tokio::test]
async fn nothing_outside_of_the_consoles_folder_is_served() {
    let served = Served::start().await;
    assert!(served.home.path("secret").exists());
    for path in ["/../secret", "/assets/../../secret", "/..%2fsecret", "//../secret", "/assets/..%2f..%2fsecret"] {
        let answer = served.raw(path).await;
        assert!(answer.starts_with("HTTP/1.1 ") && !answer.contains("a secret"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn assets_are_kept_by_browsers_and_pages_are_asked_for_again() {
    let served = Served::start().await;
    let asset = served.answer(Method::GET, "/assets/index-1a2b.js").await;
    assert_eq!(asset.headers()[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
    assert_eq!(asset.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
    let page = served.answer(Method::GET, "/w/acme").await;
    assert_eq!(page.headers()[header::CACHE_CONTROL], "no-cache");
    assert_eq!(page.headers()[header::X_FRAME_OPTIONS], "DENY");
}

#[tokio::test]
async fn the_content_security_policy_is_that_of_production() {
    let served = Served::start().await;
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let page = served.answer(Method::GET, "/").await;
    let policy = page.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    let template = fs::read_to_string(served.home.settings.root.join("infra/template.base.yaml")).unwrap();
    assert!(words(&template).contains(&words(policy)), "infra/template.base.yaml has another policy than {policy}");
}
