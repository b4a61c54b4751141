//! `cargo dev up` as a newcomer meets it: the real program, the tokens of its dev.env, nothing but HTTP and AWS.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use dev::process::{Identity, Signal};
use dev::stack::cloud::Cloud;
use replica::{Notification, Read as ReadMode};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{TestHome, wait_for, wait_until_gone, wait_up_to};

/// A running stack. Dropping it kills it.
struct Stack {
    home: PathBuf,
    process: Child,
    printed: Arc<Mutex<Vec<String>>>,
    readers: Vec<JoinHandle<()>>,
    env: BTreeMap<String, String>,
    http: reqwest::Client,
}

fn keep_lines(from: impl Read + Send + 'static, printed: &Arc<Mutex<Vec<String>>>) -> JoinHandle<()> {
    let printed = printed.clone();
    std::thread::spawn(move || BufReader::new(from).lines().map_while(Result::ok).for_each(|line| printed.lock().unwrap().push(line)))
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn start(home: &TestHome, port: u16) -> Stack {
    let home = home.settings.home.clone();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dev"));
    command.arg("up").env("FETCHCATCH_HOME", &home).env("FETCHCATCH_PORT", port.to_string()).env_remove("FETCHCATCH_ADMIN_DATABASE_URL");
    let mut stack = Stack::spawn(home, &mut command);
    let ended = stack.wait_until_ready().err();
    assert!(ended.is_none(), "{}", ended.unwrap_or_default());
    let text = fs::read_to_string(stack.home.join("dev.env")).unwrap();
    let line = |line: &str| {
        let (name, value) = line.strip_prefix("export ").unwrap().split_once('=').unwrap();
        (name.to_owned(), value.trim_matches('\'').to_owned())
    };
    stack.env = text.lines().map(line).collect();
    stack
}

impl Stack {
    fn spawn(home: PathBuf, command: &mut Command) -> Stack {
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let printed = Arc::new(Mutex::new(Vec::new()));
        let (output, errors) = (process.stdout.take().unwrap(), process.stderr.take().unwrap());
        let readers = vec![keep_lines(output, &printed), keep_lines(errors, &printed)];
        Stack { home, process, printed, readers, env: BTreeMap::new(), http: dev::http::client().unwrap() }
    }

    /// Waits for a line that begins so.
    fn wait_to_print(&mut self, beginning: &str) -> String {
        let printed = self.printed.clone();
        wait_for(beginning, || printed.lock().unwrap().iter().find(|line| line.starts_with(beginning)).cloned())
    }

    /// The first start of a checkout installs what the console is built with, and builds it. One that ends is not waited for.
    fn wait_until_ready(&mut self) -> Result<(), String> {
        let (printed, process) = (self.printed.clone(), &mut self.process);
        let ended = wait_up_to(Duration::from_secs(600), "ready", || {
            let ready = printed.lock().unwrap().iter().any(|line| line.starts_with("ready"));
            if ready { Some(None) } else { process.try_wait().unwrap().map(Some) }
        });
        let Some(status) = ended else { return Ok(()) };
        self.readers.drain(..).for_each(|reader| reader.join().unwrap());
        Err(format!("the stack ended ({status}) before it was ready:\n{}", printed.lock().unwrap().join("\n")))
    }

    fn children(&self) -> Vec<Identity> {
        let record = |name: &str| serde_json::from_slice(&fs::read(self.home.join(format!("children/{name}.json"))).unwrap()).unwrap();
        vec![record("postgres"), record("ministack")]
    }

    /// Everything at once, without a chance to say goodbye.
    fn kill_everything(&mut self) {
        let children = self.children();
        self.process.kill().unwrap();
        children.iter().for_each(|child| child.signal(Signal::Kill).unwrap());
        self.process.wait().unwrap();
        children.iter().for_each(wait_until_gone);
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
        let url = format!("{}{path}", self.env["FETCHCATCH_URL"]);
        let answer = self.http.request(method, url).bearer_auth(&self.env["FETCHCATCH_TOKEN"]).json(&body).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap_or_default())
    }

    async fn draft(&self, slug: &str, settings: Value) {
        let (status, answer) = self.call(Method::PUT, &format!("/api/connectors/{slug}/draft/settings"), settings).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }

    async fn publish(&self, slug: &str, base_version: i64) -> Value {
        let (status, answer) =
            self.call(Method::POST, &format!("/api/connectors/{slug}/publish"), json!({"base_version": base_version})).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer
    }

    async fn cloud(&self) -> (Cloud, replica::Replica) {
        let cloud = Cloud::at(&self.env["AWS_ENDPOINT_URL"]).await;
        let table = cloud.table(&self.env["REPLICA_TABLE"]).await.unwrap();
        (cloud, table)
    }

    /// The replica's CURRENT item, the message to the fleet and the example worker's line, all of this version.
    async fn everybody_has(&mut self, slug: &str, id: Uuid, published: &Value) {
        let (cloud, table) = self.cloud().await;
        let (workspace, version) = (self.env["FETCHCATCH_WORKSPACE"].parse().unwrap(), published["version"].as_i64().unwrap());
        let message = loop {
            let received = cloud.sqs.receive_message().queue_url(&self.env["WORKER_QUEUE_URL"]).wait_time_seconds(5).send().await.unwrap();
            let message = received.messages().first().expect("no message for the fleet within five seconds").clone();
            cloud
                .sqs
                .delete_message()
                .queue_url(&self.env["WORKER_QUEUE_URL"])
                .receipt_handle(message.receipt_handle().unwrap())
                .send()
                .await
                .unwrap();
            let message: Notification = serde_json::from_str(message.body().unwrap()).unwrap();
            if message.resource_id == id && message.version == version {
                break message;
            }
        };
        assert_eq!((message.digest.to_string(), message.slug.as_str()), (published["digest"].as_str().unwrap().to_owned(), slug));
        // A worker is never told of a version that it can't read.
        let current = table.current(workspace, id, ReadMode::Consistent).await.unwrap().unwrap();
        assert_eq!((current.version, current.digest), (version, message.digest));
        assert_eq!(domain::Digest::of(&table.load(&current).await.unwrap()), message.digest);
        table.manifest(&current).await.unwrap();
        self.wait_to_print(&format!("worker: acme/{slug} now runs version {version} "));
    }
}

