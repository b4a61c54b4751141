//! Counts what a client says to Postgres, on the wire: a proxy in between, that needs nothing of the server.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, Result};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// A proxy to one server; dropping it ends its connections.
pub struct WireCount {
    pub address: SocketAddr,
    statements: Arc<AtomicU64>,
    _tasks: JoinSet<()>,
}

impl WireCount {
    /// Clients connect without TLS to [`WireCount::address`].
    pub async fn before(server: SocketAddr) -> Result<WireCount> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let statements = Arc::new(AtomicU64::new(0));
        let counted = statements.clone();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let counted = counted.clone();
                connections.spawn(async move {
                    if let Err(error) = connect(client, server, &counted).await {
                        tracing::debug!(error = format!("{error:#}"), "a counted connection ended");
                    }
                });
            }
        });
        Ok(WireCount { address, statements, _tasks: tasks })
    }

    /// Statements that were executed so far: simple queries, and Execute messages of prepared ones. A ping is a lone Sync, and none.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }
}

async fn connect(client: TcpStream, server: SocketAddr, counted: &AtomicU64) -> Result<()> {
    let server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, mut to_client) = client.into_split();
    let (mut from_server, to_server) = server.into_split();
    tokio::select! {
        answers = tokio::io::copy(&mut from_server, &mut to_client) => answers.map(drop).map_err(anyhow::Error::from),
        requests = count(from_client, to_server, counted) => requests,
    }
}

/// A message is a letter (the first of a connection has none), its length with these four bytes, and that much content.
async fn count(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, counted: &AtomicU64) -> Result<()> {
    let mut buffer = Vec::new();
    let mut letter = 0;
    loop {
        while let Some(length) = length_of_first(&buffer, letter) {
            if letter == 1 && matches!(buffer[0], b'Q' | b'E') {
                counted.fetch_add(1, Ordering::Relaxed);
            }
            to.write_all(&buffer[..length]).await?;
            buffer.drain(..length);
            letter = 1;
        }
        if from.read_buf(&mut buffer).await? == 0 {
            return to.shutdown().await.context("the server hung up");
        }
    }
}

fn length_of_first(buffer: &[u8], letter: usize) -> Option<usize> {
    let length: [u8; 4] = buffer.get(letter..letter + 4)?.try_into().ok()?;
    let whole = letter + usize::try_from(u32::from_be_bytes(length)).ok()?;
    (buffer.len() >= whole).then_some(whole)
}
