//! FetchCatch for AI agents: the tools of the Model Context Protocol.
//!
//! One implementation, two doors: `fcc mcp` on stdin and stdout, and `POST /mcp` of the API. Both call the API as the agent's own
//! token, through [`sdk`], so an agent can do here exactly what its token may do: read, draft, and evaluate drafts.
//!
//! - One file a tool in `tools`, one list of them in `tools.rs`.
//! - Documents pass through `masking` on their way out and on their way in, and through `fitting`, which keeps an answer within
//!   64 KB.

mod arguments;
mod fitting;
#[cfg(feature = "http")]
mod http_door;
mod masking;
mod refusal;
mod server;
mod session;
mod shown;
#[cfg(feature = "stdio")]
mod stdio_door;
mod tools;

#[cfg(feature = "http")]
pub use http_door::{Trusted, answer};
pub use server::{Server, names};
#[cfg(feature = "stdio")]
pub use stdio_door::serve;
