//! What a route is to governance. This is the place where a new one is classified: until then the walk below fails.

use functions::routes::{Access, Endpoint};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Changes nothing, and says so by its method.
    Read,
    /// Signs somebody in or out: there is no surface yet.
    SignIn,
    /// Asks, or notes down what was read: from every surface that reads.
    Ask,
    /// Writes a draft, or tries one out: in every mode, from every surface.
    Draft,
    /// Deletes a thing that was never published: as a draft's write, but no agent does it.
    Delete,
    /// Makes a version: the mode says which surface may, and agents never do.
    Publish,
    /// Brings a checkout's files into drafts: from the cli alone, where the mode lets that publish.
    Apply,
    /// Lets what is published decide: people, CI and applications.
    Evaluate,
    /// The tools of agents, who come with their own kind of token or not at all.
    AgentsOnly,
    /// Changes settings, members, tokens or what is delivered: a matter of people and their roles, in every mode.
    Administer,
}

/// `None` where nobody has said.
pub fn class_of(endpoint: &Endpoint) -> Option<Class> {
    let reads = endpoint.route().is_some_and(|route| route.method == "GET");
    match endpoint.operation {
        _ if reads && matches!(endpoint.access, Access::Reads) => Some(Class::Read),
        "get_healthz" | "get_openapi" | "get_schema" => Some(Class::Read),
        "list_sign_in_methods" => Some(Class::Read),
        "begin_login" | "finish_login" | "begin_session" | "end_session" => Some(Class::SignIn),

        "create_connector" | "patch_connector" => Some(Class::Draft),
        "patch_connector_draft" | "put_connector_draft" | "reset_connector_draft" | "merge_connector_draft" => Some(Class::Draft),
        "put_connector_entity" | "delete_connector_entity" => Some(Class::Draft),
        "put_connector_event_flow" | "delete_connector_event_flow" | "put_connector_settings" => Some(Class::Draft),
        "restore_connector_version" | "restore_connector_snapshot" => Some(Class::Draft),
        "delete_connector" => Some(Class::Delete),
        "publish_connector" | "rollback_connector" | "archive_connector" | "unarchive_connector" => Some(Class::Publish),

        "create_flow" | "patch_flow" => Some(Class::Draft),
        "put_flow_draft" | "reset_flow_draft" | "merge_flow_draft" => Some(Class::Draft),
        "restore_flow_version" | "restore_flow_snapshot" => Some(Class::Draft),
        "delete_flow" => Some(Class::Delete),
        "publish_flow" | "rollback_flow" | "archive_flow" | "unarchive_flow" => Some(Class::Publish),

        "plan_sync" | "record_pull" => Some(Class::Ask),
        "put_content" | "evaluate_flow_draft" => Some(Class::Draft),
        "publish_sync" => Some(Class::Publish),
        "apply_sync" => Some(Class::Apply),
        "evaluate_flow" => Some(Class::Evaluate),

        "serve_mcp" => Some(Class::AgentsOnly),
        "create_workspace" | "patch_workspace" => Some(Class::Administer),
        "add_member" | "patch_member" | "remove_member" => Some(Class::Administer),
        "mint_token" | "revoke_token" | "redrive_outbox" => Some(Class::Administer),
        _ => None,
    }
}

pub fn unclassified(endpoints: &[Endpoint]) -> Vec<&'static str> {
    endpoints.iter().filter(|endpoint| class_of(endpoint).is_none()).map(|endpoint| endpoint.operation).collect()
}

/// Who calls. People are owners, so that nothing but the surface makes a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    Designer,
    Cli,
    Agent,
    /// An application's key has none.
    Application,
}

impl Surface {
    pub const ALL: [Surface; 4] = [Surface::Designer, Surface::Cli, Surface::Agent, Surface::Application];
}

pub const MODES: [&str; 3] = ["DesignerOnly", "CodeManaged", "Hybrid"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// 400, with the beginning of its detail.
    Governance(&'static str),
    /// 403
    Forbidden,
}

/// The contract's table, written down once more on purpose.
pub fn outcome(class: Class, surface: Surface, mode: &str) -> Outcome {
    use Surface::{Agent, Application, Cli, Designer};
    match (class, surface, mode) {
        (Class::Read | Class::SignIn, ..) | (Class::Evaluate, Application, _) => Outcome::Done,
        (Class::AgentsOnly, Agent, _) => Outcome::Done,
        (Class::AgentsOnly, ..) | (_, Application, _) => Outcome::Forbidden,
        (Class::Ask | Class::Draft, ..) => Outcome::Done,
        (_, Agent, _) | (Class::Apply, Designer, _) => Outcome::Forbidden,
        (Class::Publish | Class::Apply, Cli, "DesignerOnly") => {
            Outcome::Governance("This workspace is set to DesignerOnly. Publishing from the CLI is disabled.")
        }
        (Class::Publish, Designer, "CodeManaged") => {
            Outcome::Governance("This workspace is set to CodeManaged. Publishing from the console is disabled.")
        }
        (Class::Publish | Class::Apply | Class::Delete | Class::Evaluate | Class::Administer, Designer | Cli, _) => Outcome::Done,
    }
}
