//! More instances of the functions, beside the one that every test has.

use std::net::Ipv4Addr;

use dev::explained::Explained;
use functions::app::App;
use functions::jobs::dispatch_outbox::{self, Step};
use functions::settings::Settings;
use reqwest::Method;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::{Api, Request};

/// A gateway with memories and connections of its own, over a test's database. Dropping it ends it.
pub struct Instance {
    pub app: App,
    origin: String,
    token: String,
    http: reqwest::Client,
    _serving: JoinSet<()>,
}

impl Api {
    /// With settings that differ from those of the test's own instance.
    pub async fn another_instance(&self, settings: Settings) -> Instance {
        Instance::start(settings, self.tenant.token.clone()).await
    }

    /// One with a single connection, on which Postgres explains everything.
    pub async fn explained_instance(&self) -> (Instance, Explained) {
        let explained = Explained::before(&self.app.settings.database_url, &mut self.superuser().await).await.unwrap();
        let settings = Settings { database_url: explained.url().to_owned(), database_connections: 1, ..self.app.settings.clone() };
        (self.another_instance(settings).await, explained)
    }
}

impl Instance {
    /// `token` is whose requests are, until they are told otherwise.
    pub(crate) async fn start(settings: Settings, token: String) -> Instance {
        let app = App::new(settings).unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let router = functions::gateway::router(app.clone());
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
        let http = dev::http::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Instance { app, origin, token, http, _serving: serving }
    }

    /// As the first tenant's owner.
    pub fn request(&self, method: Method, path: &str) -> Request {
        Request::new(&self.http, method, &self.origin, path, &self.token)
    }

    pub fn get(&self, path: &str) -> Request {
        self.request(Method::GET, path)
    }

    pub fn post(&self, path: &str) -> Request {
        self.request(Method::POST, path)
    }

    pub fn put(&self, path: &str) -> Request {
        self.request(Method::PUT, path)
    }

    pub fn patch(&self, path: &str) -> Request {
        self.request(Method::PATCH, path)
    }

    /// Runs the dispatcher until nothing is due.
    pub async fn dispatch(&self) -> Step {
        dispatch_outbox::run(&self.app).await.unwrap()
    }

    /// Evaluates the active version.
    pub fn evaluate(&self, slug: &str, input: Value) -> Request {
        self.request(Method::POST, &format!("/v1/evaluate/{slug}")).json(input)
    }
}
