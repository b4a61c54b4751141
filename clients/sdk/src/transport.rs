//! How requests reach the API: over the network, or, inside the API's own process, without one.

use std::fmt::Debug;
use std::pin::Pin;

use http::{Request, Response};

/// What a [`Transport`] promises; why there is no answer is told in words.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Result<Response<Vec<u8>>, String>> + Send + 'a>>;

/// Carries one request, and brings what came back, whatever its status.
pub trait Transport: Debug + Send + Sync {
    fn send(&self, request: Request<Vec<u8>>) -> Answering<'_>;
}
