use futures::future::join;
use serde_json::json;
use tests::{Api, Token, config, fields, within_a_minute};

use super::{ACME, audited, member};

async fn path_of(api: &Api, token: &str) -> String {
    format!("{ACME}/members/{}", api.get("/v1/me").as_(token).await.ok()["user"]["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_membership_that_ends_takes_its_tokens_along_at_once() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let fcc = api.token(Token::PersonWithFcc("editor")).await;
    let path = path_of(&api, &fcc).await;
    let user = path.rsplit('/').next().unwrap().to_owned();
    let console = dev::stack::tenants::new_secret(domain::token::TokenKind::Designer);
    api.add_credential(&console, &dev::stack::tenants::Credential::designer(user.parse().unwrap(), "editor@acme.example")).await;
    let publish = |token: &str| api.post("/api/connectors/crm/publish").as_(token).json(json!({"base_version": 9}));
    // Both are in the cache of reads by now.
    for token in [&fcc, &console] {
        api.get("/api/connectors/crm").as_(token).await.ok();
        publish(token).await.problem(409, "version_conflict");
    }
    api.delete(&path).await.with_status(204);
    publish(&fcc).await.problem(401, "unauthorized");
    let read = || api.get("/api/connectors/crm").as_(&fcc);
    within_a_minute(read, |answer| answer.status == 401).await.problem(401, "unauthorized");
    // The console's token spans workspaces; this one is no longer among them.
    let refused = publish(&console).await.problem(400, "workspace_required");
    assert_eq!(refused["workspaces"], json!([]));
    within_a_minute(|| api.get(ACME).as_(&console), |answer| answer.status == 404).await.problem(404, "not_found");
    api.patch(ACME).as_(&console).json(json!({})).await.problem(404, "not_found");
    let listed = || api.get("/v1/workspaces").as_(&console);
    within_a_minute(listed, |answer| answer.json()["items"] == json!([])).await.ok();
    assert_eq!(audited(&api, 1).await[0].0, "member_removed");

    // Whoever comes back gets new tokens for the workspace.
    let email = api.get("/v1/audit").await.ok()["items"][0]["detail"]["email"].clone();
    api.post(&format!("{ACME}/members")).json(json!({"email": email, "role": "editor"})).await.with_status(201);
    publish(&console).await.problem(409, "version_conflict");
    publish(&fcc).await.problem(401, "unauthorized");
    api.finish().await;
}

#[tokio::test]
async fn admins_remove_all_but_owners_and_others_nobody() {
    let api = Api::start().await;
    let admin = api.token(Token::Person("admin")).await;
    let editor = api.token(Token::Person("editor")).await;
    let agent = api.token(Token::Agent).await;
    let ada = format!("{ACME}/members/{}", member(&api, "ada@acme.example", "viewer").await);
    let owner = format!("{ACME}/members/{}", api.tenant.owner);
    for token in [&editor, &agent, &api.ci] {
        api.delete(&ada).as_(token).await.problem(403, "forbidden");
    }
    assert_eq!(audited(&api, 1).await[0].0, "remove_member_refused");
    api.delete(&owner).as_(&admin).await.problem(403, "forbidden");
    api.delete(&ada).as_(&admin).await.with_status(204);
    api.delete(&ada).as_(&admin).await.problem(404, "not_found");
    api.delete(&ada).as_(&api.other_tenant.token).await.problem(404, "not_found");
    api.finish().await;
}

#[tokio::test]
async fn a_member_may_leave_but_for_the_last_owner() {
    let api = Api::start().await;
    for token in [Token::Person("viewer"), Token::PersonWithFcc("author"), Token::Person("admin"), Token::Person("owner")] {
        let token = api.token(token).await;
        let path = path_of(&api, &token).await;
        api.delete(&path).as_(&token).await.with_status(204);
    }
    let refused = api.delete(&format!("{ACME}/members/{}", api.tenant.owner)).await.problem(409, "last_owner");
    assert!(refused["detail"].as_str().unwrap().contains("last owner of \"acme\""), "{refused}");
    assert_eq!(fields(&api.get(&format!("{ACME}/members")).await.ok()["items"], "role"), ["owner"]);
    api.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_owners_who_remove_each_other_at_the_same_moment_leave_one() {
    let api = Api::start().await;
    for round in 0..10 {
        let (first, second) = (api.token(Token::Person("owner")).await, api.token(Token::Person("owner")).await);
        // The tenant's own owner steps aside, so that these two are all there are.
        let own = format!("{ACME}/members/{}", api.tenant.owner);
        api.patch(&own).json(json!({"role": "viewer"})).await.ok();
        let (of_first, of_second) = (path_of(&api, &first).await, path_of(&api, &second).await);
        let remove = |path: &str, by: &str| api.delete(path).as_(by).into_future();
        let answers = match round % 3 {
            0 => join(remove(&of_second, &first), remove(&of_first, &second)).await,
            1 => join(remove(&of_first, &first), remove(&of_second, &second)).await,
            _ => {
                let demote = |path: &str, by: &str| api.patch(path).as_(by).json(json!({"role": "viewer"})).into_future();
                join(demote(&of_second, &first), demote(&of_first, &second)).await
            }
        };
        let succeeded = [&answers.0, &answers.1].iter().filter(|answer| answer.status < 300).count();
        assert_eq!(succeeded, 1, "round {round}: {} and {}", answers.0, answers.1);
        let owners = "SELECT user_id FROM memberships WHERE workspace_id = $1 AND role = 'owner'";
        let owners: Vec<uuid::Uuid> = sqlx::query_scalar(owners).bind(api.tenant.workspace).fetch_all(&api.owner_db).await.unwrap();
        assert_eq!(owners.len(), 1, "round {round}");
        // The one who is left lets the tenant's owner in again, and goes.
        let first_is_left = of_first.ends_with(&owners[0].to_string());
        let (left, of_left) = if first_is_left { (&first, &of_first) } else { (&second, &of_second) };
        api.patch(&own).as_(left).json(json!({"role": "owner"})).await.ok();
        api.delete(of_left).as_(left).await.with_status(204);
    }
    api.finish().await;
}
