//! What an OpenID Connect provider is asked: where people sign in, and who came back. Nothing is kept between two sign-ins, which are
//! rare: a provider's keys and addresses may change.

use std::error::Error;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::rt::TokioExecutor;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreProviderMetadata, CoreUserInfoClaims};
use openidconnect::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest,
    HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse as _,
};

use super::pending::Pending;
use crate::settings::IdentityProvider;

/// Of one request to the provider; a sign-in makes up to five.
const PATIENCE: Duration = Duration::from_secs(5);
/// A provider's documents are a few kilobytes.
const LONGEST_ANSWER: usize = 1024 * 1024;

type Client = CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet, EndpointMaybeSet>;

pub struct Provider(Client);

/// For whom the provider vouches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub email: String,
    /// Whether the provider knows that this address is the person's.
    pub verified: bool,
}

impl Provider {
    pub async fn discover(settings: &IdentityProvider, console_url: &str) -> anyhow::Result<Provider> {
        let metadata = CoreProviderMetadata::discover_async(IssuerUrl::new(settings.issuer.clone())?, &call).await.context("discovery")?;
        let token_url = metadata.token_endpoint().cloned().context("the provider names no token endpoint")?;
        // Without a list it is by header, as RFC 8414 has it.
        let by_header = metadata
            .token_endpoint_auth_methods_supported()
            .is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let client = CoreClient::from_provider_metadata(
            metadata,
            ClientId::new(settings.client_id.clone()),
            Some(ClientSecret::new(settings.client_secret.clone())),
        );
        Ok(Provider(
            client
                .set_token_uri(token_url)
                .set_redirect_uri(RedirectUrl::new(format!("{console_url}/auth/callback"))?)
                .set_auth_type(if by_header { AuthType::BasicAuth } else { AuthType::RequestBody }),
        ))
    }

    /// Where this sign-in goes on.
    pub fn address(&self, pending: &Pending) -> String {
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(pending.verifier.clone()));
        let (state, nonce) = (pending.state.clone(), pending.nonce.clone());
        let (address, _, _) = self
            .0
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, || CsrfToken::new(state), || Nonce::new(nonce))
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        address.into()
    }

    /// Who signed in. The identity token is checked: signature, issuer, audience, age and nonce.
    pub async fn person(&self, pending: &Pending, code: String) -> anyhow::Result<Person> {
        let token = self
            .0
            .exchange_code(AuthorizationCode::new(code))
            .set_pkce_verifier(PkceCodeVerifier::new(pending.verifier.clone()))
            .request_async(&call)
            .await
            .context("the code was not taken")?;
        let id_token = token.id_token().context("the provider gave no identity token")?;
        let verifier = self.0.id_token_verifier().set_time_fn(crate::app::clock);
        let claims = id_token.claims(&verifier, &Nonce::new(pending.nonce.clone())).context("the identity token is not good")?;
        if let Some(email) = claims.email() {
            return Ok(Person { email: email.to_string(), verified: claims.email_verified() == Some(true) });
        }
        // Many providers tell more than the subject only when they are asked.
        let claims: CoreUserInfoClaims = self
            .0
            .user_info(token.access_token().clone(), Some(claims.subject().clone()))
            .context("the identity token has no e-mail, and the provider names no userinfo endpoint")?
            .request_async(&call)
            .await
            .context("userinfo")?;
        let email = claims.email().context("the provider tells no e-mail: does this client have the scope `email`?")?;
        Ok(Person { email: email.to_string(), verified: claims.email_verified() == Some(true) })
    }
}

/// One request to the provider. A redirect is an answer like any other: it is not followed.
async fn call(request: HttpRequest) -> Result<HttpResponse, Failed> {
    let address = request.uri().clone();
    let answer = async {
        let connector = HttpsConnectorBuilder::new().with_provider_and_native_roots(rustls::crypto::ring::default_provider())?;
        let client = HttpClient::builder(TokioExecutor::new()).build(connector.https_or_http().enable_http1().build());
        let (parts, body) = client.request(request.map(|body| Full::new(Bytes::from(body)))).await?.into_parts();
        let body = Limited::new(body, LONGEST_ANSWER).collect().await.map_err(anyhow::Error::from_boxed)?.to_bytes();
        ensure!(!parts.status.is_redirection(), "it redirects elsewhere");
        Ok(HttpResponse::from_parts(parts, body.to_vec()))
    };
    let answer = tokio::time::timeout(PATIENCE, answer).await.context("it did not answer in time").flatten();
    answer.with_context(|| address.to_string()).map_err(|error| Failed(error.into()))
}

#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct Failed(Box<dyn Error + Send + Sync>);
