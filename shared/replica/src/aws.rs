//! Making AWS clients. A function that needs none makes none: loading root certificates is most of what this costs.

use std::fmt;
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;

/// A long poll of SQS answers after at most 20 s; this is longer, and shorter than hanging.
const LONG_POLL_ATTEMPT: Duration = Duration::from_secs(25);

/// Where AWS is, and who asks.
#[derive(Clone, PartialEq, Eq)]
pub struct AwsSettings {
    /// An emulator's address; `None` is AWS itself.
    pub endpoint_url: Option<String>,
    pub region: String,
    /// An access key id and its secret, where a process brings its own (an emulator's). `None` is the SDK's standard chain.
    pub keys: Option<(String, String)>,
}

impl fmt::Debug for AwsSettings {
    /// Settings get logged; the secret must not.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key_id = self.keys.as_ref().map(|(id, _)| id);
        f.debug_struct("AwsSettings")
            .field("endpoint_url", &self.endpoint_url)
            .field("region", &self.region)
            .field("key_id", &key_id)
            .finish()
    }
}

/// The shared configuration: make it once a process, and clients from it.
///
/// An attempt may take 10 s (a body's chunks are megabytes), a whole operation 30 s with the SDK's standard three tries.
pub async fn sdk_config(settings: &AwsSettings) -> SdkConfig {
    let http = match &settings.endpoint_url {
        // Saves loading root certificates that nothing would look at.
        Some(url) if url.starts_with("http://") => Builder::new().build_http(),
        _ => Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https(),
    };
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(10))
        .operation_timeout(Duration::from_secs(30))
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .timeout_config(timeouts)
        .region(Region::new(settings.region.clone()));
    if let Some(url) = &settings.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    if let Some((id, secret)) = &settings.keys {
        loader = loader.credentials_provider(aws_sdk_dynamodb::config::Credentials::new(id, secret, None, None, "settings"));
    }
    loader.load().await
}

pub fn dynamo(config: &SdkConfig) -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::new(config)
}

/// For sending.
pub fn sqs(config: &SdkConfig) -> aws_sdk_sqs::Client {
    aws_sdk_sqs::Client::new(config)
}

/// For receiving: its attempts outlast a long poll.
pub fn sqs_long_poll(config: &SdkConfig) -> aws_sdk_sqs::Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(LONG_POLL_ATTEMPT)
        .operation_timeout(3 * LONG_POLL_ATTEMPT)
        .build();
    aws_sdk_sqs::Client::from_conf(aws_sdk_sqs::config::Builder::from(config).timeout_config(timeouts).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_logged() {
        let keys = Some(("the-id".to_owned(), "the-secret".to_owned()));
        let shown = format!("{:?}", AwsSettings { endpoint_url: None, region: "eu-west-1".into(), keys });
        assert!(shown.contains("the-id") && !shown.contains("the-secret"), "{shown}");
    }
}
