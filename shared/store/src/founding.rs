//! The first tenant of a deployment, and how its owner comes in: there is nobody yet who could ask the API. As `fc_owner`.

use domain::digest::Digest;

use crate::{Db, Result};

/// Makes a tenant with a workspace, and this person its owner, where there is no tenant yet. Answers whether it did.
pub async fn first_owner(db: &Db, email: &str) -> Result<bool> {
    Ok(sqlx::query_scalar(
        "WITH tenant AS (
             INSERT INTO tenants (slug, name) SELECT 'main', 'Main' WHERE NOT EXISTS (SELECT FROM tenants)
             ON CONFLICT (slug) DO NOTHING RETURNING id),
         person AS (
             INSERT INTO users (email, name) SELECT $1, split_part($1, '@', 1) FROM tenant
             ON CONFLICT (lower(email)) DO UPDATE SET email = excluded.email RETURNING id),
         workspace AS (
             INSERT INTO workspaces (tenant_id, slug, name, environment_kind) SELECT id, 'main', 'Main', 'Production' FROM tenant RETURNING id),
         owner AS (
             INSERT INTO memberships (workspace_id, user_id, role) SELECT w.id, p.id, 'owner' FROM workspace w, person p RETURNING role)
         SELECT EXISTS (SELECT FROM owner)",
    )
    .bind(email)
    .fetch_one(db.pool())
    .await?)
}

/// A one-time code that signs this person in, for a day, in the tenant that they came to first. Answers whether there is such a person.
pub async fn offer_sign_in(db: &Db, email: &str, code: Digest) -> Result<bool> {
    let made = sqlx::query(
        "INSERT INTO credentials (sha256, kind, surface, tenant_id, user_id, name, email, expires_at)
         SELECT $2, 'login', 'designer', w.tenant_id, u.id, 'one-time sign-in', u.email, now() + interval '1 day'
           FROM users u JOIN memberships m ON m.user_id = u.id JOIN workspaces w ON w.id = m.workspace_id
          WHERE lower(u.email) = lower($1) ORDER BY m.created_at, m.workspace_id LIMIT 1",
    )
    .bind(email)
    .bind(code.as_bytes())
    .execute(db.pool())
    .await?;
    Ok(made.rows_affected() == 1)
}
