//! The closed sets of names that the contract and the database share.

/// What was given is none of a closed set of names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is no {what}; it is one of {allowed}")]
pub struct UnknownName {
    /// What the names are names of.
    pub what: &'static str,
    /// What was given, at most 64 characters of it.
    pub given: String,
    /// The names, with commas.
    pub allowed: String,
}

/// An enum whose names in JSON, in SQL and in messages are the same, written once.
macro_rules! names {
    ($(#[$about:meta])* $type:ident ($what:literal) { $($(#[$doc:meta])* $variant:ident = $name:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $type {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)+
        }

        impl $type {
            /// All of them, in order.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The name in JSON, in the database and in messages.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $type {
            type Err = UnknownName;

            fn from_str(text: &str) -> Result<Self, UnknownName> {
                match text {
                    $($name => Ok(Self::$variant),)+
                    _ => Err(UnknownName { what: $what, given: text.chars().take(64).collect(), allowed: [$($name,)+].join(", ") }),
                }
            }
        }
    };
}
pub(super) use names;

names! {
    /// Where a call comes from; the credential alone says so.
    Surface ("surface") {
        /// The web console, and personal scripts against its API.
        Designer = "designer",
        /// `fcc`: a developer's checkout, or CI.
        Cli = "cli",
        /// An AI agent, over MCP.
        Agent = "agent",
    }
}

names! {
    /// What kind of actor a credential stands for.
    ActorKind ("actor kind") {
        /// A person.
        Human = "human",
        /// A pipeline or script with a name of its own.
        Ci = "ci",
        /// An AI agent.
        Agent = "agent",
    }
}

names! {
    /// How a snapshot or a version came to be.
    Source ("source") {
        /// Published from the console.
        DesignerPublish = "designer-publish",
        /// Published with `fcc`.
        CliPublish = "cli-publish",
        /// Written into the draft from the cli surface.
        CliApply = "cli-apply",
        /// Written into the draft from any other surface.
        DesignerDraft = "designer-draft",
        /// A former version made active again.
        Rollback = "rollback",
    }
}

names! {
    /// What a member is in a workspace; each also may what those before it may.
    Role ("role") {
        /// Reads.
        Viewer = "viewer",
        /// Also drafts.
        Author = "author",
        /// Also publishes.
        Editor = "editor",
        /// Also changes the workspace, its members and tokens.
        Admin = "admin",
        /// An admin, of whom a workspace always keeps one.
        Owner = "owner",
    }
}

names! {
    /// What a service token was given.
    Scope ("scope") {
        /// Read everything in the workspace.
        Read = "read",
        /// Write and evaluate drafts.
        Draft = "draft",
        /// Apply a checkout.
        Apply = "apply",
        /// Publish, roll back, archive.
        Publish = "publish",
        /// Evaluate published flows.
        Evaluate = "evaluate",
    }
}

names! {
    /// Which surface may publish in a workspace.
    GovernanceMode ("governance mode") {
        /// The console only.
        DesignerOnly = "DesignerOnly",
        /// `fcc` only: git is the truth.
        CodeManaged = "CodeManaged",
        /// Both.
        Hybrid = "Hybrid",
    }
}

names! {
    /// What a workspace is for.
    EnvironmentKind ("environment kind") {
        /// Trying things out.
        Development = "Development",
        /// The last look.
        Staging = "Staging",
        /// The real thing.
        Production = "Production",
    }
}

names! {
    /// What a resource is.
    ResourceType ("resource type") {
        /// A connector config, which workers execute.
        Connector = "connector",
        /// A decision flow, which applications evaluate.
        Flow = "flow",
    }
}

names! {
    /// What a credential is, whatever its secret's prefix.
    CredentialKind ("token kind") {
        /// A person's token.
        Personal = "personal",
        /// A token of CI or of a script, with scopes.
        Service = "service",
        /// An AI agent's token.
        Agent = "agent",
        /// An application's token.
        Evaluate = "evaluate",
        /// A console session: a person in a browser.
        Session = "session",
    }
}

