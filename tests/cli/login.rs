use std::os::unix::fs::PermissionsExt as _;

use tests::{Api, Token};

use crate::Machine;
use crate::publish::published;

#[tokio::test]
async fn a_token_is_tried_and_kept_where_only_its_owner_reads_it() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let folder = machine.folder("a").with_token("");
    let token = api.token(Token::PersonWithFcc("editor")).await;
    insta::assert_snapshot!(folder.fcc("whoami").await, @r"
    exit 1
    --- stderr
    error: not signed in to [URL]: run `fcc login`, or set FETCHCATCH_TOKEN
    ");
    insta::assert_snapshot!(folder.fcc_with("login --with-token", &format!("{token}\n")).await, @r"
    exit 0
    --- stdout
    signed in to [URL]: editor-0@acme.example, personal token of the cli surface
    --- stderr
    The token is kept in [ROOT]/home/.config/fetchcatch/credentials.json.
    ");
    let kept = machine.home().join(".config/fetchcatch/credentials.json");
    assert_eq!(std::fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    insta::assert_snapshot!(folder.fcc("whoami").await, @r"
    exit 0
    --- stdout
    editor-0@acme.example, personal token of the cli surface
    workspace acme (Hybrid, Development) as editor
    may read, draft, apply, publish, evaluate, evaluate_draft; expires [TIME]
    ");
    insta::assert_snapshot!(folder.fcc("whoami --json").await, @r#"
    exit 0
    --- stdout
    {
      "user": {
        "id": "[ID]",
        "email": "editor-0@acme.example",
        "name": "editor"
      },
      "token": {
        "kind": "personal",
        "surface": "cli",
        "scopes": [
          "read",
          "draft",
          "apply",
          "publish",
          "evaluate",
          "evaluate_draft"
        ],
        "expiresAt": "[TIME]"
      },
      "workspace": {
        "id": "[ID]",
        "slug": "acme",
        "name": "acme",
        "governanceMode": "Hybrid",
        "environmentKind": "Development"
      },
      "role": "editor",
      "workspaces": [
        {
          "id": "[ID]",
          "slug": "acme",
          "name": "acme",
          "governanceMode": "Hybrid",
          "environmentKind": "Development"
        }
      ],
      "consoleUrl": "https://console.example"
    }
    "#);
    insta::assert_snapshot!(folder.fcc("logout").await, @r"
    exit 0
    --- stdout
    signed out of [URL]
    ");
    assert!(!std::fs::read_to_string(&kept).unwrap().contains(&token));
    folder.fcc("whoami").await.is(1);
    api.finish().await;
}

#[tokio::test]
async fn a_wrong_token_is_not_kept() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let folder = machine.folder("a").with_token("");
    insta::assert_snapshot!(folder.fcc_with("login --with-token", &api.tenant.token).await, @r"
    exit 1
    --- stderr
    error: fcc does not take fcp_ tokens: they are the console's. Mint one for fcc (fcs_) in the console, under Tokens
    ");
    let unknown = domain::token::mint(domain::token::TokenKind::Cli, [7; 32]);
    insta::assert_snapshot!(folder.fcc_with("login --with-token", &unknown).await.is(1).code.to_string(), @"1");
    insta::assert_snapshot!(folder.fcc("login").await, @r"
    exit 1
    --- stderr
    error: stdin is no terminal: hand the token over with `fcc login --with-token < FILE`
    ");
    assert!(!machine.home().join(".config/fetchcatch/credentials.json").exists());
    api.finish().await;
}

#[tokio::test]
async fn a_keyring_is_used_where_there_is_one() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    // What libsecret's own program does, with a file: the secret comes through stdin.
    let ring =
        "#!/bin/sh\nif [ \"$1\" = store ]; then cat > $HOME/ring; elif [ \"$1\" = lookup ]; then cat $HOME/ring; else rm $HOME/ring; fi\n";
    machine.install("secret-tool", ring);
    let folder = machine.folder("a").with_token("").with_variable("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
    insta::assert_snapshot!(folder.fcc_with("login --with-token", &api.ci).await, @r"
    exit 0
    --- stdout
    signed in to [URL]: service token of the cli surface
    --- stderr
    The token is kept in the keyring.
    ");
    let kept = std::fs::read_to_string(machine.home().join(".config/fetchcatch/credentials.json")).unwrap();
    assert!(!kept.contains(&api.ci), "{kept}");
    folder.fcc("whoami").await.is(0);
    folder.fcc("logout").await.is(0);
    assert!(!machine.home().join("ring").exists());
    folder.fcc("whoami").await.is(1);
    api.finish().await;
}

#[tokio::test]
async fn kept_tokens_that_can_not_be_read_are_told_of_and_the_environments_works_without_them() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await.with_variable("FETCHCATCH_URL", "");
    // A folder stands where the file was: nothing may be written over it.
    std::fs::create_dir_all(machine.home().join(".config/fetchcatch/credentials.json")).unwrap();
    work.fcc("status").await.is(0);
    let told = machine.folder("work").with_token("").fcc("status").await;
    assert!(told.is(1).stderr.contains("credentials.json can't be read"), "{told}");
    api.finish().await;
}
