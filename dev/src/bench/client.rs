//! A lean HTTP/1.1 client that keeps its connection. The reference is a client written in C: a rich one here would be measured
//! along with the server, on the same cores.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A connection with one request at a time, as one caller.
pub struct Connection {
    stream: TcpStream,
    headers: String,
    buffer: Vec<u8>,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Answer {
    /// # Errors
    /// When it isn't JSON.
    pub fn json(&self) -> Result<serde_json::Value> {
        serde_json::from_slice(&self.body).context("an answer that isn't JSON")
    }

    /// # Errors
    /// When it is none that a success has; the message has the body.
    pub fn succeeded(self) -> Result<Self> {
        if !(200..300).contains(&self.status) {
            bail!("answered {}: {}", self.status, String::from_utf8_lossy(&self.body));
        }
        Ok(self)
    }
}

impl Connection {
    /// # Errors
    /// When nobody answers.
    pub async fn open(address: SocketAddr, token: &str) -> Result<Connection> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let headers = format!("host: {address}\r\nauthorization: Bearer {token}\r\nuser-agent: bench\r\n");
        let mut connection = Connection { stream, headers, buffer: Vec::new() };
        connection.send("GET", "/healthz", b"").await?.succeeded()?;
        Ok(connection)
    }

    pub async fn post(&mut self, path: &str, body: &[u8]) -> Result<Answer> {
        self.send("POST", path, body).await
    }

    pub async fn send(&mut self, method: &str, path: &str, body: &[u8]) -> Result<Answer> {
        let mut request =
            format!("{method} {path} HTTP/1.1\r\n{}content-type: application/json\r\ncontent-length: {}\r\n\r\n", self.headers, body.len())
                .into_bytes();
        request.extend_from_slice(body);
        self.stream.write_all(&request).await?;
        self.answer().await
    }

    async fn answer(&mut self) -> Result<Answer> {
        self.buffer.clear();
        let head = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
            self.read_more().await?;
        };
        let text = std::str::from_utf8(&self.buffer[..head]).context("an answer with a strange head")?;
        let status = text.split(' ').nth(1).and_then(|code| code.parse().ok()).context("an answer without a status")?;
        let length: usize = text
            .lines()
            .find_map(|line| line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length")))
            .and_then(|(_, length)| length.trim().parse().ok())
            .context("an answer without a length")?;
        while self.buffer.len() < head + length {
            self.read_more().await?;
        }
        Ok(Answer { status, body: self.buffer.split_off(head) })
    }

    async fn read_more(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the server hung up");
        }
        Ok(())
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}
