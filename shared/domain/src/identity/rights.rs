//! What a caller may: the contract's table "Who is calling", and its roles.

use super::names::{CredentialKind, Role, Scope, UnknownName, names};

names! {
    /// What a caller may do in a workspace. Governance comes on top: it asks the surface, not the person.
    Right ("right") {
        /// Read resources, drafts, history, runs, plans and drift.
        Read = "read",
        /// Write drafts.
        Draft = "draft",
        /// `POST /v1/sync/apply`.
        Apply = "apply",
        /// Publish, roll back, archive, unarchive.
        Publish = "publish",
        /// Evaluate published flows.
        Evaluate = "evaluate",
        /// Evaluate a draft.
        EvaluateDraft = "evaluate_draft",
        /// Change the workspace, its members and tokens; read the audit log.
        Administer = "administer",
    }
}

/// A set of [`Right`]s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rights(u8);

impl Rights {
    /// No right at all.
    pub const NONE: Self = Self(0);

    /// These rights.
    pub const fn of(rights: &[Right]) -> Self {
        let mut set = 0;
        let mut next = 0;
        while next < rights.len() {
            set |= 1 << rights[next] as u8;
            next += 1;
        }
        Self(set)
    }

    /// Whether this right is among them.
    pub const fn has(self, right: Right) -> bool {
        self.0 & (1 << right as u8) != 0
    }

    /// These and those.
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// The rights, in order.
    pub fn iter(self) -> impl Iterator<Item = Right> {
        Right::ALL.iter().copied().filter(move |&right| self.has(right))
    }
}

/// What a credential may in a workspace. People may what their `role` there allows (`None`: they are no member), service tokens
/// what their `scopes` say; the others have rights of their own, and neither role nor scopes add any.
pub fn rights(kind: CredentialKind, role: Option<Role>, scopes: &[Scope]) -> Rights {
    match kind {
        CredentialKind::Personal | CredentialKind::Session => role.map_or(Rights::NONE, of_role),
        CredentialKind::Service => scopes.iter().fold(Rights::NONE, |sum, &scope| sum.and(of_scope(scope))),
        CredentialKind::Agent => Rights::of(&[Right::Read, Right::Draft, Right::EvaluateDraft]),
        CredentialKind::Evaluate => Rights::of(&[Right::Evaluate]),
    }
}

const fn of_role(role: Role) -> Rights {
    match role {
        Role::Viewer => Rights::of(&[Right::Read]),
        Role::Author => of_role(Role::Viewer).and(Rights::of(&[Right::Draft, Right::Apply, Right::EvaluateDraft])),
        Role::Editor => of_role(Role::Author).and(Rights::of(&[Right::Publish, Right::Evaluate])),
        Role::Admin | Role::Owner => of_role(Role::Editor).and(Rights::of(&[Right::Administer])),
    }
}

const fn of_scope(scope: Scope) -> Rights {
    match scope {
        Scope::Read => Rights::of(&[Right::Read]),
        Scope::Draft => Rights::of(&[Right::Draft, Right::EvaluateDraft]),
        Scope::Apply => Rights::of(&[Right::Apply]),
        Scope::Publish => Rights::of(&[Right::Publish]),
        Scope::Evaluate => Rights::of(&[Right::Evaluate]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One row: a mark for each of read, draft, apply, publish, evaluate, evaluate_draft, administer.
    fn row(rights: Rights) -> String {
        Right::ALL.iter().map(|&right| if rights.has(right) { 'x' } else { '.' }).collect()
    }

    #[test]
    fn a_person_may_what_the_role_allows() {
        let table = [
            (None, "......."),
            (Some(Role::Viewer), "x......"),
            (Some(Role::Author), "xxx..x."),
            (Some(Role::Editor), "xxxxxx."),
            (Some(Role::Admin), "xxxxxxx"),
            (Some(Role::Owner), "xxxxxxx"),
        ];
        for (role, expected) in table {
            for kind in [CredentialKind::Personal, CredentialKind::Session] {
                // A personal token carries no scopes; if a row had some, they would add nothing.
                assert_eq!(row(rights(kind, role, Scope::ALL)), expected, "{kind} {role:?}");
            }
        }
    }

    #[test]
    fn a_service_token_may_what_its_scopes_say() {
        let table: [(&[Scope], &str); 7] = [
            (&[], "......."),
            (&[Scope::Read], "x......"),
            (&[Scope::Draft], ".x...x."),
            (&[Scope::Apply], "..x...."),
            (&[Scope::Publish], "...x..."),
            (&[Scope::Evaluate], "....x.."),
            (Scope::ALL, "xxxxxx."),
        ];
        for (scopes, expected) in table {
            assert_eq!(row(rights(CredentialKind::Service, Some(Role::Owner), scopes)), expected, "{scopes:?}");
        }
    }

    #[test]
    fn agents_and_applications_have_their_own_rights_whatever_else_they_carry() {
        for role in [None, Some(Role::Owner)] {
            for scopes in [&[][..], Scope::ALL] {
                assert_eq!(row(rights(CredentialKind::Agent, role, scopes)), "xx...x.");
                assert_eq!(row(rights(CredentialKind::Evaluate, role, scopes)), "....x..");
            }
        }
    }

    #[test]
    fn a_set_lists_its_rights_in_order() {
        let set = Rights::of(&[Right::Publish, Right::Read]);
        assert_eq!(set.iter().collect::<Vec<_>>(), [Right::Read, Right::Publish]);
        assert_eq!(Rights::default(), Rights::NONE);
    }
}
