//! The example connectors and flows, drafted and published through the API as CI would.

use anyhow::{Context as _, Result, bail};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};

/// A file that stands in docs/examples for readers, with the calls that it is loaded by.
struct Example {
    slug: &'static str,
    name: &'static str,
    file: &'static str,
    api: &'static Api,
}

/// Connectors speak snake_case, flows camelCase.
struct Api {
    path: &'static str,
    document: &'static str,
    active_version: &'static str,
    base_version: &'static str,
}

const CONNECTORS: Api = Api { path: "/api/connectors", document: "config", active_version: "active_version", base_version: "base_version" };
const FLOWS: Api = Api { path: "/v1/flows", document: "graph", active_version: "publishedVersion", base_version: "baseVersion" };

const EXAMPLES: [Example; 4] = [
    Example {
        slug: "hubspot-crm",
        name: "HubSpot CRM",
        file: include_str!("../../../docs/examples/connectors/hubspot-crm.json"),
        api: &CONNECTORS,
    },
    Example {
        slug: "stripe-billing",
        name: "Stripe billing",
        file: include_str!("../../../docs/examples/connectors/stripe-billing.json"),
        api: &CONNECTORS,
    },
    Example {
        slug: "shipping-fee",
        name: "Shipping fee",
        file: include_str!("../../../docs/examples/flows/shipping-fee.json"),
        api: &FLOWS,
    },
    Example {
        slug: "support-triage",
        name: "Support triage",
        file: include_str!("../../../docs/examples/flows/support-triage.json"),
        api: &FLOWS,
    },
];

/// Makes and publishes what is not there yet; whatever somebody has changed since stays.
pub async fn seed(http: &Client, url: &str, token: &str) -> Result<()> {
    for Example { slug, name, file, api } in EXAMPLES {
        let at = format!("{url}{}", api.path);
        let mut document: Value = serde_json::from_str(file).with_context(|| format!("the example {slug}"))?;
        if let Some(members) = document.as_object_mut().filter(|_| api.document == "graph") {
            members.remove("tests"); // stays in the file
        }
        let made = send(http.post(&at).json(&json!({"slug": slug, "name": name, api.document: document})), token).await?;
        if !matches!(made.0, StatusCode::CREATED | StatusCode::CONFLICT) {
            bail!("{slug} was not made: {}", made.1);
        }
        let (_, found) = send(http.get(format!("{at}/{slug}")), token).await?;
        if found[api.active_version] == 0 {
            let publish = json!({api.base_version: 0, "note": "Seeded with the local stack"});
            let (status, answer) = send(http.post(format!("{at}/{slug}/publish")).json(&publish), token).await?;
            if !status.is_success() {
                bail!("{slug} was not published: {answer}");
            }
        }
    }
    Ok(())
}

async fn send(request: RequestBuilder, token: &str) -> Result<(StatusCode, Value)> {
    let answer = request.bearer_auth(token).send().await?;
    Ok((answer.status(), answer.json().await?))
}
