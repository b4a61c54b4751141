//! What is asked of the emulator beside sam: plain requests in the services' own protocols. It checks no signature.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::ministack::CLIENT_ENV;

pub struct Emulator {
    http: reqwest::Client,
    endpoint: String,
}

impl Emulator {
    pub fn at(endpoint: &str) -> Result<Emulator> {
        Ok(Emulator { http: crate::http::client()?, endpoint: endpoint.to_owned() })
    }

    /// Keeps a secret; returns its ARN.
    pub async fn secret(&self, name: &str, value: &str) -> Result<String> {
        let made = self.call("secretsmanager", "secretsmanager.CreateSecret", json!({"Name": name, "SecretString": value})).await?;
        text(&made, "ARN")
    }

    pub async fn queue_arn(&self, url: &str) -> Result<String> {
        let asked = json!({"QueueUrl": url, "AttributeNames": ["QueueArn"]});
        text(&self.call("sqs", "AmazonSQS.GetQueueAttributes", asked).await?["Attributes"], "QueueArn")
    }

    /// What feeds the function from queues.
    pub async fn event_sources(&self, function: &str) -> Result<Vec<String>> {
        let url = format!("{}/2015-03-31/event-source-mappings?FunctionName={function}", self.endpoint);
        let listed = self.send("lambda", self.http.get(url)).await?;
        let mappings = listed["EventSourceMappings"].as_array().context("a list of event sources")?;
        mappings.iter().map(|mapping| text(mapping, "UUID")).collect()
    }

    pub async fn enable_event_source(&self, uuid: &str, enabled: bool) -> Result<()> {
        let url = format!("{}/2015-03-31/event-source-mappings/{uuid}", self.endpoint);
        self.send("lambda", self.http.put(url).json(&json!({"Enabled": enabled}))).await.map(drop)
    }

    /// The schedules of a stack.
    pub async fn rules(&self, stack: &str) -> Result<Vec<String>> {
        let listed = self.call("events", "AWSEvents.ListRules", json!({"NamePrefix": stack})).await?;
        listed["Rules"].as_array().context("a list of rules")?.iter().map(|rule| text(rule, "Name")).collect()
    }

    pub async fn enable_rule(&self, name: &str, enabled: bool) -> Result<()> {
        let target = if enabled { "AWSEvents.EnableRule" } else { "AWSEvents.DisableRule" };
        self.call("events", target, json!({"Name": name})).await.map(drop)
    }

    async fn call(&self, service: &str, target: &str, body: Value) -> Result<Value> {
        let request = self.http.post(format!("{}/", self.endpoint)).header("x-amz-target", target).json(&body);
        self.send(service, request.header("content-type", "application/x-amz-json-1.1")).await
    }

    /// A signature's scope says whose service it is.
    async fn send(&self, service: &str, request: reqwest::RequestBuilder) -> Result<Value> {
        let [(_, region), (_, id), _] = CLIENT_ENV;
        let scope = format!("AWS4-HMAC-SHA256 Credential={id}/20260101/{region}/{service}/aws4_request, SignedHeaders=host, Signature=0");
        let response = request.header("authorization", scope).send().await?;
        let (status, printed) = (response.status(), response.text().await?);
        ensure!(status.is_success(), "the emulator's {service} answered {status}: {printed}");
        if printed.is_empty() {
            Ok(Value::Null)
        } else {
            serde_json::from_str(&printed).with_context(|| format!("{service} answered {printed}"))
        }
    }
}

fn text(answer: &Value, member: &str) -> Result<String> {
    answer[member].as_str().map(str::to_owned).with_context(|| format!("an answer without {member}: {answer}"))
}
