//! Evaluations: making them, and looking at what they decided.
