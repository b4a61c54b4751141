//! infra/functions.json: the functions of the table, for what is no CloudFormation template. The CDK app reads it.

use anyhow::{Context as _, Result};
use functions::routes::{ENDPOINTS, JOBS};
use serde::Serialize;

use super::camel_case;
use super::class::Class;

pub const PATH: &str = "infra/functions.json";

#[derive(Debug, Serialize)]
struct Function {
    name: String,
    /// Its binary is target/lambda/<operation>/bootstrap.
    operation: &'static str,
    class: &'static str,
    /// The API's route key, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<String>,
    /// The names of its variables, sorted.
    environment: Vec<&'static str>,
}

/// # Errors
/// When an endpoint lacks its route.
pub fn render() -> Result<String> {
    let mut functions = Vec::new();
    for endpoint in ENDPOINTS {
        let route = endpoint.route().with_context(|| format!("{} has no route", endpoint.operation))?;
        functions.push(function(endpoint.operation, endpoint.access.into(), Some(format!("{} {}", route.method, route.path))));
    }
    functions.push(function("not_found", Class::Open, Some("$default".to_owned())));
    functions.extend(JOBS.iter().map(|job| function(job.name, Class::of_job(job), None)));
    Ok(serde_json::to_string_pretty(&functions)? + "\n")
}

fn function(operation: &'static str, class: Class, route: Option<String>) -> Function {
    // What the template's globals tell every function.
    let mut environment: Vec<_> = class.environment().iter().map(|(name, _)| *name).chain(["RUST_LOG"]).collect();
    environment.sort_unstable();
    Function { name: camel_case(operation), operation, class: class.name(), route, environment }
}
