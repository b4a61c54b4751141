//! Flows: one endpoint a file. What they share stands here.
