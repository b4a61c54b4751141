//! AI agents: what they are shown, what they may change, and that it can be told afterwards.

mod agent;
mod asking;
mod reading;
mod serve_mcp;
mod writing;

pub use agent::Agent;
