//! The network is cut when the server has done what it was asked: what is run again is done once.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use tests::Api;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::Machine;
use crate::publish::tested;

/// Between `fcc` and the API; it drops the answers to some calls.
struct Wire {
    url: String,
    /// Answers still to be dropped.
    cuts: Arc<AtomicUsize>,
}

impl Wire {
    async fn cutting(api: &Api, call: &'static str, cuts: usize) -> Wire {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let upstream = api.origin.trim_start_matches("http://").to_owned();
        let cuts = Arc::new(AtomicUsize::new(cuts));
        let left = cuts.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (upstream, left) = (TcpStream::connect(&upstream).await.unwrap(), left.clone());
                tokio::spawn(carry(client, upstream, call, left));
            }
        });
        Wire { url, cuts }
    }
}

/// Both ways, until one side ends or the answer to the call is due.
async fn carry(mut client: TcpStream, mut upstream: TcpStream, call: &str, left: Arc<AtomicUsize>) {
    let (mut request, mut answer) = (vec![0; 65536], vec![0; 65536]);
    let mut is_cut = false;
    loop {
        tokio::select! {
            read = client.read(&mut request) => match read {
                Ok(length @ 1..) => {
                    let is_call = request[..length].windows(call.len()).any(|window| window == call.as_bytes());
                    is_cut |= is_call && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
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
async fn a_call_whose_answer_was_lost_is_made_again_and_done_once() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let work = machine.repository().await;
    work.write("flows/discounts.json", &tested());
    work.commit("First").await;
    for call in ["POST /v1/sync/apply", "POST /v1/sync/publish"] {
        let wire = Wire::cutting(&api, call, 2).await;
        work.fcc(&format!("publish --url {}", wire.url)).await.is(0);
        assert_eq!(wire.cuts.load(Ordering::SeqCst), if call.ends_with("apply") { 0 } else { 2 });
        assert_eq!(api.get("/v1/flows/discounts").await.ok()["publishedVersion"], 1);
    }
    let history = api.get("/v1/sync/history/flow/discounts").await.ok();
    assert_eq!(history["items"].as_array().unwrap().len(), 2, "one apply, one publish");
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
        let wire = Wire::cutting(&api, call, usize::MAX).await;
        let cut = work.fcc(&format!("publish --url {}", wire.url)).await;
        assert!(cut.is(1).stderr.contains("could not be reached"), "{cut}");
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