impl CredentialKind {
    /// Whom it stands for; an application is no actor, because it changes nothing.
    pub const fn actor_kind(self) -> Option<ActorKind> {
        match self {
            Self::Personal | Self::Session => Some(ActorKind::Human),
            Self::Service => Some(ActorKind::Ci),
            Self::Agent => Some(ActorKind::Agent),
            Self::Evaluate => None,
        }
    }
}

impl Source {
    /// The source of a publish, an archive or an unarchive from this surface; agents have none.
    pub const fn of_publish(surface: Surface) -> Option<Self> {
        match surface {
            Surface::Designer => Some(Self::DesignerPublish),
            Surface::Cli => Some(Self::CliPublish),
            Surface::Agent => None,
        }
    }

    /// The source of a snapshot that a draft write from this surface makes.
    pub const fn of_draft_write(surface: Surface) -> Self {
        match surface {
            Surface::Cli => Self::CliApply,
            Surface::Designer | Surface::Agent => Self::DesignerDraft,
        }
    }
}

impl GovernanceMode {
    /// Whether this surface may publish, roll back, archive and unarchive here.
    pub const fn lets_publish(self, surface: Surface) -> bool {
        match (self, surface) {
            (_, Surface::Agent) => false,
            (Self::Hybrid, _) | (Self::DesignerOnly, Surface::Designer) | (Self::CodeManaged, Surface::Cli) => true,
            (Self::DesignerOnly, Surface::Cli) | (Self::CodeManaged, Surface::Designer) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each name means the same in JSON, in `FromStr` and in `as_str`.
    macro_rules! assert_names {
        ($type:ident, $($name:literal),+) => {
            let all: Vec<&str> = $type::ALL.iter().map(|one| one.as_str()).collect();
            assert_eq!(all, [$($name),+]);
            for &one in $type::ALL {
                assert_eq!(one.as_str().parse(), Ok(one));
                assert_eq!(serde_json::to_value(one).unwrap(), one.as_str());
                assert_eq!(serde_json::from_value::<$type>(one.as_str().into()).unwrap(), one);
            }
        };
    }

    #[test]
    fn the_names_are_the_contracts() {
        assert_names!(Surface, "designer", "cli", "agent");
        assert_names!(ActorKind, "human", "ci", "agent");
        assert_names!(Source, "designer-publish", "cli-publish", "cli-apply", "designer-draft", "rollback");
        assert_names!(Role, "viewer", "author", "editor", "admin", "owner");
        assert_names!(Scope, "read", "draft", "apply", "publish", "evaluate");
        assert_names!(GovernanceMode, "DesignerOnly", "CodeManaged", "Hybrid");
        assert_names!(EnvironmentKind, "Development", "Staging", "Production");
        assert_names!(ResourceType, "connector", "flow");
        assert_names!(CredentialKind, "personal", "service", "agent", "evaluate", "session");
    }

    #[test]
    fn an_unknown_name_is_told_the_known_ones() {
        let refusal = "hybrid".parse::<GovernanceMode>().unwrap_err();
        assert_eq!(refusal.to_string(), "\"hybrid\" is no governance mode; it is one of DesignerOnly, CodeManaged, Hybrid");
    }

    #[test]
    fn roles_are_ordered() {
        assert!(Role::ALL.is_sorted());
        assert!(Role::Viewer < Role::Owner);
    }

    #[test]
    fn governance_is_the_contracts_table() {
        let table = [
            (GovernanceMode::DesignerOnly, [true, false, false]),
            (GovernanceMode::CodeManaged, [false, true, false]),
            (GovernanceMode::Hybrid, [true, true, false]),
        ];
        for (mode, cells) in table {
            assert_eq!(Surface::ALL.iter().map(|&surface| mode.lets_publish(surface)).collect::<Vec<_>>(), cells, "{mode}");
        }
    }

    #[test]
    fn sources_follow_the_surface() {
        assert_eq!(Source::of_publish(Surface::Designer), Some(Source::DesignerPublish));
        assert_eq!(Source::of_publish(Surface::Cli), Some(Source::CliPublish));
        assert_eq!(Source::of_publish(Surface::Agent), None);
        assert_eq!(
            Surface::ALL.iter().map(|&s| Source::of_draft_write(s).as_str()).collect::<Vec<_>>(),
            ["designer-draft", "cli-apply", "designer-draft"]
        );
    }
}
