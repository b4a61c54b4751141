//! What is generated is what the table says, and CloudFormation takes it.

use std::collections::BTreeSet;

use dev::generate::{self, template};

use crate::{read, root};

#[test]
fn generated_files_are_fresh() {
    let stale = generate::stale(root()).unwrap();
    let named: Vec<String> = stale.iter().map(ToString::to_string).collect();
    assert!(named.is_empty(), "{}\nrun `cargo dev generate` and commit what it changes", named.join("\n"));
}

#[test]
fn functions_are_told_nothing_that_they_do_not_read() {
    let (settings, template) = (read("functions/src/settings.rs"), read(template::PATH));
    let variables = template.lines().filter_map(|line| line.strip_prefix("          ")?.split_once(": !").map(|(name, _)| name));
    let variables: BTreeSet<&str> = variables.filter(|name| name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')).collect();
    assert!(variables.contains("DATABASE_URL") && variables.len() > 5, "{variables:?}");
    for variable in variables {
        assert!(settings.contains(&format!("\"{variable}\"")), "functions/src/settings.rs does not read {variable}");
    }
}
