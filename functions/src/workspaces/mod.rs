//! Workspaces, their governance and their members.
