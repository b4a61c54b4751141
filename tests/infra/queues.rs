//! SQS as AWS has it, where the emulator falls short: MiniStack 1.5.33 forgets the system attributes of a batch's messages, and keeps
//! those of a single one. What stands here in front of it sends the messages of a batch one by one.

use std::net::Ipv4Addr;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const TARGET: &str = "x-amz-target";

#[derive(Clone)]
struct Emulator {
    http: reqwest::Client,
    url: String,
}

/// The address of one that forwards everything to the emulator.
pub async fn in_front_of(emulator: &str) -> String {
    let emulator = Emulator { http: dev::http::builder().build().unwrap(), url: emulator.trim_end_matches('/').to_owned() };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(forward).with_state(emulator);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

async fn forward(State(emulator): State<Emulator>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    match headers.get(TARGET).and_then(|target| target.to_str().ok()) {
        Some("AmazonSQS.SendMessageBatch") => axum::Json(one_by_one(&emulator, &headers, &body).await).into_response(),
        _ => {
            let answer = emulator.send(&method, &uri, headers, body).await;
            let (status, headers) = (StatusCode::from_u16(answer.status().as_u16()).unwrap(), answer.headers().clone());
            (status, headers, Body::from(answer.bytes().await.unwrap())).into_response()
        }
    }
}

async fn one_by_one(emulator: &Emulator, headers: &HeaderMap, batch: &[u8]) -> Value {
    let batch: Value = serde_json::from_slice(batch).unwrap();
    let mut sent = Vec::new();
    for entry in batch["Entries"].as_array().unwrap() {
        let mut message = entry.clone();
        message["QueueUrl"] = batch["QueueUrl"].clone();
        let mut headers = headers.clone();
        headers.insert(TARGET, "AmazonSQS.SendMessage".parse().unwrap());
        let answer = emulator.send(&Method::POST, &Uri::from_static("/"), headers, message.to_string().into()).await;
        assert!(answer.status().is_success(), "{answer:?}");
        let mut one: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        one["Id"] = entry["Id"].clone();
        sent.push(one);
    }
    json!({"Successful": sent, "Failed": []})
}

impl Emulator {
    async fn send(&self, method: &Method, uri: &Uri, mut headers: HeaderMap, body: Bytes) -> reqwest::Response {
        headers.remove("content-length");
        let request = self.http.request(method.clone(), format!("{}{uri}", self.url)).headers(headers).body(body);
        request.send().await.unwrap()
    }
}
