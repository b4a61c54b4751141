//! What is generated is what the table says, and CloudFormation takes it.

use dev::generate::{self, template};

use crate::{read, root};

#[test]
fn generated_files_are_fresh() {
    let stale = generate::stale(root()).unwrap();
    let named: Vec<String> = stale.iter().map(ToString::to_string).collect();
    assert!(named.is_empty(), "{}\nrun `cargo dev generate` and commit what it changes", named.join("\n"));
}

#[test]
fn the_stack_stays_well_below_cloudformations_limit() {
    let resources = template::resources(&read(template::PATH));
    let functions = functions::routes::ENDPOINTS.len() + functions::routes::JOBS.len() + 1;
    assert!(resources > 4 * functions, "{resources} resources for {functions} functions: they were not counted");
    assert!(resources <= template::MOST_RESOURCES, "{resources} resources of at most {}", template::MOST_RESOURCES);
}
