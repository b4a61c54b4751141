//! The flow API.
