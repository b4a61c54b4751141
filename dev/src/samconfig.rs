//! samconfig.toml: the stages, and what differs between them.

use anyhow::{Context as _, Result};
use toml_edit::DocumentMut;

pub const PATH: &str = "samconfig.toml";

/// A stage's parameters, `Name=value` each. SAM takes either these or those of its command line, and a release adds its own.
///
/// # Errors
/// When the file is no TOML, or has no such stage; the message names those that it has.
pub fn parameters(config: &str, stage: &str) -> Result<Vec<String>> {
    let config: DocumentMut = config.parse().with_context(|| format!("{PATH} is no TOML"))?;
    let stages = || config.iter().filter(|(name, _)| *name != "version").map(|(name, _)| name).collect::<Vec<_>>().join(", ");
    let stage = config.get(stage).with_context(|| format!("{PATH} has no stage {stage:?}, but {}", stages()))?;
    let parameters = stage.get("deploy").and_then(|deploy| deploy.get("parameters"));
    let overrides = parameters.and_then(|parameters| parameters.get("parameter_overrides")).and_then(|overrides| overrides.as_array());
    let overrides = overrides.with_context(|| format!("{PATH} has no list of parameter_overrides for this stage"))?;
    Ok(overrides.iter().filter_map(|one| one.as_str()).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "version = 0.1\n[dev.deploy.parameters]\nparameter_overrides = [\"A=1\", \"B=two\"]\n[prod.deploy.parameters]\n";

    #[test]
    fn a_stage_has_its_parameters() {
        assert_eq!(parameters(CONFIG, "dev").unwrap(), ["A=1", "B=two"]);
    }

    #[test]
    fn a_stage_that_is_missing_is_refused_with_those_that_are_there() {
        assert_eq!(parameters(CONFIG, "test").unwrap_err().to_string(), "samconfig.toml has no stage \"test\", but dev, prod");
    }
}
