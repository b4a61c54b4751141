//! Looking at what a client and Postgres say to each other, on the wire: a proxy in between, that needs nothing of the server.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// A message: who sent it, its letter, and what follows its length.
#[derive(Debug, Clone, Copy)]
pub enum Message<'a> {
    FromClient(u8, &'a [u8]),
    FromServer(u8, &'a [u8]),
}

/// A proxy to one server; dropping it ends its connections.
#[derive(Debug)]
pub struct Wire {
    /// The URL of the same database, through the proxy and without TLS.
    pub url: String,
    _tasks: JoinSet<()>,
}

impl Wire {
    /// `look` sees every message but the first of a connection, and says whether it is passed on.
    ///
    /// # Errors
    /// When the URL names no address, or no port is free.
    pub async fn before(url: &str, look: impl Fn(Message<'_>) -> bool + Send + Sync + 'static) -> Result<Wire> {
        let options: PgConnectOptions = url.parse()?;
        let server: SocketAddr = format!("{}:{}", options.get_host(), options.get_port()).parse().context("the database's address")?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let url = options.host(&address.ip().to_string()).port(address.port()).ssl_mode(PgSslMode::Disable).to_url_lossy().to_string();
        let look = Arc::new(look);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let look = look.clone();
                connections.spawn(async move {
                    if let Err(error) = connect(client, server, &*look).await {
                        tracing::debug!(error = format!("{error:#}"), "a connection through the proxy ended");
                    }
                });
            }
        });
        Ok(Wire { url, _tasks: tasks })
    }
}

async fn connect(client: TcpStream, server: SocketAddr, look: &(impl Fn(Message<'_>) -> bool + Sync)) -> Result<()> {
    let server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        answers = pass(from_server, to_client, true, |letter, body| look(Message::FromServer(letter, body))) => answers,
        requests = pass(from_client, to_server, false, |letter, body| look(Message::FromClient(letter, body))) => requests,
    }
}

/// A message is a letter (the first of a client has none), its length with these four bytes, and that much content.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, lettered: bool, look: impl Fn(u8, &[u8]) -> bool) -> Result<()> {
    let mut buffer = Vec::new();
    let mut letter = usize::from(lettered);
    loop {
        while let Some(length) = length_of_first(&buffer, letter) {
            if letter == 0 || look(buffer[0], &buffer[5..length]) {
                to.write_all(&buffer[..length]).await?;
            }
            buffer.drain(..length);
            letter = 1;
        }
        if from.read_buf(&mut buffer).await? == 0 {
            return to.shutdown().await.context("the other side hung up");
        }
    }
}

fn length_of_first(buffer: &[u8], letter: usize) -> Option<usize> {
    let length: [u8; 4] = buffer.get(letter..letter + 4)?.try_into().ok()?;
    let whole = letter + usize::try_from(u32::from_be_bytes(length)).ok()?;
    (buffer.len() >= whole).then_some(whole)
}
