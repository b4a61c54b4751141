//! The sync API, which `fcc` stands on.

pub mod drift;
pub mod export;
pub mod history;
pub mod plan;
pub mod publish;
pub mod pulls;
