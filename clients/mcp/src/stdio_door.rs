//! The door of `fcc mcp`: one program, at the other end of stdin and stdout.
//!
//! A message is a line. Those that are none are answered here, as JSON-RPC says: rmcp leaves some without an answer and others without
//! the id that they came with.

use std::io;
use std::sync::Arc;

use rmcp::service::{RoleServer, RxJsonRpcMessage, ServiceExt, TxJsonRpcMessage};
use rmcp::transport::{self, Transport};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use crate::server::Server;

/// Of a line. What is longer is read as several, of which none is JSON.
const MOST_BYTES: usize = 16 * 1024 * 1024;
const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;

/// Serves until the program hangs up.
///
/// # Errors
/// When the first that comes is not how the protocol begins, or the streams break.
pub async fn serve(server: Server) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let (input, output) = transport::stdio_pipes();
    let running = server.serve(Lines::new(input, output)).await?;
    running.waiting().await?;
    Ok(())
}

/// A line that came.
enum Line {
    Message(Box<RxJsonRpcMessage<RoleServer>>),
    /// Not answered: blank, or a notification of another protocol.
    Nothing,
    /// Answered with this.
    Wrong(Value),
}

fn read(line: &[u8]) -> Line {
    let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line).trim_ascii();
    if line.is_empty() {
        return Line::Nothing;
    }
    let message: Value = match serde_json::from_slice(line) {
        Ok(message) => message,
        Err(error) => return Line::Wrong(answer(&Value::Null, PARSE_ERROR, &format!("This line is not JSON: {error}."))),
    };
    let id = message.get("id").cloned();
    let is_notification = id.is_none() && message.get("method").is_some_and(Value::is_string);
    match serde_json::from_value(message) {
        Ok(message) => Line::Message(Box::new(message)),
        Err(_) if is_notification => Line::Nothing,
        Err(_) => {
            let id = id.filter(|id| id.is_string() || id.is_number()).unwrap_or_default();
            Line::Wrong(answer(&id, INVALID_REQUEST, "This is no message of JSON-RPC 2.0."))
        }
    }
}

fn answer(id: &Value, code: i32, message: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}})
}

/// A message a line, in both directions.
struct Lines<R, W> {
    input: BufReader<R>,
    /// What of a line was read so far: a wait for the rest may be given up, and begun again.
    line: Vec<u8>,
    output: Arc<Mutex<W>>,
    /// An answer on its way out, which is not given up with the wait for the next message.
    answering: Option<JoinHandle<io::Result<()>>>,
}

impl<R: AsyncRead + Unpin + Send, W: AsyncWrite + Unpin + Send + 'static> Lines<R, W> {
    fn new(input: R, output: W) -> Lines<R, W> {
        Lines { input: BufReader::new(input), line: Vec::new(), output: Arc::new(Mutex::new(output)), answering: None }
    }

    /// The next line; `None` when the program hung up.
    async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        let room = MOST_BYTES.saturating_sub(self.line.len());
        (&mut self.input).take(room as u64).read_until(b'\n', &mut self.line).await?;
        let line = std::mem::take(&mut self.line);
        Ok((!line.is_empty()).then_some(line))
    }

    async fn answered(&mut self) -> io::Result<()> {
        if let Some(answering) = &mut self.answering {
            let answered = answering.await;
            self.answering = None;
            answered??;
        }
        Ok(())
    }

    async fn next_message(&mut self) -> io::Result<Option<RxJsonRpcMessage<RoleServer>>> {
        loop {
            self.answered().await?;
            let Some(line) = self.next().await? else { return Ok(None) };
            match read(&line) {
                Line::Message(message) => return Ok(Some(*message)),
                Line::Nothing => {}
                Line::Wrong(answer) => self.answering = Some(tokio::spawn(write(Arc::clone(&self.output), answer))),
            }
        }
    }
}

impl<R: AsyncRead + Unpin + Send, W: AsyncWrite + Unpin + Send + 'static> Transport<RoleServer> for Lines<R, W> {
    type Error = io::Error;

    fn send(&mut self, message: TxJsonRpcMessage<RoleServer>) -> impl Future<Output = io::Result<()>> + Send + 'static {
        write(Arc::clone(&self.output), message)
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        // A stream that breaks ends as one that is hung up.
        self.next_message().await.ok().flatten()
    }

    async fn close(&mut self) -> io::Result<()> {
        self.answered().await?;
        self.output.lock().await.shutdown().await
    }
}

/// One line, whole before the next one begins.
async fn write<W: AsyncWrite + Unpin>(output: Arc<Mutex<W>>, message: impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(&message)?;
    line.push(b'\n');
    let mut output = output.lock().await;
    output.write_all(&line).await?;
    output.flush().await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a line is answered with before any tool is asked.
    fn answered(line: impl AsRef<[u8]>) -> Value {
        match read(line.as_ref()) {
            Line::Wrong(answer) => answer,
            Line::Message(message) => json!(message),
            Line::Nothing => Value::Null,
        }
    }

    #[test]
    fn what_is_no_message_is_answered_as_json_rpc_says() {
        for line in [&b"{bad"[..], b"\xff\xfe", b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}", b"not json"] {
            let answer = answered(line);
            assert_eq!((&answer["error"]["code"], &answer["id"]), (&json!(PARSE_ERROR), &Value::Null), "{answer}");
            assert!(answer.as_object().unwrap().contains_key("id"));
        }
        let wrong = [
            (json!({"jsonrpc": "1.0", "id": 9, "method": "tools/list"}), json!(9)),
            (json!({"id": "a", "method": "tools/list"}), json!("a")),
            (json!({"jsonrpc": "2.0", "id": 9, "method": 5}), json!(9)),
            (json!({"jsonrpc": "2.0", "id": {}, "method": "tools/list"}), json!(null)),
            (json!({"foo": "bar"}), json!(null)),
            (json!([]), json!(null)),
            (json!(7), json!(null)),
        ];
        for (line, id) in wrong {
            let answer = answered(line.to_string());
            assert_eq!((&answer["error"]["code"], &answer["id"]), (&json!(INVALID_REQUEST), &id), "{line}");
        }
    }

    #[test]
    fn messages_come_through_and_other_protocols_notifications_are_left_alone() {
        let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
        for line in [format!("{ping}\r\n"), format!("\u{feff}{ping}")] {
            assert_eq!(answered(line)["id"], 1);
        }
        assert_eq!(
            answered(json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string())["method"],
            "notifications/initialized"
        );
        for line in ["", "\r\n", r#"{"method": "notifications/stderr", "params": {}}"#] {
            assert_eq!(answered(line), Value::Null, "{line}");
        }
    }

    #[tokio::test]
    async fn the_wrong_line_is_answered_and_the_next_one_is_read() {
        let input = b"{bad\n{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n{worse";
        let (output, mut peer) = tokio::io::duplex(8);
        let peer = tokio::spawn(async move {
            let mut said = String::new();
            peer.read_to_string(&mut said).await.map(|_| said)
        });
        let mut lines = Lines::new(&input[..], output);
        assert_eq!(json!(lines.receive().await.unwrap())["id"], 1);
        assert!(lines.receive().await.is_none());
        lines.close().await.unwrap();
        let said = peer.await.unwrap().unwrap();
        let codes: Vec<Value> = said.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["error"]["code"].clone()).collect();
        assert_eq!(codes, [PARSE_ERROR, PARSE_ERROR], "{said}");
    }
}