/// Its children end with their home.
impl Drop for Stack {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn make(stack: &Stack, slug: &str) -> Uuid {
    let (status, made) = stack.call(Method::POST, "/api/connectors", json!({"slug": slug, "name": slug})).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    made["id"].as_str().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_published_is_in_the_replica_the_queue_and_the_worker_and_survives_a_kill_of_everything() {
    let (home, port) = (TestHome::new(), free_port());
    let mut stack = start(&home, port);
    let mode = fs::metadata(stack.home.join("dev.env")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let names = [
        "AWS_ACCESS_KEY_ID",
        "AWS_ENDPOINT_URL",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "DATABASE_URL",
        "FETCHCATCH_AGENT_TOKEN",
        "FETCHCATCH_EVALUATE_KEY",
        "FETCHCATCH_LOGIN_URL",
        "FETCHCATCH_OWNER_TOKEN",
        "FETCHCATCH_TOKEN",
        "FETCHCATCH_URL",
        "FETCHCATCH_WORKSPACE",
        "OTHER_OWNER_TOKEN",
        "OTHER_TOKEN",
        "REPLICA_TABLE",
        "WORKER_QUEUE_URL",
    ];
    assert_eq!(stack.env.keys().collect::<Vec<_>>(), names);

    let id = make(&stack, "story").await;
    stack.draft("story", json!({"step": 1})).await;
    let first = stack.publish("story", 0).await;
    stack.everybody_has("story", id, &first).await;
    stack.draft("story", json!({"step": 2})).await;
    let second = stack.publish("story", 1).await;
    stack.everybody_has("story", id, &second).await;
    let (status, conflict) = stack.call(Method::POST, "/api/connectors/story/publish", json!({"base_version": 1})).await;
    assert_eq!((status, conflict["code"].as_str()), (StatusCode::CONFLICT, Some("version_conflict")));
    let (status, _) = stack.call(Method::POST, "/api/connectors/story/versions/1/restore", json!({})).await;
    assert_eq!(status, StatusCode::OK);
    let third = stack.publish("story", 2).await;
    stack.everybody_has("story", id, &third).await;
    let (status, fourth) = stack.call(Method::POST, "/api/connectors/story/rollback", json!({"version": 2, "base_version": 3})).await;
    assert_eq!((status, &fourth["version"]), (StatusCode::OK, &json!(4)));
    stack.everybody_has("story", id, &fourth).await;

    // Publishes up to the moment at which everything is killed: an answered one has to be there afterwards.
    let mut answered = 4;
    for _ in 0..20 {
        stack.draft("story", json!({"step": answered})).await;
        answered = stack.publish("story", answered).await["version"].as_i64().unwrap();
    }
    let token = stack.env["FETCHCATCH_TOKEN"].clone();
    stack.kill_everything();
    let mut stack = start(&home, port);
    assert_eq!(stack.env["FETCHCATCH_TOKEN"], token, "tokens survive");
    let (_, connector) = stack.call(Method::GET, "/api/connectors/story", json!({})).await;
    assert_eq!(connector["active_version"], answered);
    let (_, replica) = stack.call(Method::GET, "/v1/replica/connector/story", json!({})).await;
    assert_eq!((&replica["replicaVersion"], &replica["inSync"]), (&json!(answered), &json!(true)), "{replica}");

    // Asked to stop, it stops its children too.
    let children = stack.children();
    Identity::of(stack.process.id()).unwrap().signal(Signal::Terminate).unwrap();
    assert!(stack.process.wait().unwrap().success());
    children.iter().for_each(wait_until_gone);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_stacks_run_side_by_side_and_the_largest_config_goes_all_the_way() {
    let homes = [TestHome::new(), TestHome::new()];
    let (one, mut other) = (start(&homes[0], free_port()), start(&homes[1], free_port()));
    let id = make(&other, "largest").await;
    let empty =
        domain::Canonical::of(&json!({"schema_version": "3.0", "entities": {}, "event_flows": {}, "settings": {"filler": ""}})).bytes.len();
    let config = |bytes: usize| json!({"schema_version": "3.0", "entities": {}, "event_flows": {}, "settings": {"filler": "x".repeat(bytes - empty)}});
    let (status, draft) = other.call(Method::PUT, "/api/connectors/largest/draft", config(4_194_304)).await;
    assert_eq!(status, StatusCode::OK, "{draft}");
    let published = other.publish("largest", 0).await;
    assert_eq!(published["digest"], draft["etag"]);
    other.everybody_has("largest", id, &published).await;
    let (status, problem) = other.call(Method::PUT, "/api/connectors/largest/draft", config(4_194_305)).await;
    assert_eq!((status, problem["code"].as_str()), (StatusCode::PAYLOAD_TOO_LARGE, Some("payload_too_large")));
    let (status, _) = one.call(Method::GET, "/api/connectors/largest", json!({})).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "the other stack knows nothing of it");
    tokio::time::timeout(Duration::from_secs(1), one.call(Method::GET, "/healthz", json!({}))).await.unwrap();
}

#[test]
fn a_stack_that_ends_is_not_waited_for_and_what_it_said_is_told() {
    let home = TestHome::new();
    let mut script = Command::new("/bin/sh");
    script.args(["-c", "echo starting; echo 'error: no room' >&2; exit 3"]);
    let ended = Stack::spawn(home.settings.home.clone(), &mut script).wait_until_ready().unwrap_err();
    assert!(ended.contains("exit status: 3") && ended.contains("starting") && ended.contains("error: no room"), "{ended}");
}
