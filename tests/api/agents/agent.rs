//! An agent with a program that speaks the protocol as it was before sessions went, in its plainest form.

use serde_json::{Value, json};
use tests::{Answer, Api, Token};

pub struct Agent<'a> {
    api: &'a Api,
    pub token: String,
}

impl<'a> Agent<'a> {
    pub async fn of(api: &'a Api) -> Agent<'a> {
        Agent { api, token: api.token(Token::Agent).await }
    }

    /// A message, as the program called `quill` sends it.
    pub async fn message(&self, message: Value) -> Answer {
        self.api.post("/mcp").as_(&self.token).header("user-agent", "quill").json(message).await
    }

    /// What the protocol answers to a request.
    pub async fn request(&self, method: &str, params: Value) -> Value {
        let mut answer = self.message(json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params})).await.ok();
        assert_eq!((&answer["jsonrpc"], &answer["id"]), (&json!("2.0"), &json!(7)), "{answer}");
        answer["result"].take()
    }

    /// What a tool answers.
    pub async fn call(&self, tool: &str, arguments: Value) -> Value {
        let (is_error, answer) = self.ask(tool, arguments).await;
        assert!(!is_error, "{tool} refused: {answer}");
        answer
    }

    /// What a tool refuses with this code.
    pub async fn refused(&self, tool: &str, arguments: Value, code: &str) -> Value {
        let (is_error, answer) = self.ask(tool, arguments).await;
        assert!(is_error && answer["code"] == code, "{tool} answered {answer}, not {code}");
        answer
    }

    async fn ask(&self, tool: &str, arguments: Value) -> (bool, Value) {
        let result = self.request("tools/call", json!({"name": tool, "arguments": arguments})).await;
        let text = result["content"][0]["text"].as_str().unwrap();
        assert!(text.len() <= 64 * 1024, "{tool} answered {} bytes", text.len());
        (result["isError"] == true, serde_json::from_str(text).unwrap())
    }

    pub async fn etag(&self, kind: &str, slug: &str) -> Value {
        self.call("get_draft", json!({"type": kind, "slug": slug})).await["etag"].clone()
    }
}
