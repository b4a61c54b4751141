//! The sync API, which `fcc` stands on.

pub mod plan;
pub mod publish;
