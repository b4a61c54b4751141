//! Tokens of every kind, put into the database directly: most tests are not about minting.

use dev::stack::tenants::{Credential, new_secret};
use domain::Digest;
use uuid::Uuid;

use crate::Api;

/// Who a token is for, in the first tenant's workspace.
#[derive(Debug, Clone, Copy)]
pub enum Token<'a> {
    /// `fcp_`: a person with this role, in the console or a script.
    Person(&'a str),
    /// `fcs_`: a person with this role, with `fcc`.
    PersonWithFcc(&'a str),
    /// `fcs_`: a service with these scopes.
    Service(&'a [&'a str]),
    /// `fca_`
    Agent,
    /// `fce_`
    Application,
}

/// A tenant of the test: its workspace, and its owner's token of the designer surface.
#[derive(Debug, Clone)]
pub struct Tenant {
    pub workspace: Uuid,
    pub owner: Uuid,
    pub owner_email: String,
    pub token: String,
}

impl Api {
    /// A new token. A person is a member of its own for each call, `<role>-<n>@acme.example`.
    pub async fn token(&self, token: Token<'_>) -> String {
        let mut seeder = self.seeder.lock().await;
        let workspace = self.tenant.workspace;
        let (user, email) = match token {
            Token::Person(role) | Token::PersonWithFcc(role) => {
                let email = format!("{role}-{}@acme.example", self.count());
                let user = seeder.user(&email, role).await.unwrap();
                seeder.member(workspace, user, role).await.unwrap();
                (user, email)
            }
            Token::Service(_) => (Uuid::nil(), "ci-bot@acme.example".to_owned()),
            Token::Agent => (Uuid::nil(), "agent@acme.example".to_owned()),
            Token::Application => (Uuid::nil(), String::new()),
        };
        let credential = match token {
            Token::Person(_) => Credential::designer(user, &email),
            Token::PersonWithFcc(_) => {
                Credential { surface: Some("cli"), workspace: Some(workspace), ..Credential::designer(user, &email) }
            }
            Token::Service(scopes) => Credential::service(workspace, &email, scopes),
            Token::Agent => Credential::agent(workspace, &email),
            Token::Application => Credential::evaluate(workspace),
        };
        let secret = new_secret(credential.token_kind());
        seeder.credential(&secret, &credential).await.unwrap();
        secret
    }

    /// Any credential.
    pub async fn add_credential(&self, secret: &str, credential: &Credential<'_>) {
        self.seeder.lock().await.credential(secret, credential).await.unwrap();
    }

    /// The id of a token's row.
    pub async fn credential_id(&self, token: &str) -> Uuid {
        let digest = Digest::of(token.as_bytes());
        sqlx::query_scalar("SELECT id FROM credentials WHERE sha256 = $1").bind(digest.as_bytes()).fetch_one(&self.owner_db).await.unwrap()
    }

    /// Another workspace of the first tenant, with the same owner: their token then spans two.
    pub async fn add_workspace(&self, slug: &str) -> Uuid {
        let insert = "INSERT INTO workspaces (tenant_id, slug, name) SELECT tenant_id, $2, $2 FROM workspaces WHERE id = $1 RETURNING id";
        let workspace = sqlx::query_scalar(insert).bind(self.tenant.workspace).bind(slug).fetch_one(&self.owner_db).await.unwrap();
        self.seeder.lock().await.member(workspace, self.tenant.owner, "owner").await.unwrap();
        workspace
    }
}
