//! The door of `fcc mcp`: one program, at the other end of stdin and stdout.

use rmcp::service::ServiceExt;
use rmcp::transport;

use crate::server::Server;

/// Serves until the program hangs up.
///
/// # Errors
/// When what comes is not the protocol, or the streams break.
pub async fn serve(server: Server) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let running = server.serve(transport::stdio_pipes()).await?;
    running.waiting().await?;
    Ok(())
}
