//! Every endpoint that takes a body refuses what is too large, of another type or malformed, in this order and in the same form.

use tests::Api;

use crate::table::{Call, Ours};

/// What the contract lets a request be: the largest config and 64 KiB.
const MAX_REQUEST_BYTES: usize = 4_194_304 + 65_536;

async fn with_bodies(api: &Api) -> Vec<Call> {
    let calls: Vec<Call> = Ours::make(api).await.calls().into_iter().filter(|call| call.body.is_some()).collect();
    let document: serde_json::Value = serde_json::from_str(functions::openapi::json()).unwrap();
    let operations = document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    assert_eq!(calls.len(), operations.filter(|operation| operation.get("requestBody").is_some()).count());
    calls
}

#[tokio::test]
async fn what_a_handler_reads_is_described() {
    let api = Api::start().await;
    let described: Vec<&str> = with_bodies(&api).await.into_iter().map(|call| call.operation).collect();
    for endpoint in functions::routes::ENDPOINTS {
        let source = crate::read(&format!("functions/src/{}/{}.rs", endpoint.area, endpoint.operation));
        let (_, signature) = source.split_once(&format!("pub async fn {}(", endpoint.operation)).unwrap();
        let (arguments, _) = signature.split_once("->").unwrap();
        let reads = ["Json(", "Document(", "MergePatch("].iter().any(|extractor| arguments.contains(extractor));
        assert_eq!(reads, described.contains(&endpoint.operation), "request_body of {}", endpoint.operation);
    }
    api.finish().await;
}

#[tokio::test]
async fn a_body_that_is_no_json_that_can_be_kept_is_400_everywhere() {
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let malformed: [&[u8]; 9] = [
        b"{",
        b"{\"a\": 1,}",
        b"{} {}",
        b"no json",
        b"{\"a\": \"\xff\"}",
        b"{\"name\": 1, \"name\": 2}",
        b"{\"a\": 12345678901234567890123}",
        b"{\"a\": \"\\u0000\"}",
        deep.as_bytes(),
    ];
    let api = Api::start().await;
    for call in with_bodies(&api).await {
        for body in malformed {
            call.bare(&api).bytes("application/json", body).await.problem(400, "malformed_json");
        }
    }
    api.finish().await;
}

#[tokio::test]
async fn a_body_of_another_type_is_415_everywhere() {
    let api = Api::start().await;
    for call in with_bodies(&api).await {
        for kind in ["", "text/plain", "application/xml", "application/jsonp", "multipart/form-data; boundary=x"] {
            // The type comes before what is in it.
            for body in ["{}", "{"] {
                call.bare(&api).bytes(kind, body).await.problem(415, "unsupported_media_type");
            }
        }
        let body = call.body.clone().unwrap().to_string();
        let answer = call.bare(&api).bytes("Application/JSON; charset=utf-8", body).await;
        assert!(answer.status != 415, "the answer to {answer}");
    }
    api.finish().await;
}

#[tokio::test]
async fn a_request_that_is_too_large_is_413_everywhere_whatever_is_in_it() {
    let api = Api::start().await;
    let mut large = vec![b' '; MAX_REQUEST_BYTES + 1];
    large[..2].copy_from_slice(b"{}");
    for call in with_bodies(&api).await {
        call.bare(&api).bytes("text/plain", large.clone()).await.problem(413, "payload_too_large");
    }
    api.finish().await;
}

#[tokio::test]
async fn the_largest_request_is_read() {
    let api = Api::start().await;
    let mut body = br#"{"slug": "large", "name": "Large"}"#.to_vec();
    body.resize(MAX_REQUEST_BYTES, b' ');
    api.post("/api/connectors").bytes("application/json", body).await.with_status(201);
    api.finish().await;
}
