//! Tenants, people and credentials of a stack, put into the database directly: there is nobody yet who could ask the API for them.

use anyhow::Result;
use domain::digest::Digest;
use domain::token::{self, TokenKind};
use sqlx::{Connection as _, PgConnection};
use uuid::Uuid;

/// A tenant with one workspace and its owner.
#[derive(Debug, Clone, Copy)]
pub struct Tenant<'a> {
    pub slug: &'a str,
    pub name: &'a str,
    pub workspace: &'a str,
    pub owner_email: &'a str,
    pub owner_name: &'a str,
}

/// Where things of a tenant belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seated {
    pub workspace: Uuid,
    pub owner: Uuid,
}

/// A direct line to the database, as the owner of its tables.
pub struct Seeder(PgConnection);

impl Seeder {
    pub async fn connect(owner_url: &str) -> Result<Seeder> {
        Ok(Seeder(PgConnection::connect(owner_url).await?))
    }

    /// Makes what is missing of the tenant; a second call finds everything.
    pub async fn tenant(&mut self, tenant: &Tenant<'_>) -> Result<Seated> {
        let tenant_id: Uuid = sqlx::query_scalar(
            "INSERT INTO tenants (slug, name) VALUES ($1, $2) ON CONFLICT (slug) DO UPDATE SET name = excluded.name RETURNING id",
        )
        .bind(tenant.slug)
        .bind(tenant.name)
        .fetch_one(&mut self.0)
        .await?;
        let owner = self.user(tenant.owner_email, tenant.owner_name).await?;
        let workspace: Uuid = sqlx::query_scalar(
            "INSERT INTO workspaces (tenant_id, slug, name) VALUES ($1, $2, $3) ON CONFLICT (tenant_id, slug) DO UPDATE SET slug = excluded.slug RETURNING id",
        )
        .bind(tenant_id)
        .bind(tenant.workspace)
        .bind(tenant.name)
        .fetch_one(&mut self.0)
        .await?;
        self.member(workspace, owner, "owner").await?;
        Ok(Seated { workspace, owner })
    }

    pub async fn user(&mut self, email: &str, name: &str) -> Result<Uuid> {
        Ok(sqlx::query_scalar(
            "INSERT INTO users (email, name) VALUES ($1, $2) ON CONFLICT (lower(email)) DO UPDATE SET email = excluded.email RETURNING id",
        )
        .bind(email)
        .bind(name)
        .fetch_one(&mut self.0)
        .await?)
    }

    pub async fn member(&mut self, workspace: Uuid, user: Uuid, role: &str) -> Result<()> {
        sqlx::query("INSERT INTO memberships (workspace_id, user_id, role) VALUES ($1, $2, $3) ON CONFLICT (workspace_id, user_id) DO UPDATE SET role = excluded.role")
            .bind(workspace)
            .bind(user)
            .bind(role)
            .execute(&mut self.0)
            .await?;
        Ok(())
    }

    /// Lets the secret in for a year from now (a one-time code for a day); a secret that is known already gets its time anew. One that
    /// spans its user's workspaces is made in the tenant of their first.
    pub async fn credential(&mut self, secret: &str, credential: &Credential<'_>) -> Result<Uuid> {
        Ok(sqlx::query_scalar(
            "INSERT INTO credentials (sha256, kind, surface, workspace_id, tenant_id, user_id, name, email, scopes, expires_at)
             VALUES ($1, $2, $3, $4, (SELECT w.tenant_id FROM workspaces w WHERE w.id = coalesce($4,
                 (SELECT m.workspace_id FROM memberships m WHERE m.user_id = $5 ORDER BY m.created_at, m.workspace_id LIMIT 1))),
                 $5, $6, $7, $8, now() + CASE $2 WHEN 'login' THEN interval '1 day' ELSE interval '365 days' END)
             ON CONFLICT (sha256) DO UPDATE SET expires_at = excluded.expires_at RETURNING id",
        )
        .bind(Digest::of(secret.as_bytes()).as_bytes())
        .bind(credential.kind)
        .bind(credential.surface)
        .bind(credential.workspace)
        .bind(credential.user)
        .bind(credential.name)
        .bind(credential.email)
        .bind(credential.scopes.iter().map(|scope| (*scope).to_owned()).collect::<Vec<_>>())
        .fetch_one(&mut self.0)
        .await?)
    }

    /// For what tests need to say to the database beyond this.
    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.0
    }
}

/// A credential's row.
#[derive(Debug, Clone, Copy)]
pub struct Credential<'a> {
    pub kind: &'a str,
    pub surface: Option<&'a str>,
    pub workspace: Option<Uuid>,
    pub user: Option<Uuid>,
    pub name: &'a str,
    pub email: Option<&'a str>,
    pub scopes: &'a [&'a str],
}

pub const ALL_SCOPES: &[&str] = &["read", "draft", "apply", "publish", "evaluate"];

impl<'a> Credential<'a> {
    /// A person's, for the console and scripts: `fcp_`.
    pub fn designer(user: Uuid, email: &'a str) -> Self {
        Credential {
            kind: "personal",
            surface: Some("designer"),
            workspace: None,
            user: Some(user),
            name: "local stack",
            email: Some(email),
            scopes: &[],
        }
    }

    /// CI's, with these scopes: `fcs_`.
    pub fn service(workspace: Uuid, email: &'a str, scopes: &'a [&'a str]) -> Self {
        Credential {
            kind: "service",
            surface: Some("cli"),
            workspace: Some(workspace),
            user: None,
            name: "local stack",
            email: Some(email),
            scopes,
        }
    }

    /// An agent's: `fca_`.
    pub fn agent(workspace: Uuid, email: &'a str) -> Self {
        Credential {
            kind: "agent",
            surface: Some("agent"),
            workspace: Some(workspace),
            user: None,
            name: "local stack",
            email: Some(email),
            scopes: &[],
        }
    }

    /// An application's: `fce_`.
    pub fn evaluate(workspace: Uuid) -> Self {
        Credential {
            kind: "evaluate",
            surface: None,
            workspace: Some(workspace),
            user: None,
            name: "local stack",
            email: None,
            scopes: &[],
        }
    }

    /// A one-time code for the console's sign-in: `fcn_`.
    pub fn login(user: Uuid, email: &'a str) -> Self {
        Credential {
            kind: "login",
            surface: Some("designer"),
            workspace: None,
            user: Some(user),
            name: "one-time sign-in",
            email: Some(email),
            scopes: &[],
        }
    }

    /// The kind of secret that goes with it.
    pub fn token_kind(&self) -> TokenKind {
        match (self.kind, self.surface) {
            ("agent", _) => TokenKind::Agent,
            ("evaluate", _) => TokenKind::Evaluate,
            ("login" | "session", _) => TokenKind::Session,
            (_, Some("cli")) => TokenKind::Cli,
            _ => TokenKind::Designer,
        }
    }
}

/// A new secret from the operating system's randomness.
#[expect(clippy::disallowed_methods, reason = "secrets of the local stack and of tests are made here")]
pub fn new_secret(kind: TokenKind) -> String {
    token::mint(kind, rand::random())
}
