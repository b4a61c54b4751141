//! Wrong usage, no token, no server: always 1.

use tests::Api;

use crate::Machine;
use crate::publish::published;

#[tokio::test]
async fn wrong_usage_is_1_and_never_2() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let folder = machine.folder("anywhere");
    insta::assert_snapshot!(folder.fcc("drfit").await, @r"
    exit 1
    --- stderr
    error: unrecognized subcommand 'drfit'

      tip: a similar subcommand exists: 'drift'

    Usage: fcc [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
    for wrong in ["", "history", "rollback flows/a.json", "resolve flows/a.json", "runs --source git", "plan --nonsense", "pull --target"] {
        folder.fcc(wrong).await.is(1);
    }
    insta::assert_snapshot!(folder.fcc("status").await, @r"
    exit 1
    --- stderr
    error: this is no FetchCatch checkout: there is no .fetchcatch/project.json here or above; `fcc init` makes one
    ");
    insta::assert_snapshot!(folder.fcc("history nothing.json").await, @r"
    exit 1
    --- stderr
    error: [ROOT]/anywhere/nothing.json is no resource's file: those are flows/<slug>.json and connectors/<slug>.json
    ");
    insta::assert_snapshot!(folder.fcc("history flows/nothing.json").await, @r#"
    exit 1
    --- stderr
    error: There is no flow "nothing" in this workspace.
    (not_found, request [ID])
    "#);
    api.finish().await;
}

#[tokio::test]
async fn tokens_that_fcc_can_not_use_are_refused() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    insta::assert_snapshot!(machine.folder("a").with_token(&api.tenant.token).fcc("whoami").await, @r"
    exit 1
    --- stderr
    error: fcc does not take fcp_ tokens: they are the console's. Mint one for fcc (fcs_) in the console, under Tokens
    ");
    insta::assert_snapshot!(machine.folder("a").with_token("fcs_cut").fcc("whoami").await, @r"
    exit 1
    --- stderr
    error: this is no FetchCatch token: it is incomplete, mistyped, or something else
    ");
    insta::assert_snapshot!(machine.folder("a").with_token("").fcc("whoami").await, @r"
    exit 1
    --- stderr
    error: not signed in to [URL]: run `fcc login`, or set FETCHCATCH_TOKEN
    ");
    api.finish().await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let folder = machine.folder("a");
    insta::assert_snapshot!(folder.fcc("whoami --url http://127.0.0.1:9").await, @r"
    exit 1
    --- stderr
    error: http://127.0.0.1:9 could not be reached: Connection refused (os error 111)
    ");
    insta::assert_snapshot!(folder.fcc("whoami --url http://fetchcatch.example").await, @r"
    exit 1
    --- stderr
    error: http://fetchcatch.example would carry the token unencrypted: use https
    ");
    api.finish().await;
}

#[tokio::test]
async fn a_workspace_that_the_token_does_not_have_is_refused() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await;
    work.fcc("status --workspace globex").await.is(1);
    insta::assert_snapshot!(work.fcc("status --target staging").await, @r#"
    exit 1
    --- stderr
    error: .fetchcatch/project.json has no target "staging"; it has default
    "#);
    api.finish().await;
}

#[tokio::test]
async fn more_files_than_a_call_takes_are_refused_before_anything_is_sent() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = machine.repository().await;
    for nth in 0..1001 {
        work.write(&format!("connectors/c{nth}.json"), &tests::without_flows());
    }
    let refused = "error: 1001 files are more than one call takes (1000): name some of them\n";
    for command in ["plan", "apply --allow-dirty", "publish --allow-dirty"] {
        assert_eq!(work.fcc(command).await.is(1).stderr, refused, "{command}");
    }
    work.fcc("plan connectors/c0.json connectors/c1.json").await.is(2);
    api.finish().await;
}
