//! CloudFormation's custom resources: an event brings an address, and the deployment stands still for an hour unless an answer is put
//! there. So there is an answer whatever happens: a failure, a panic, or no time left.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use futures::FutureExt;
use http_body_util::Full;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Kept of the function's time for the answer itself.
const FOR_THE_ANSWER: Duration = Duration::from_secs(20);
const PUT_PATIENCE: Duration = Duration::from_secs(5);
const PUT_TRIES: usize = 3;
/// CloudFormation takes 4096 bytes in all.
const LONGEST_REASON: usize = 2000;
/// Always the same one: another would make CloudFormation ask for the old one's deletion.
const PHYSICAL_ID: &str = "fetchcatch-schema";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    request_type: RequestType,
    #[serde(rename = "ResponseURL")]
    response_url: String,
    stack_id: String,
    request_id: String,
    logical_resource_id: String,
    #[serde(default)]
    physical_resource_id: Option<String>,
    #[serde(default)]
    resource_properties: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum RequestType {
    Create,
    Update,
    Delete,
}

/// Does the work that an event asks for. A custom resource's is told of the outcome, and the invocation then went well; any other event
/// is the work's options itself, and gets its outcome. `data` is what the template reads of a resource that went well, by name.
pub async fn answer<O, W>(event: Value, remaining: Duration, data: &Value, work: impl FnOnce(O) -> W) -> anyhow::Result<Value>
where
    O: DeserializeOwned,
    W: Future<Output = anyhow::Result<Value>>,
{
    if event.get("ResponseURL").is_none() {
        return work(serde_json::from_value(event)?).await;
    }
    // Without these members there is nobody whom to answer.
    let request: Request = serde_json::from_value(event).context("this is no event of a custom resource")?;
    let outcome = match request.request_type {
        // What the stack held stays: the database goes by its own policy.
        RequestType::Delete => Ok(json!({})),
        RequestType::Create | RequestType::Update => within(remaining, &request, work).await,
    };
    let is_read = outcome.is_ok() && request.request_type != RequestType::Delete;
    let answer = response(&request, &outcome, is_read.then_some(data));
    put(&request.response_url, &answer).await?;
    // Who invoked it by hand is told no more than that.
    Ok(json!({"Status": answer["Status"]}))
}

async fn within<O, W>(remaining: Duration, request: &Request, work: impl FnOnce(O) -> W) -> anyhow::Result<Value>
where
    O: DeserializeOwned,
    W: Future<Output = anyhow::Result<Value>>,
{
    let options = serde_json::from_value(request.resource_properties.clone()).context("the resource's properties")?;
    let patience = remaining.saturating_sub(FOR_THE_ANSWER);
    match tokio::time::timeout(patience, AssertUnwindSafe(work(options)).catch_unwind()).await {
        Ok(Ok(Err(error))) if request.request_type == RequestType::Update && is_rollback(&error) => {
            tracing::warn!(error = format!("{error:#}"), "an older release came back; the schema stays as it is");
            Ok(json!({}))
        }
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => anyhow::bail!("the migration panicked; the function's log says where"),
        Err(_) => anyhow::bail!("the migration was not done after {} s. Deploy again: it goes on where it was", patience.as_secs()),
    }
}

/// A rollback runs this release's migrations on what a later one left. Old code works with the new schema, so that it may go back.
fn is_rollback(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(store::Error::LaterSchema(_)))
}

fn response(request: &Request, outcome: &anyhow::Result<Value>, data: Option<&Value>) -> Value {
    let mut answer = json!({
        "Status": "SUCCESS",
        "NoEcho": true,
        "Data": data.unwrap_or(&json!({})),
        "PhysicalResourceId": request.physical_resource_id.as_deref().unwrap_or(PHYSICAL_ID),
        "StackId": request.stack_id,
        "RequestId": request.request_id,
        "LogicalResourceId": request.logical_resource_id,
    });
    if let Err(error) = outcome {
        tracing::error!(error = format!("{error:#}"), "the deployment is refused");
        answer["Status"] = json!("FAILED");
        answer["Reason"] = json!(format!("{error:#}").chars().take(LONGEST_REASON).collect::<String>());
    }
    answer
}

/// To the address, which is signed for exactly this: a PUT without a content type.
async fn put(url: &str, answer: &Value) -> anyhow::Result<()> {
    let connector = HttpsConnectorBuilder::new().with_provider_and_native_roots(rustls::crypto::ring::default_provider())?;
    let client = Client::builder(TokioExecutor::new()).build::<_, Full<Bytes>>(connector.https_or_http().enable_http1().build());
    let body = Bytes::from(answer.to_string());
    let mut failure = anyhow::anyhow!("it was not tried");
    for _ in 0..PUT_TRIES {
        let request = http::Request::put(url).header(http::header::CONTENT_LENGTH, body.len()).body(Full::new(body.clone()))?;
        match tokio::time::timeout(PUT_PATIENCE, client.request(request)).await {
            Ok(Ok(response)) if response.status().is_success() => return Ok(()),
            Ok(Ok(response)) => failure = anyhow::anyhow!("it answered {}", response.status()),
            Ok(Err(error)) => failure = error.into(),
            Err(_) => failure = anyhow::anyhow!("it did not answer within {} s", PUT_PATIENCE.as_secs()),
        }
    }
    Err(failure.context("CloudFormation could not be told the outcome"))
}
