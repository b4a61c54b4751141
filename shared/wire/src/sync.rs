//! The sync API, which `fcc` stands on.
