use tests::Api;

use crate::{Clone, Machine};

#[tokio::test]
async fn help_names_what_there_is() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let folder = machine.folder("a").with_token("");
    insta::assert_snapshot!(folder.fcc("--help").await, @r"
    exit 0
    --- stdout
    FetchCatch from a checkout, from CI and from scripts

    Usage: fcc [OPTIONS] <COMMAND>

    Commands:
      init          Make this folder a checkout of a workspace
      login         Sign in: keep a token for this API
      logout        Forget the token that was kept for this API
      whoami        Who the token belongs to, and what it may do
      pull          Bring what the workspace has into this checkout
      status        How this checkout and the workspace's published versions differ
      diff          What the files here change in what is published
      plan          What `fcc apply` would do, and nothing else
      apply         Write the files here into the workspace's drafts
      publish       Apply the files here, and publish exactly them
      drift         Whether production and git still agree, for CI
      history       Every save, apply and publish of a resource, newest first
      rollback      Publish a former version again, as a new one
      restore       Copy a former version into the draft; nothing is published
      resolve       Settle a conflict that `fcc pull` found
      archive       Take a resource out of service: it no longer evaluates, workers get its tombstone
      unarchive     Put an archived resource into service again
      runs          What flows decided, newest first
      run           One decision: what went in, what came out
      evaluate      Ask a flow for a decision: a published one by its slug, the one in a file right here
      test          Run the tests that flows' files carry, on this machine
      setup         Set up connectors and flows from a setup file: drafts, unless told to publish
      tokens        Tokens: list, create, revoke
      workspace     The workspace: show, list, create, change
      members       The workspace's members: list, add, set a role, remove
      open          Open the console in a browser
      api           Call the API: for what has no command of its own
      mcp           Serve the tools of AI agents on stdin and stdout: agents draft, people publish
      merge-driver  Merge a file by its structure; git calls this
      completions   Completions for a shell, or man pages
      help          Help on a command, or on exit-codes

    Options:
          --url <URL>         Address of the API [FETCHCATCH_URL, the project's, the one signed in to]
          --workspace <SLUG>  Workspace, by slug or id
          --target <NAME>     Workspace, by the project's name for it
          --json              Print the result as JSON on stdout
      -y, --yes               Do not ask
      -q, --quiet             Print nothing but the result, warnings and errors
      -h, --help              Print help
      -V, --version           Print version

    Exit codes: 0 in sync or done, 1 error, 2 drift or pending changes, 3 conflicts (fcc help exit-codes).
    ");
    insta::assert_snapshot!(folder.fcc("help exit-codes").await, @r"
    exit 0
    --- stdout
    Exit codes of fcc, for scripts and CI:

      0    in sync, or done
      1    an error, wrong usage included
      2    drift or pending changes (drift, plan, status, diff)
      3    conflicts: the same thing was changed here and there (drift: changed on both sides)
      130  interrupted

    Where several hold, 1 beats 3 beats 2.
    ");
    insta::assert_snapshot!(folder.fcc("help nonsense").await, @r#"
    exit 1
    --- stderr
    error: there is no command "nonsense": see `fcc help`
    "#);
    insta::assert_snapshot!(folder.fcc("--version").await, @r"
    exit 0
    --- stdout
    fcc 0.1.0
    ");
    api.finish().await;
}

#[tokio::test]
async fn every_command_has_help_with_an_example() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let folder = machine.folder("a").with_token("");
    for command in commands(&folder).await {
        let shown = folder.fcc(&format!("{command} --help")).await;
        assert!(shown.is(0).stdout.contains("Example: "), "{command}: {shown}");
        assert_eq!(folder.fcc(&format!("help {command}")).await.is(0).stdout, shown.stdout, "{command}");
    }
    api.finish().await;
}

#[tokio::test]
async fn shells_complete_and_every_command_has_a_man_page() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let folder = machine.folder("a").with_token("");
    for (form, begins) in [("bash", "_fcc()"), ("zsh", "#compdef fcc"), ("fish", "# Print"), ("man", ".ie")] {
        let text = folder.fcc(&format!("completions {form}")).await;
        assert!(text.is(0).stdout.starts_with(begins) && text.stdout.contains("evaluate"), "{form}: {text}");
    }
    for command in commands(&folder).await {
        let page = folder.fcc(&format!("completions man {command}")).await.is(0).stdout.replace('\\', "");
        assert!(page.contains(&format!(".TH fcc-{command} 1")) && page.contains("--workspace") && page.contains("Example: "), "{page}");
    }
    insta::assert_snapshot!(folder.fcc("completions man nonsense").await, @r#"
    exit 1
    --- stderr
    error: there is no command "nonsense": see `fcc help`
    "#);
    insta::assert_snapshot!(folder.fcc("completions zsh publish").await, @r"
    exit 1
    --- stderr
    error: a shell completes all of fcc: a command is named for `fcc completions man` alone
    ");
    api.finish().await;
}

/// As `fcc --help` lists them.
pub async fn commands(folder: &Clone<'_>) -> Vec<String> {
    let help = folder.fcc("--help").await.stdout;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| line.starts_with("  "));
    let commands: Vec<String> = commands.filter_map(|line| line.split_whitespace().next().map(str::to_owned)).collect();
    assert!(commands.len() >= 31, "{commands:?}");
    commands
}
