//! `dev.env`: what a shell sources to talk to the stack.

use anyhow::Result;

use crate::home::Home;

pub const FILE: &str = "dev.env";

/// Writes the lines, readable by the home's owner alone.
pub fn write(home: &Home, variables: &[(&str, &str)]) -> Result<()> {
    let lines: String = variables.iter().map(|(name, value)| format!("export {name}='{}'\n", value.replace('\'', r"'\''"))).collect();
    home.write_private(FILE, lines.as_bytes())
}
