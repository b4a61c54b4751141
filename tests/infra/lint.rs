//! AWS's own checks. The tools are installed on first use; without them these tests fail, and say what is missing.

use dev::aws_tools::Sam;

use crate::{read, settings, template_path};

/// Their types and limits differ; these three have everything that the template asks for.
const REGIONS: [&str; 3] = ["us-east-1", "eu-west-1", "ap-southeast-2"];

#[tokio::test]
async fn sam_takes_the_template() {
    let sam = Sam::find_or_install(&settings()).await.unwrap();
    sam.validate(&template_path()).await.unwrap();
}

#[tokio::test]
async fn the_linter_finds_nothing_in_any_region() {
    let sam = Sam::find_or_install(&settings()).await.unwrap();
    sam.lint(&template_path(), &REGIONS, &[]).await.unwrap();
}

#[tokio::test]
async fn a_misspelt_property_is_found() {
    let sam = Sam::find_or_install(&settings()).await.unwrap();
    let broken = read(dev::generate::template::PATH).replacen("VisibilityTimeout: 1800", "VisibilityTimeuot: 1800", 1);
    let path = std::env::temp_dir().join(format!("fetchcatch-misspelt-{}.yaml", std::process::id()));
    std::fs::write(&path, broken).unwrap();
    let found = sam.lint(&path, &REGIONS[..1], &[]).await.unwrap_err().to_string();
    std::fs::remove_file(&path).unwrap();
    assert!(found.contains("VisibilityTimeuot"), "{found}");
}
