//! Who is calling, and tokens.

use http::Method;
use uuid::Uuid;
use wire::me::Me;
use wire::page::CamelPage;
use wire::tokens::{MintToken, MintedToken, Token};

use crate::call::Call;
use crate::client::Client;
use crate::error::Result;

impl Client {
    pub async fn me(&self) -> Result<Me> {
        self.send(Call::get("/v1/me")).await
    }

    /// A page, newest first.
    pub async fn list_tokens(&self, cursor: Option<&str>) -> Result<CamelPage<Token>> {
        self.send(Call::get("/v1/tokens").query("limit", Some(200)).query("cursor", cursor)).await
    }

    /// The only answer that shows the secret.
    pub async fn mint_token(&self, token: &MintToken) -> Result<MintedToken> {
        self.send(Call::post("/v1/tokens").json(token)?).await
    }

    pub async fn revoke_token(&self, id: Uuid) -> Result<()> {
        self.send_for_nothing(Call::new(Method::DELETE, format!("/v1/tokens/{id}"))).await
    }
}
