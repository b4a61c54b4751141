//! Dependencies between our own crates run one way.

use std::collections::BTreeSet;

use cargo_metadata::MetadataCommand;

use crate::root;

/// Which of our crates each may name. `tests` may name all.
const MAY: [(&str, &[&str]); 11] = [
    ("domain", &[]),
    ("wire", &["domain"]),
    ("store", &["domain"]),
    ("replica", &["domain"]),
    ("engine", &["domain"]),
    ("sdk", &["domain", "wire"]),
    ("mcp", &["domain", "wire", "sdk"]),
    ("cli", &["domain", "wire", "engine", "sdk", "mcp"]),
    ("worker", &["domain", "replica"]),
    ("functions", &["domain", "wire", "store", "replica", "engine", "sdk", "mcp"]),
    ("dev", &["domain", "wire", "store", "replica", "engine", "worker", "functions"]),
];

#[test]
fn dependencies_run_one_way() {
    let metadata = MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec().unwrap();
    let packages = metadata.workspace_packages();
    let ours: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let listed: BTreeSet<&str> = MAY.iter().map(|(name, _)| *name).chain(["tests"]).collect();
    assert_eq!(ours, listed, "say in tests/contract/crates.rs what each crate may name");
    for package in packages {
        let named = package.dependencies.iter().map(|dependency| dependency.name.as_str()).filter(|name| ours.contains(name));
        let Some((_, may)) = MAY.iter().find(|(name, _)| *name == package.name.as_str()) else { continue };
        for name in named {
            assert!(may.contains(&name), "{} may not depend on {name}: dependencies run one way", package.name);
        }
    }
}

#[test]
fn no_crate_may_name_one_that_may_name_it() {
    // A crate names only those that stand before it in the list: then there is no circle.
    for (position, (name, may)) in MAY.iter().enumerate() {
        let before: Vec<&str> = MAY[..position].iter().map(|(name, _)| *name).collect();
        assert!(may.iter().all(|other| before.contains(other)), "{name}");
    }
}
