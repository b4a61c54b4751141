//! samconfig.toml: the stages, and what differs between them.

use anyhow::{Context as _, Result};
use serde_json::Value;
use toml_edit::{DocumentMut, Item};

pub const PATH: &str = "samconfig.toml";

/// A stage's parameters, `Name=value` each. SAM takes either these or those of its command line, and a release adds its own.
///
/// # Errors
/// When the file is no TOML, or has no such stage; the message names those that it has.
pub fn parameters(config: &str, stage: &str) -> Result<Vec<String>> {
    let overrides = deployment(config, stage)?.get("parameter_overrides").cloned();
    let overrides = overrides.with_context(|| format!("{PATH} has no list of parameter_overrides for this stage"))?;
    let overrides = overrides.as_array().with_context(|| format!("{PATH}: parameter_overrides is no list"))?;
    Ok(overrides.iter().filter_map(|one| one.as_str()).map(str::to_owned).collect())
}

/// With the defaults of all other parameters of the template: CloudFormation would keep what an earlier deployment said of them, and a
/// line that is taken out of a stage would change nothing.
#[must_use]
pub fn with_defaults(mut given: Vec<String>, template: &Value) -> Vec<String> {
    for (name, parameter) in template["Parameters"].as_object().into_iter().flatten() {
        let is_given = given.iter().any(|one| one.split_once('=').is_some_and(|(given, _)| given == name));
        let default = match &parameter["Default"] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        if !is_given && parameter.get("Default").is_some() {
            given.push(format!("{name}=\"{default}\""));
        }
    }
    given
}

/// What a stage's stack is called.
///
/// # Errors
/// As [`parameters`].
pub fn stack_name(config: &str, stage: &str) -> Result<String> {
    let name = deployment(config, stage)?.get("stack_name").and_then(|name| name.as_str()).map(str::to_owned);
    name.with_context(|| format!("{PATH} has no stack_name for this stage"))
}

fn deployment(config: &str, stage: &str) -> Result<Item> {
    let config: DocumentMut = config.parse().with_context(|| format!("{PATH} is no TOML"))?;
    let stages = || config.iter().filter(|(name, _)| *name != "version").map(|(name, _)| name).collect::<Vec<_>>().join(", ");
    let stage = config.get(stage).with_context(|| format!("{PATH} has no stage {stage:?}, but {}", stages()))?;
    let parameters = stage.get("deploy").and_then(|deploy| deploy.get("parameters")).cloned();
    parameters.with_context(|| format!("{PATH} has no deploy.parameters for this stage"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "version = 0.1\n[dev.deploy.parameters]\nstack_name = \"ours\"\nparameter_overrides = [\"A=1\", \"B=two\"]\n[prod.deploy.parameters]\n";

    #[test]
    fn a_stage_has_its_parameters() {
        assert_eq!(parameters(CONFIG, "dev").unwrap(), ["A=1", "B=two"]);
        assert_eq!(stack_name(CONFIG, "dev").unwrap(), "ours");
    }

    #[test]
    fn what_a_stage_does_not_say_goes_back_to_its_default() {
        let template =
            serde_json::json!({"Parameters": {"A": {"Default": "x"}, "Least": {"Default": 0.5}, "Name": {"Default": ""}, "Own": {}}});
        assert_eq!(with_defaults(vec!["A=1".to_owned()], &template), ["A=1", "Least=\"0.5\"", "Name=\"\""]);
    }

    #[test]
    fn a_stage_that_is_missing_is_refused_with_those_that_are_there() {
        assert_eq!(parameters(CONFIG, "test").unwrap_err().to_string(), "samconfig.toml has no stage \"test\", but dev, prod");
    }
}
