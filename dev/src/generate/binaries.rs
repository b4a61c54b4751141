//! A binary for each function: `functions/src/bin/<operation>.rs`, and its line in the manifest.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use functions::routes::{ENDPOINTS, JOBS};

use super::{Artifact, camel_case};

const FOLDER: &str = "functions/src/bin";
pub const MANIFEST: &str = "functions/Cargo.toml";
/// Where the manifest begins that people write.
const WRITTEN: &str = "[package]\n";

pub fn artifacts() -> Vec<Artifact> {
    let endpoints = ENDPOINTS.iter().map(|endpoint| {
        let (area, operation) = (endpoint.area, endpoint.operation);
        let serve = if endpoint.access.is_open() { "serve_open" } else { "serve" };
        binary(operation, &format!("{serve}(|| utoipa_axum::routes!(functions::{area}::{operation}::{operation}))"))
    });
    let jobs = JOBS.iter().map(|job| binary(job.name, &format!("jobs::{}()", job.name)));
    endpoints.chain([binary("not_found", "serve_not_found()")]).chain(jobs).collect()
}

fn binary(operation: &str, call: &str) -> Artifact {
    let lambda = camel_case(operation);
    let text = format!(
        "//! The Lambda function {lambda}. Written by `cargo dev generate`.\n\nfn main() -> std::process::ExitCode {{\n    functions::lambda::{call}\n}}\n"
    );
    Artifact { path: Path::new(FOLDER).join(format!("{operation}.rs")), text }
}

/// The manifest with the list of binaries before its own first section. Cargo would find them by itself, but then makes a test
/// harness of each, which hold no tests and take longer to link than all tests to run.
///
/// # Errors
/// When it has no such section.
pub fn manifest(present: &str) -> Result<Artifact> {
    let written = present.find(WRITTEN).and_then(|at| present.get(at..)).with_context(|| format!("{MANIFEST} has no [package]"))?;
    let names = ENDPOINTS.iter().map(|endpoint| endpoint.operation).chain(["not_found"]).chain(JOBS.iter().map(|job| job.name));
    let list: String = names.map(|name| format!("    {{ name = \"{name}\", test = false }},\n")).collect();
    Ok(Artifact { path: MANIFEST.into(), text: format!("# This list is written by `cargo dev generate`.\nbin = [\n{list}]\n\n{written}") })
}

/// The binaries that are there, whether the table has them or not.
pub fn present(root: &Path) -> Result<Vec<PathBuf>> {
    let folder = root.join(FOLDER);
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("can't list {}", folder.display())),
    };
    let mut present = Vec::new();
    for entry in entries {
        let name = entry.with_context(|| format!("can't list {}", folder.display()))?.file_name();
        present.push(Path::new(FOLDER).join(name));
    }
    present.sort();
    Ok(present)
}
