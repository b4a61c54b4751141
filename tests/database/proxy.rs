//! Between the gateway and Postgres: counts what the client asks of the server, by the wire protocol's own messages.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What went through, of all connections.
#[derive(Debug, Default)]
pub struct Counts {
    /// Execute and simple Query: statements that were run.
    pub statements: AtomicUsize,
    /// Parse: statements that were prepared.
    pub prepared: AtomicUsize,
    /// Sync and simple Query: answers that were waited for. A Sync alone is the pool's ping, when a connection comes back to it.
    pub round_trips: AtomicUsize,
}

impl Counts {
    /// Statements run, statements prepared and round trips since the last call.
    pub fn take(&self) -> (usize, usize, usize) {
        let take = |count: &AtomicUsize| count.swap(0, Ordering::SeqCst);
        (take(&self.statements), take(&self.prepared), take(&self.round_trips))
    }
}

/// The same database URL through a new proxy.
pub async fn in_front_of(url: &str) -> (String, Arc<Counts>) {
    let server = url.rsplit_once('@').and_then(|(_, rest)| rest.split('/').next()).unwrap().to_owned();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = url.replace(&server, &listener.local_addr().unwrap().to_string());
    let counts = Arc::new(Counts::default());
    let counting = counts.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(&server).await.unwrap();
            client.set_nodelay(true).unwrap();
            server.set_nodelay(true).unwrap();
            let ((from_client, mut to_client), (mut from_server, to_server)) = (client.into_split(), server.into_split());
            tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
            tokio::spawn(count(from_client, to_server, counting.clone()));
        }
    });
    (url, counts)
}

async fn count(mut client: impl AsyncRead + Unpin, mut server: tokio::net::tcp::OwnedWriteHalf, counts: Arc<Counts>) -> Option<()> {
    // Until the start-up message, messages have no type.
    const SSL_REQUEST: u32 = 80_877_103;
    loop {
        let body = forward(&mut client, &mut server, None).await?;
        if body.get(..4)? != SSL_REQUEST.to_be_bytes() {
            break;
        }
    }
    let mut asked = false;
    loop {
        let kind = client.read_u8().await.ok()?;
        forward(&mut client, &mut server, Some(kind)).await?;
        let counted: &[&AtomicUsize] = match kind {
            b'Q' => &[&counts.statements, &counts.round_trips],
            b'E' => &[&counts.statements],
            b'P' => &[&counts.prepared],
            b'S' if asked => &[&counts.round_trips],
            _ => &[],
        };
        asked = kind != b'S';
        for count in counted {
            count.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// Passes one message on; answers its body.
async fn forward(client: &mut (impl AsyncRead + Unpin), server: &mut tokio::net::tcp::OwnedWriteHalf, kind: Option<u8>) -> Option<Vec<u8>> {
    let length = client.read_u32().await.ok()?;
    let mut body = vec![0; usize::try_from(length).ok()? - 4];
    client.read_exact(&mut body).await.ok()?;
    let mut message: Vec<u8> = kind.into_iter().collect();
    message.extend(length.to_be_bytes());
    message.extend(&body);
    server.write_all(&message).await.ok()?;
    Some(body)
}
