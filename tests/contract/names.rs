//! One operation has one name everywhere: a newcomer finds any line in ten seconds.

use std::collections::BTreeSet;
use std::path::Path;

use dev::generate::camel_case;
use functions::routes::{ENDPOINTS, JOBS};

use crate::{read, root};

#[test]
fn a_handler_stands_in_the_file_of_its_name() {
    for endpoint in ENDPOINTS {
        let path = format!("functions/src/{}/{}.rs", endpoint.area, endpoint.operation);
        let signature = format!("pub async fn {}(", endpoint.operation);
        assert!(read(&path).contains(&signature), "{path} lacks `{signature}`");
    }
    for job in JOBS {
        let path = format!("functions/src/jobs/{}.rs", job.name);
        assert!(read(&path).contains("pub async fn run("), "{path} lacks `pub async fn run(`");
    }
}

#[test]
fn every_handler_stands_in_the_table() {
    let mut annotated = BTreeSet::new();
    walk(&root().join("functions/src"), &mut |path| {
        if std::fs::read_to_string(path).unwrap().contains("#[utoipa::path(") {
            annotated.insert(path.file_stem().unwrap().to_str().unwrap().to_owned());
        }
    });
    let table: BTreeSet<String> = ENDPOINTS.iter().map(|endpoint| endpoint.operation.to_owned()).collect();
    assert_eq!(annotated, table);
    assert_eq!(table.len(), ENDPOINTS.len(), "two operations have one name");
}

#[test]
fn every_operation_has_its_own_tests() {
    for endpoint in ENDPOINTS {
        let (area, operation) = (endpoint.area, endpoint.operation);
        let path = format!("tests/api/{area}/{operation}.rs");
        assert!(read(&path).contains("#[tokio::test]"), "{path} holds no test");
        assert!(read(&format!("tests/api/{area}/mod.rs")).contains(&format!("mod {operation};")), "{path} is in no test program");
    }
}

#[test]
fn the_operation_id_is_the_handlers_name() {
    let document = crate::openapi::document();
    for endpoint in ENDPOINTS {
        let route = endpoint.route().unwrap();
        let operation = &document["paths"][&route.path][route.method.to_lowercase()];
        assert_eq!(operation["operationId"], endpoint.operation, "{} {}", route.method, route.path);
        assert_eq!(operation["tags"], serde_json::json!([endpoint.area]), "the tag of {}", endpoint.operation);
    }
}

#[test]
fn every_operation_and_job_has_a_binary_and_a_lambda_of_its_name() {
    let template = read("infra/template.yaml");
    let jobs = JOBS.iter().map(|job| job.name);
    for operation in ENDPOINTS.iter().map(|endpoint| endpoint.operation).chain(["not_found"]).chain(jobs) {
        let binary = format!("functions/src/bin/{operation}.rs");
        assert!(read(&binary).contains("fn main()"), "{binary}");
        let lambda = format!("\n  {}:\n    Type: AWS::Serverless::Function\n", camel_case(operation));
        assert!(template.contains(&lambda), "infra/template.yaml lacks {lambda}");
        assert!(
            template.contains(&format!("      CodeUri: ../target/lambda/{operation}/\n")),
            "infra/template.yaml lacks the code of {operation}"
        );
    }
    for route in functions::routes::all() {
        let key = format!(
            "RouteKey: \"{} {}\", Target: !Sub \"integrations/${{{}Integration}}\"",
            route.method,
            route.path,
            camel_case(route.operation)
        );
        assert!(template.contains(&key), "infra/template.yaml lacks {key}");
    }
}

fn walk(folder: &Path, each: &mut impl FnMut(&Path)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, each);
        } else {
            each(&path);
        }
    }
}
