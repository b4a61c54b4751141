//! The two demo tenants of the local stack. Their secrets are made once and kept in the home, so that they survive a restart.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use domain::token::TokenKind;
use uuid::Uuid;

use crate::home::Home;
use crate::stack::tenants::{ALL_SCOPES, Credential, Seeder, Tenant, new_secret};

const FILE: &str = "secrets.json";
const CI_EMAIL: &str = "ci-bot@acme.example";

const ACME: Tenant<'_> =
    Tenant { slug: "acme", name: "Acme", workspace: "acme", owner_email: "owner@acme.example", owner_name: "Avery Owner" };
const GLOBEX: Tenant<'_> =
    Tenant { slug: "globex", name: "Globex", workspace: "globex", owner_email: "owner@globex.example", owner_name: "Gale Owner" };

/// What the stack needs of them, and what a developer does.
pub struct Demo {
    pub workspace: Uuid,
    pub workspace_slug: &'static str,
    /// CI's, with all scopes.
    pub token: String,
    /// Signs the owner in, once.
    pub login_code: String,
    secrets: BTreeMap<String, String>,
}

/// Makes what is missing.
pub async fn people(home: &Home, owner_url: &str) -> Result<Demo> {
    let mut seeder = Seeder::connect(owner_url).await?;
    let (acme, globex) = (seeder.tenant(&ACME).await?, seeder.tenant(&GLOBEX).await?);
    let credentials = [
        ("FETCHCATCH_OWNER_TOKEN", Credential::designer(acme.owner, ACME.owner_email)),
        ("FETCHCATCH_TOKEN", Credential::service(acme.workspace, CI_EMAIL, ALL_SCOPES)),
        ("FETCHCATCH_AGENT_TOKEN", Credential::agent(acme.workspace, "agent@acme.example")),
        ("FETCHCATCH_EVALUATE_KEY", Credential::evaluate(acme.workspace)),
        ("OTHER_OWNER_TOKEN", Credential::designer(globex.owner, GLOBEX.owner_email)),
        ("OTHER_TOKEN", Credential::service(globex.workspace, "ci-bot@globex.example", ALL_SCOPES)),
    ];
    let mut secrets = kept(home)?;
    for (name, credential) in &credentials {
        let secret = secrets.entry((*name).to_owned()).or_insert_with(|| new_secret(credential.token_kind()));
        seeder.credential(secret, credential).await?;
    }
    home.write_private(FILE, &serde_json::to_vec_pretty(&secrets)?)?;
    let login_code = new_secret(TokenKind::Session);
    seeder.credential(&login_code, &Credential::login(acme.owner, ACME.owner_email)).await?;
    let token = secrets.get("FETCHCATCH_TOKEN").cloned().context("a secret that was just made is gone")?;
    Ok(Demo { workspace: acme.workspace, workspace_slug: ACME.workspace, token, login_code, secrets })
}

fn kept(home: &Home) -> Result<BTreeMap<String, String>> {
    match std::fs::read(home.path(FILE)) {
        Ok(bytes) => {
            serde_json::from_slice(&bytes).with_context(|| format!("{} is damaged; remove it to get new tokens", home.path(FILE).display()))
        }
        Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(error).with_context(|| format!("can't read {}", home.path(FILE).display())),
    }
}

impl Demo {
    /// For dev.env.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let secret = |name: &'static str| (name, self.secrets.get(name).cloned().unwrap_or_default());
        vec![
            ("FETCHCATCH_WORKSPACE", self.workspace.to_string()),
            secret("FETCHCATCH_OWNER_TOKEN"),
            secret("FETCHCATCH_TOKEN"),
            secret("FETCHCATCH_AGENT_TOKEN"),
            secret("FETCHCATCH_EVALUATE_KEY"),
            secret("OTHER_OWNER_TOKEN"),
            secret("OTHER_TOKEN"),
        ]
    }
}
