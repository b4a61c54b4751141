//! Ports on the loopback interface.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::{Context, Result};

/// The port that was used before if it is still free, so that addresses survive a restart; else any free one.
///
/// It is free now; whoever is told to serve on it may still find it taken, and must then pick again.
///
/// # Errors
/// When no port is free.
pub fn pick(before: Option<u16>) -> Result<u16> {
    let listener = before
        .and_then(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok())
        .map_or_else(|| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)), Ok)
        .context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}

/// Whether somebody serves on this port.
#[must_use]
pub fn is_taken(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err()
}
