//! Who acts, from where, on what, and what they may.

mod names;
mod rights;

pub use names::{ActorKind, CredentialKind, EnvironmentKind, GovernanceMode, ResourceType, Role, Scope, Source, Surface, UnknownName};
pub use rights::{Right, Rights, rights};
