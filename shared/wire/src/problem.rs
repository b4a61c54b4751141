//! `application/problem+json` (RFC 9457) and the closed list of codes that a client may meet.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:literal, $title:literal;)*) => {
        /// What went wrong, stable for programs to match on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Code { $($(#[$doc])* #[serde(rename = $text)] $name,)* }

        impl Code {
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The HTTP status that goes with it, always the same.
            pub fn status(self) -> u16 {
                match self { $(Code::$name => $status,)* }
            }

            /// A short sentence that does not change from one occurrence to the next.
            pub fn title(self) -> &'static str {
                match self { $(Code::$name => $title,)* }
            }

            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text,)* }
            }

            pub fn parse(text: &str) -> Option<Code> {
                match text { $($text => Some(Code::$name),)* _ => None }
            }
        }
    };
}

codes! {
    Unauthorized = "unauthorized", 401, "No valid credential";
    PayloadTooLarge = "payload_too_large", 413, "Too large";
    UnsupportedMediaType = "unsupported_media_type", 415, "Unsupported content type";
    MalformedJson = "malformed_json", 400, "Malformed JSON";
    InvalidHeader = "invalid_header", 400, "Invalid header";
    InvalidQuery = "invalid_query", 400, "Invalid query parameter";
    InvalidCursor = "invalid_cursor", 400, "Invalid cursor";
    WorkspaceRequired = "workspace_required", 400, "Choose a workspace";
    InvalidBody = "invalid_body", 422, "Invalid body";
    IdempotencyKeyReused = "idempotency_key_reused", 422, "Idempotency-Key used before with another request";
    InProgress = "in_progress", 409, "The first request with this Idempotency-Key is still running";
    SecretAlreadyShown = "secret_already_shown", 409, "The secret was shown once and is not kept";
    NotFound = "not_found", 404, "Not found";
    MethodNotAllowed = "method_not_allowed", 405, "Method not allowed";
    Forbidden = "forbidden", 403, "Not allowed";
    GovernanceRefused = "governance_refused", 400, "Refused by the workspace's governance mode";
    BaseVersionRequired = "base_version_required", 400, "base_version is required";
    NothingNamed = "nothing_named", 400, "Say what to publish";
    PreconditionFailed = "precondition_failed", 412, "The draft has changed";
    VersionConflict = "version_conflict", 409, "Another version is active";
    DraftChanged = "draft_changed", 409, "The draft has changed";
    Archived = "archived", 409, "The resource is archived";
    NotPublished = "not_published", 409, "Never published";
    Published = "published", 409, "Published resources are archived, not deleted";
    SlugTaken = "slug_taken", 409, "The slug is taken";
    LastOwner = "last_owner", 409, "The last owner stays";
    AlreadyMember = "already_member", 409, "Already a member";
    NoChanges = "no_changes", 409, "Nothing would change";
    MergeConflict = "merge_conflict", 409, "Both sides changed the same thing";
    PlanStale = "plan_stale", 409, "The plan no longer holds";
    DraftNotApplied = "draft_not_applied", 409, "The draft was not applied from git";
    UnknownContent = "unknown_content", 422, "A content is missing here";
    UnknownBase = "unknown_base", 422, "A base is not known here";
    MaskedValue = "masked_value", 422, "A mask is not the value that it stands for";
    SchemaViolation = "schema_violation", 422, "The document breaks its schema";
    UnsupportedNode = "unsupported_node", 422, "The graph holds a node that flows may not run";
    GraphTooComplex = "graph_too_complex", 422, "The graph is larger or deeper than flows may be";
    NotPublishable = "not_publishable", 422, "The draft cannot be published";
    EvaluationFailed = "evaluation_failed", 422, "The flow could not be evaluated";
    EvaluationTimeout = "evaluation_timeout", 422, "The evaluation took too long";
    TooManyRequests = "too_many_requests", 429, "Too many requests";
    Unavailable = "unavailable", 503, "Try again in a moment";
    Internal = "internal", 500, "Something went wrong on our side";
}

// By hand, because the derive does not see names that come out of a macro and would list the variants' own.
impl utoipa::PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        let codes = Code::ALL.iter().map(|code| code.as_str());
        let description = "What went wrong, stable for programs to match on. The list is closed.";
        ObjectBuilder::new().schema_type(Type::String).description(Some(description)).enum_values(Some(codes)).into()
    }
}

impl utoipa::ToSchema for Code {}

/// What is wrong with one part of a body.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BodyError {
    /// JSON Pointer into the request's body (or into the document that the write would leave).
    pub pointer: String,
    pub detail: String,
}

/// Every error that this API answers.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// `urn:fetchcatch:problem:<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    /// What happened, to what, and what to do next.
    pub detail: String,
    pub code: Code,
    pub request_id: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<BodyError>,
    /// Facts that go with the code, such as `active_version` or `conflicts`.
    #[serde(flatten)]
    pub facts: Map<String, Value>,
}
