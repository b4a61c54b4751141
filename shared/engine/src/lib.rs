//! zen-engine behind one door: check a graph, compile it, evaluate it.
