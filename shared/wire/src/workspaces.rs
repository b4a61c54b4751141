//! Workspaces, members and the audit log.
