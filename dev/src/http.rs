//! The HTTP client of the local stack and of the tests: plain HTTP, to this machine.

use std::sync::Once;

/// Ignores proxies. The decision engine links reqwest without a provider of cryptography, and a client needs one even if it speaks plain HTTP.
pub fn builder() -> reqwest::ClientBuilder {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // An error says that somebody else installed one: just as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    reqwest::Client::builder().no_proxy()
}

/// A client with nothing but the defaults.
///
/// # Errors
/// When the machine's root certificates can't be read.
pub fn client() -> reqwest::Result<reqwest::Client> {
    builder().build()
}
