//! The network is cut: half-way through a request, or when the server has done what it was asked. What is run again is done once.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use tests::Api;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::Machine;
use crate::publish::tested;
use crate::story::edit;

/// Where in a call the cut is.
#[derive(Debug, Clone, Copy)]
enum At {
    /// The server gets a part of it.
    Request,
    /// The server does it, and `fcc` does not learn of it.
    Answer,
    /// What is between asks for patience, as a gateway does that has no room; the server gets nothing.
    Busy,
}

const BUSY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 2\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// Between `fcc` and the API; it cuts some calls.
struct Wire {
    url: String,
    /// Still to be cut.
    cuts: Arc<AtomicUsize>,
}

impl Wire {
    async fn cutting(api: &Api, call: &'static str, at: At, cuts: usize) -> Wire {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let upstream = api.origin.trim_start_matches("http://").to_owned();
        let cuts = Arc::new(AtomicUsize::new(cuts));
        let left = cuts.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (upstream, left) = (TcpStream::connect(&upstream).await.unwrap(), left.clone());
                tokio::spawn(carry(client, upstream, call, at, left));
            }
        });
        Wire { url, cuts }
    }
}

/// Both ways, until one side ends or the answer to the call is due.
async fn carry(mut client: TcpStream, mut upstream: TcpStream, call: &str, at: At, left: Arc<AtomicUsize>) {
    let (mut request, mut answer) = (vec![0; 65536], vec![0; 65536]);
    let mut is_cut = false;
    loop {
        tokio::select! {
            read = client.read(&mut request) => match read {
                Ok(length @ 1..) => {
                    let is_call = request[..length].windows(call.len()).any(|window| window == call.as_bytes());
                    is_cut |= is_call && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
                    match at {
                        At::Request if is_cut => return upstream.write_all(&request[..length / 2]).await.unwrap(),
                        At::Busy if is_cut => return client.write_all(BUSY).await.unwrap(),
                        _ => {}
                    }
                    upstream.write_all(&request[..length]).await.unwrap();
                }
                _ => return,
            },
            read = upstream.read(&mut answer) => match read {
                Ok(length @ 1..) if !is_cut => client.write_all(&answer[..length]).await.unwrap(),
                _ => return,
            },
        }
    }
}

#[tokio::test]
async fn a_call_that_was_cut_is_made_again_and_done_once() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = machine.repository().await;
    work.write("flows/discounts.json", &tested());
    let (apply, publish) = ("POST /v1/sync/apply", "POST /v1/sync/publish");
    let calls =
        [("apply", apply, At::Request), ("apply", apply, At::Answer), ("publish", publish, At::Request), ("publish", publish, At::Answer)];
    for (nth, (command, call, at)) in calls.into_iter().enumerate() {
        edit(&work, "big", &format!("{}", 20 + nth));
        work.commit("A change").await;
        let wire = Wire::cutting(&api, call, at, 2).await;
        work.fcc(&format!("{command} --url {}", wire.url)).await.is(0);
        assert_eq!(wire.cuts.load(Ordering::SeqCst), 0, "{command} {at:?}");
    }
    let history = api.get("/v1/sync/history/flow/discounts").await.ok();
    let sources: Vec<_> = history["items"].as_array().unwrap().iter().map(|item| item["source"].clone()).collect();
    assert_eq!(json!(sources), json!(["cli-publish", "cli-apply", "cli-publish", "cli-apply", "cli-apply", "cli-apply"]));
    api.finish().await;
}

#[tokio::test]
async fn a_network_that_stays_away_leaves_nothing_that_a_second_run_does_twice() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = machine.repository().await;
    work.write("flows/discounts.json", &tested());
    work.commit("First").await;
    for call in ["POST /v1/sync/apply", "POST /v1/sync/publish"] {
        for at in [At::Request, At::Answer] {
            let wire = Wire::cutting(&api, call, at, usize::MAX).await;
            let cut = work.fcc(&format!("publish --url {}", wire.url)).await;
            assert!(cut.is(1).stderr.contains("could not be reached"), "{cut}");
        }
    }
    work.fcc("publish").await.is(0);
    let history = api.get("/v1/sync/history/flow/discounts").await.ok();
    let sources: Vec<_> = history["items"].as_array().unwrap().iter().map(|item| item["source"].clone()).collect();
    assert_eq!(json!(sources), json!(["cli-publish", "cli-apply"]));
    api.finish().await;
}

#[tokio::test]
async fn ctrl_c_ends_with_130() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let folder = machine.folder("a");
    let mut child = folder.start("fcc", &format!("whoami --url {url}"));
    // It waits for an answer that does not come.
    let (_connection, _) = listener.accept().await.unwrap();
    folder.run("kill", &format!("-INT {}", child.id().unwrap()), "").await;
    assert_eq!(child.wait().await.unwrap().code(), Some(130));
    api.finish().await;
}

#[tokio::test]
async fn whoever_is_made_to_wait_is_told() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let wire = Wire::cutting(&api, "GET /v1/me", At::Busy, 1).await;
    let waited = machine.folder("a").fcc(&format!("whoami --url {}", wire.url)).await;
    assert!(waited.is(0).stderr.contains("the server asks for patience: trying again in 3 s"), "{waited}");
    let wire = Wire::cutting(&api, "GET /v1/me", At::Busy, 1).await;
    let quiet = machine.folder("a").fcc(&format!("whoami --quiet --url {}", wire.url)).await;
    assert!(quiet.is(0).stderr.is_empty(), "{quiet}");
    api.finish().await;
}
