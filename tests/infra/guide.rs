//! The operations guide speaks of what there is, and of all that an operator meets.

use std::collections::BTreeSet;

use crate::read;
use crate::template::transformed;

const GUIDE: &str = "docs/guides/operations.md";

/// The words between backticks, and those of the indented commands.
fn code(guide: &str) -> Vec<String> {
    let inline = guide.lines().filter(|line| !line.starts_with("    ")).flat_map(|line| line.split('`').skip(1).step_by(2));
    let commands = guide.lines().filter(|line| line.starts_with("    "));
    inline.chain(commands).map(str::to_owned).collect()
}

/// What follows `before` in a command, up to where its name ends.
fn named_after<'a>(code: &'a [String], before: &str) -> BTreeSet<&'a str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let follows = code.iter().flat_map(|text| text.split(before).skip(1));
    follows.map(|rest| rest.split(|c| !is_name(c)).next().unwrap_or_default()).filter(|name| !name.is_empty()).collect()
}

#[test]
fn every_target_and_command_exists() {
    let (guide, makefile, commands) = (read(GUIDE), read("Makefile"), read("dev/src/main.rs"));
    let code = code(&guide);
    let targets = named_after(&code, "make ");
    assert!(targets.is_superset(&BTreeSet::from(["deploy", "sign-in", "deploy-local"])), "{targets:?}");
    for target in targets {
        assert!(makefile.lines().any(|line| line.starts_with(&format!("{target}:"))), "make {target}");
    }
    for command in named_after(&code, "cargo dev ") {
        let variant = dev::generate::camel_case(&command.replace('-', "_"));
        assert!(commands.contains(&format!("    {variant}(commands::")), "cargo dev {command}");
    }
    for argument in ["STAGE", "OWNER", "EMAIL", "RELEASE", "ARCH"] {
        let taken = makefile.contains(&format!("$({argument})")) || makefile.contains(&format!("$(or $({argument})"));
        assert!(taken && guide.contains(&format!("{argument}=")), "{argument}=");
    }
}

#[tokio::test]
async fn every_resource_and_output_that_a_command_names_exists() {
    let template = transformed().await;
    let code = code(&read(GUIDE));
    let resources = template.section("Resources");
    for name in named_after(&code, "$(resource ").into_iter().chain(named_after(&code, "remote invoke ")) {
        assert!(resources.contains_key(name), "{name} is no resource");
    }
    for name in named_after(&code, "$(output ") {
        assert!(template.section("Outputs").contains_key(name), "{name} is no output");
    }
    for group in named_after(&code, "/fetchcatch/$STACK/") {
        assert!(resources.contains_key(group), "there are no logs {group}");
    }
}

#[tokio::test]
async fn every_parameter_and_alarm_is_explained_and_no_other() {
    let (template, guide) = (transformed().await, read(GUIDE));
    let explained: BTreeSet<String> = code(&guide).into_iter().collect();
    for parameter in template.section("Parameters").keys() {
        assert!(explained.contains(parameter), "the parameter {parameter} is not in the guide");
    }
    let alarms: BTreeSet<&str> = template.of_type("AWS::CloudWatch::Alarm").into_iter().map(|(name, _)| name).collect();
    let named: BTreeSet<&str> = explained.iter().map(String::as_str).filter(|word| word.ends_with("Alarm")).collect();
    assert_eq!(named, alarms);
    let table = guide.split("## Deploy").nth(1).and_then(|rest| rest.split("## ").next()).unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `")).map(|line| line.split('|').nth(1).unwrap());
    for parameter in rows.flat_map(|names| names.split('`').skip(1).step_by(2)) {
        assert!(template.section("Parameters").contains_key(parameter), "{parameter} is no parameter");
    }
}

#[test]
fn the_sums_of_a_month_are_those_of_its_lines() {
    let guide = read(GUIDE);
    let rows = guide.lines().filter(|line| line.starts_with("| ")).map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
    let month: Vec<Vec<&str>> = rows.skip_while(|cells| cells[1..] != ["item", "idle", "busy", ""]).skip(1).collect();
    let (total, lines) = month.split_last().unwrap();
    assert!(total[1].contains("a month") && lines.len() >= 10, "{total:?}");
    // A cell ends with its amount: `1 x 2.00 = 2.00`, `a reason: 2.00`, `2.00`, `0`.
    let amount = |cell: &str| -> f64 { cell.trim_matches('*').rsplit(' ').next().unwrap().parse().unwrap_or_else(|_| panic!("{cell}")) };
    for column in [2, 3] {
        let sum: f64 = lines.iter().map(|cells| amount(cells[column])).sum();
        assert!((sum - amount(total[column])).abs() < 0.005, "{sum:.2} and {}", total[column]);
    }
}
