//! The stages of samconfig.toml against what the template takes.

use dev::samconfig;
use functions::routes::{ENDPOINTS, JOBS};

use crate::read;
use crate::template::transformed;

const STAGES: [&str; 3] = ["dev", "staging", "prod"];
/// What Lambda takes for a function's name.
const LONGEST_NAME: usize = 64;

#[tokio::test]
async fn a_stage_sets_only_parameters_that_there_are() {
    let template = transformed().await;
    for stage in STAGES {
        for parameter in samconfig::parameters(&read(samconfig::PATH), stage).unwrap() {
            let (name, value) = parameter.split_once('=').unwrap_or_else(|| panic!("{parameter} in stage {stage}"));
            let taken =
                template.section("Parameters").get(name).unwrap_or_else(|| panic!("stage {stage} sets {name}, which is no parameter"));
            if let Some(allowed) = taken["AllowedValues"].as_array() {
                assert!(allowed.iter().any(|allowed| allowed.to_string().trim_matches('"') == value), "stage {stage}: {parameter}");
            }
        }
    }
}

#[tokio::test]
async fn every_parameter_of_the_template_is_used_and_has_a_default() {
    let template = transformed().await;
    let text = read(dev::generate::template::PATH);
    for (name, parameter) in template.section("Parameters") {
        assert!(text.contains(&format!("!Ref {name}")) || text.contains(&format!("${{{name}}}")), "{name} is used nowhere");
        assert!(parameter.get("Default").is_some(), "{name} has no default: the first deployment would ask for it");
    }
}

#[test]
fn functions_names_fit_behind_the_stacks() {
    let config = read(samconfig::PATH);
    let stacks = config.lines().filter_map(|line| line.strip_prefix("stack_name = "));
    let longest_stack = stacks.map(|name| name.trim_matches('"').len()).max().unwrap();
    let operations = ENDPOINTS.iter().map(|endpoint| endpoint.operation).chain(JOBS.iter().map(|job| job.name));
    for operation in operations {
        let length = longest_stack + "-api-".len() + dev::generate::camel_case(operation).len();
        assert!(length <= LONGEST_NAME, "{operation}: {length} characters");
    }
}
