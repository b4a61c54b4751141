//! The door of AI agents: the Model Context Protocol over HTTP.

mod in_process;
pub mod serve_mcp;
