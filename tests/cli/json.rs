//! `--json` of every command: one document on stdout, whatever else is said on stderr.

use serde_json::{Value, json};
use tests::{Api, Token};

use crate::help::commands;
use crate::publish::published;
use crate::story::{edit, edit_in_console, hot_fix};
use crate::{Clone, Machine};

/// The protocol of agents is JSON on its own, and a test of its own.
const ON_ITS_OWN: [&str; 1] = ["mcp"];

/// What was called, by its first word, and what it showed.
#[derive(Default)]
struct Called {
    commands: Vec<String>,
    shown: String,
}

impl Called {
    /// The document that it printed, and nothing beside it.
    async fn json(&mut self, folder: &Clone<'_>, arguments: &str, input: &str, code: i32) -> Value {
        self.commands.push(arguments.split_whitespace().next().unwrap().to_owned());
        let shown = folder.fcc_with(&format!("{arguments} --json"), input).await;
        for line in format!("$ fcc {arguments} --json\n{}\n", shown.is(code)).lines() {
            self.shown.push_str(&settled(line));
            self.shown.push('\n');
        }
        shown.json()
    }
}

/// Without what differs from run to run, or is shown in whole elsewhere.
fn settled(line: &str) -> String {
    if line.starts_with("{\"") {
        return "[ANSWER]".to_owned();
    }
    let Some((name, value)) = line.split_once(": ") else { return line.trim_end().to_owned() };
    match name.trim() {
        "\"durationUs\"" | "\"snapshot\"" | "\"id\"" if value.starts_with(|letter: char| letter.is_ascii_digit()) => {
            format!("{name}: [NUMBER],")
        }
        "\"text\"" => format!("{name}: [TEXT]"),
        _ => line.trim_end().to_owned(),
    }
}

#[tokio::test]
async fn every_command_answers_a_program() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = published(&machine).await.with_variable("CI", "true");
    let owner = api.token(Token::PersonWithFcc("owner")).await;
    let admin = machine.folder("admin").with_token(&owner);
    let mut called = Called::default();
    let flow = "flows/discounts.json";

    let signed_in = called.json(&machine.folder("home").with_token(""), "login --with-token", &owner, 0).await;
    assert_eq!((&signed_in["token"]["kind"], signed_in.to_string().contains(&owner)), (&json!("personal"), false));
    assert_eq!(called.json(&machine.folder("home").with_token(""), "logout", "", 0).await["forgotten"], true);
    assert_eq!(called.json(&work, "whoami", "", 0).await["token"]["kind"], "service");
    assert_eq!(called.json(&work, "init", "", 0).await["project"]["targets"]["default"], "acme");
    assert_eq!(called.json(&work, "status", "", 0).await["workspace"], "acme");
    assert_eq!(called.json(&work, "test", "", 0).await["failed"], 0);
    assert_eq!(called.json(&work, "drift", "", 0).await["inSync"], true);

    edit(&work, "big", "20");
    work.commit("Twenty").await;
    assert_eq!(called.json(&work, "diff", "", 2).await["items"][0]["changes"][0]["after"], "20");
    assert_eq!(called.json(&work, "plan", "", 2).await["items"][1]["change"], "updated");
    assert_eq!(called.json(&work, "apply", "", 0).await["items"][1]["change"], "updated");
    assert_eq!(called.json(&work, "publish -m Twenty", "", 0).await["items"][0]["version"], 2);
    assert_eq!(called.json(&work, &format!("history {flow} --publishes"), "", 0).await[0]["version"], 2);
    assert_eq!(called.json(&work, &format!("rollback {flow} --to 1"), "", 0).await["version"], 3);
    assert_eq!(called.json(&work, &format!("restore {flow} --to 2"), "", 0).await["restoredFrom"], 2);
    edit_in_console(&api, "rest", "1").await;
    hot_fix(&api, "big", "30").await;
    edit(&work, "big", "25");
    work.commit("Twenty-five").await;
    let pulled = called.json(&work, "pull", "", 3).await["items"].clone();
    assert!(pulled.as_array().unwrap().iter().any(|one| one["slug"] == "discounts" && one["change"] == "conflict"), "{pulled}");
    assert_eq!(called.json(&work, &format!("resolve {flow} --theirs"), "", 0).await["file"], flow);
    assert_eq!(called.json(&work, &format!("archive {flow}"), "", 0).await["version"], 5);
    assert_eq!(called.json(&work, "unarchive discounts", "", 0).await["version"], 6);

    let order = "{\"order\": {\"total\": 2000}}";
    let run = called.json(&work, "evaluate discounts --input -", order, 0).await["runId"].clone();
    assert_eq!(called.json(&work, "runs --limit 1", "", 0).await[0]["id"], run);
    assert_eq!(called.json(&work, &format!("run {}", run.as_str().unwrap()), "", 0).await["status"], "succeeded");
    work.write("setup.json", &json!({"connectors": [{"slug": "made", "config": {}}]}));
    assert_eq!(called.json(&work, "setup setup.json", "", 0).await["items"][0]["change"], "created");

    assert!(called.json(&admin, "tokens", "", 0).await.is_array());
    assert_eq!(called.json(&admin, "workspace", "", 0).await["slug"], "acme");
    assert_eq!(called.json(&admin, "members", "", 0).await[0]["role"], "owner");
    assert_eq!(called.json(&work, &format!("open {flow}"), "", 0).await["url"], "https://console.example/w/acme/flows/discounts");
    assert_eq!(called.json(&work, "api GET /v1/flows/discounts", "", 0).await["publishedVersion"], 6);
    for (name, text) in [("base", "{}"), ("ours", "{\"a\": 1}"), ("theirs", "{\"b\": 2}")] {
        work.write_text(name, text);
    }
    assert_eq!(called.json(&work, "merge-driver base ours theirs flows/x.json", "", 0).await["merged"], true);
    assert!(called.json(&work, "completions fish", "", 0).await["text"].as_str().unwrap().contains("evaluate"));
    assert!(called.json(&work, "help exit-codes", "", 0).await["text"].as_str().unwrap().contains("130"));

    insta::assert_snapshot!("every_command_with_json", called.shown.replace(run.as_str().unwrap(), "[RUN]"));
    let missing: Vec<_> = commands(&work).await.into_iter().filter(|one| !called.commands.contains(one)).collect();
    assert_eq!(missing, ON_ITS_OWN, "call them here with --json");
    api.finish().await;
}
