//! Workspaces, members, tokens, and what has no command of its own.

use serde_json::json;
use tests::{Api, Token};

use crate::Machine;

#[tokio::test]
async fn a_workspace_is_shown_and_changed() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let owner = machine.folder("a").with_token(&api.token(Token::PersonWithFcc("owner")).await);
    insta::assert_snapshot!(owner.fcc("workspace").await, @r"
    exit 0
    --- stdout
    acme (acme)
    Hybrid, Development
    no git repository
    ");
    insta::assert_snapshot!(owner.fcc("workspace set --mode CodeManaged --git-repo-url https://github.com/acme/flows").await, @r"
    exit 0
    --- stdout
    acme (acme)
    CodeManaged, Development
    https://github.com/acme/flows
    ");
    insta::assert_snapshot!(owner.fcc("workspace --json").await, @r#"
    exit 0
    --- stdout
    {
      "id": "[ID]",
      "slug": "acme",
      "name": "acme",
      "governanceMode": "CodeManaged",
      "environmentKind": "Development",
      "gitRepoUrl": "https://github.com/acme/flows",
      "gitBranch": null,
      "role": "owner",
      "createdAt": "[TIME]"
    }
    "#);
    insta::assert_snapshot!(owner.fcc("workspace list").await, @r"
    exit 0
    --- stdout
    acme  CodeManaged  Development  acme
    ");
    insta::assert_snapshot!(owner.fcc("workspace set --mode Anarchy").await, @r#"
    exit 1
    --- stderr
    error: invalid value 'Anarchy' for '--mode <MODE>': "Anarchy" is no governance mode; it is one of DesignerOnly, CodeManaged, Hybrid

    For more information, try '--help'.
    "#);
    owner.fcc("workspace create acme-staging --environment Staging").await.is(0);
    let editor = machine.folder("a").with_token(&api.token(Token::PersonWithFcc("editor")).await);
    insta::assert_snapshot!(editor.fcc("workspace set --mode Hybrid").await, @r"
    exit 1
    --- stderr
    error: Your role here is editor, which does not include the right to administer. An admin of the workspace can change it.
    (forbidden, request [ID])
    ");
    api.finish().await;
}

#[tokio::test]
async fn members_come_and_go() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let owner = machine.folder("a").with_token(&api.token(Token::PersonWithFcc("owner")).await);
    insta::assert_snapshot!(owner.fcc("members add kim@acme.example --role author").await, @r"
    exit 0
    --- stdout
    kim@acme.example is author
    ");
    insta::assert_snapshot!(owner.fcc("members set kim@acme.example --role editor").await, @r"
    exit 0
    --- stdout
    kim@acme.example is editor
    ");
    insta::assert_snapshot!(owner.fcc("members").await, @r"
    exit 0
    --- stdout
    kim@acme.example      editor  kim
    owner-0@acme.example  owner   owner
    owner@acme.example    owner   The Owner
    ");
    insta::assert_snapshot!(owner.fcc("members remove kim@acme.example --yes").await, @r"
    exit 0
    --- stdout
    kim@acme.example is no member any more
    ");
    insta::assert_snapshot!(owner.fcc("members remove kim@acme.example").await, @r"
    exit 1
    --- stderr
    error: kim@acme.example is no member of this workspace
    ");
    assert_eq!(owner.fcc("members --json").await.json().as_array().unwrap().len(), 2);
    api.finish().await;
}

#[tokio::test]
async fn tokens_are_minted_listed_and_revoked() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let owner = machine.folder("a").with_token(&api.token(Token::PersonWithFcc("owner")).await);
    let minted =
        owner.fcc("tokens create --kind service --name nightly --email ci@acme.example --scope read --expires-in-days 7 --json").await;
    let minted = minted.is(0).json();
    let nightly = machine.folder("a").with_token(minted["token"].as_str().unwrap());
    nightly.fcc("drift").await.is(0);
    assert!(owner.fcc("tokens").await.stdout.contains("nightly"));
    owner.fcc(&format!("tokens revoke {}", minted["id"].as_str().unwrap())).await.is(0);
    assert!(!owner.fcc("tokens list --json").await.stdout.contains("nightly"));
    api.finish().await;
}

#[tokio::test]
async fn any_call_can_be_made() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let folder = machine.folder("a");
    folder.fcc_with("api POST /api/connectors --input -", "{\"slug\": \"crm\", \"name\": \"CRM\"}").await.is(0);
    assert_eq!(folder.fcc("api get /api/connectors/crm").await.is(0).json()["slug"], "crm");
    let refused = folder.fcc("api GET /api/connectors/nothing").await;
    assert_eq!(refused.is(1).json()["code"], json!("not_found"));
    insta::assert_snapshot!(refused.stderr, @"GET /api/connectors/nothing answered 404");
    insta::assert_snapshot!(folder.fcc("api GET v1/me").await, @r#"
    exit 1
    --- stderr
    error: "v1/me" is no path of the API: it begins with a slash, as /v1/me
    "#);
    insta::assert_snapshot!(folder.with_variable("CI", "true").fcc("open flows/discounts.json").await, @r"
    exit 0
    --- stdout
    https://console.example/w/acme/flows/discounts
    ");
    api.finish().await;
}
