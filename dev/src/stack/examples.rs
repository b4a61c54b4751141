//! The example connectors, drafted and published through the API as CI would.

use anyhow::{Context as _, Result, bail};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

/// (slug, name, config): the files that stand in docs/examples for readers.
pub const CONNECTORS: [(&str, &str, &str); 2] = [
    ("hubspot-crm", "HubSpot CRM", include_str!("../../../docs/examples/hubspot-crm.json")),
    ("stripe-billing", "Stripe billing", include_str!("../../../docs/examples/stripe-billing.json")),
];

/// Makes and publishes what is not there yet; whatever somebody has changed since stays.
pub async fn seed(url: &str, token: &str) -> Result<()> {
    let http = Client::new();
    for (slug, name, config) in CONNECTORS {
        let config: Value = serde_json::from_str(config).with_context(|| format!("docs/examples/{slug}.json"))?;
        let body = json!({"slug": slug, "name": name, "config": config});
        let created = http.post(format!("{url}/api/connectors")).bearer_auth(token).json(&body).send().await?;
        if !matches!(created.status(), StatusCode::CREATED | StatusCode::CONFLICT) {
            bail!("{slug} was not made: {}", created.text().await?);
        }
        let found: Value =
            http.get(format!("{url}/api/connectors/{slug}")).bearer_auth(token).send().await?.error_for_status()?.json().await?;
        if found["active_version"] == 0 {
            let publish = json!({"base_version": 0, "note": "Seeded with the local stack"});
            let published = http.post(format!("{url}/api/connectors/{slug}/publish")).bearer_auth(token).json(&publish).send().await?;
            if !published.status().is_success() {
                bail!("{slug} was not published: {}", published.text().await?);
            }
        }
    }
    Ok(())
}
