use tests::{Api, config, config_of_size};

const DRAFT: &str = "/api/connectors/crm/draft";

#[tokio::test]
async fn answers_over_1_kb_are_compressed_when_the_client_accepts_it() {
    let api = Api::start().await;
    api.create("crm", config_of_size(100_000)).await;
    let plain = api.get(DRAFT).await;
    assert_eq!(plain.header("content-encoding"), None);
    let packed = api.get(DRAFT).header("accept-encoding", "gzip").await;
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert!(packed.header("vary").unwrap().to_lowercase().contains("accept-encoding"));
    assert_eq!(packed.header("etag"), plain.header("etag"));
    assert!(packed.body.starts_with(&[0x1f, 0x8b]) && packed.body.len() * 10 < plain.body.len());
    api.finish().await;
}

#[tokio::test]
async fn small_answers_are_not() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    assert_eq!(api.get("/api/connectors/crm").header("accept-encoding", "gzip").await.header("content-encoding"), None);
    assert_eq!(api.get("/api/connectors/none").header("accept-encoding", "gzip").await.header("content-encoding"), None);
    api.finish().await;
}
