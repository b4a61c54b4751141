//! The server that both doors lead to: it lists the tools and calls them.

use rmcp::ErrorData;
use rmcp::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, CustomRequest, CustomResult, ErrorCode, Implementation,
    ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::{RequestContext, RoleServer};
use sdk::Client;
use serde_json::Value;

use crate::refusal::Refusal;
use crate::session::Session;
use crate::tools::{self, Entry};

const INSTRUCTIONS: &str = "\
FetchCatch changes what production does without a deploy: connectors (configs that workers execute) and flows (decision graphs that \
applications evaluate). Every write here goes into a draft, which changes nothing in production; a person publishes it. \
Work like this: list_resources, get_draft (keep its etag), one or more draft writes, each with the etag that the last answer gave, \
validate, diff, evaluate_draft for a flow, then request_publish and hand the link to a person. \
Large documents are read in parts, with `path`. Secrets are masked: never write a mask back, leave the value out with patch_draft.";

/// How the calling program says who it is.
#[derive(Debug, Clone)]
pub(crate) enum Door {
    /// When it begins, or with each request.
    Stdio,
    /// With each request; else it is known by its headers, if at all.
    Http { program: Option<String> },
}

/// The tools, for one agent.
#[derive(Debug, Clone)]
pub struct Server {
    client: Client,
    door: Door,
}

impl Server {
    /// For a program that is at the other end of stdin and stdout.
    pub fn on_stdio(client: Client) -> Server {
        Server { client, door: Door::Stdio }
    }

    /// For one request, of a program that its headers name.
    pub fn for_request(client: Client, program: Option<String>) -> Server {
        Server { client, door: Door::Http { program } }
    }

    fn session(&self, context: &RequestContext<RoleServer>) -> Result<Session, Refusal> {
        let said = match &self.door {
            Door::Stdio => context.client_info().map(|info| info.name),
            // The peer that a single request comes from is made up by the transport: it is not asked.
            Door::Http { program } => context.meta.client_info().map(|info| info.name).or_else(|| program.clone()),
        };
        let name: String = said.unwrap_or_default().chars().filter(|c| !c.is_control()).collect();
        Ok(Session { client: if name.is_empty() { self.client.clone() } else { self.client.for_program(&name)? } })
    }

    async fn call(&self, entry: &Entry, arguments: Value, context: &RequestContext<RoleServer>) -> Result<Value, Refusal> {
        (entry.call)(self.session(context)?, arguments).await
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("fetchcatch", env!("CARGO_PKG_VERSION")).with_title("FetchCatch"))
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _page: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::TOOLS.iter().map(Entry::tool).collect()))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        Entry::by_name(name).map(Entry::tool)
    }

    async fn call_tool(&self, request: CallToolRequestParams, context: RequestContext<RoleServer>) -> Result<CallToolResponse, ErrorData> {
        let Some(entry) = Entry::by_name(&request.name) else {
            return Err(ErrorData::invalid_params(no_such_tool(&request.name), None));
        };
        let arguments = Value::Object(request.arguments.unwrap_or_default());
        let result = match self.call(entry, arguments, &context).await {
            Ok(answer) => CallToolResult::success(vec![ContentBlock::text(answer.to_string())]),
            // What an agent can mend it is told as the tool's answer; an error of the protocol would be the program's to handle.
            Err(refusal) => CallToolResult::error(vec![ContentBlock::text(refusal.into_answer().to_string())]),
        };
        Ok(result.into())
    }

    /// What is asked in no form that the protocol knows. A method that there is was asked with the wrong parameters.
    async fn on_custom_request(&self, request: CustomRequest, _context: RequestContext<RoleServer>) -> Result<CustomResult, ErrorData> {
        let method = request.method;
        if ["initialize", "ping", "tools/list", "tools/call"].contains(&method.as_str()) {
            return Err(ErrorData::invalid_params(format!("The parameters are not what {method} takes."), None));
        }
        Err(ErrorData::new(ErrorCode::METHOD_NOT_FOUND, method, None))
    }
}

fn no_such_tool(name: &str) -> String {
    let known = names().collect::<Vec<_>>().join(", ");
    format!("There is no tool {name:?}. There are {known}. None publishes or deletes: request_publish gives the link for a person.")
}

/// The tools' names.
pub fn names() -> impl Iterator<Item = &'static str> {
    tools::TOOLS.iter().map(|entry| entry.name)
}
