use std::path::PathBuf;

use anyhow::{Result, bail};
use domain::identity::ResourceType;
use domain::{canonical, diff};
use serde::Serialize;
use serde_json::{Value, json};

use super::evaluate::{compile, options, read_file};
use crate::context::Context;
use crate::exit::Exit;
use crate::files::{self, LocalFile};
use crate::printer::{Style, brief};

/// Run the tests that flows' files carry, on this machine
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: fcc test flows/shipping-fee.json\n\nA test is {\"name\"?, \"input\", \"output\"} in the file's `tests`. Exits with 1 when one fails."
)]
pub struct Arguments {
    /// Files to test [default: all flows]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Tested {
    file: String,
    name: String,
    passed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actual: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

pub async fn run(context: &Context, arguments: Arguments) -> Result<Exit> {
    let mut tested = Vec::new();
    let flows = flows(context, &arguments.files)?;
    if flows.is_empty() {
        bail!("there are no flows/*.json here to test");
    }
    for file in &flows {
        test(file, &mut tested).await?;
    }
    let printer = &context.printer;
    if tested.is_empty() {
        printer.warn("nothing was tested: none of these flows has `tests` in its file");
    }
    for one in &tested {
        let word = if one.passed { printer.paint("ok    ", Style::Green) } else { printer.paint("FAILED", Style::Red) };
        printer.line(format_args!("{word}  {}  {}", one.file, one.name));
        if let Some(error) = &one.error {
            printer.line(format_args!("        {error}"));
        }
        if let (Some(expected), Some(actual)) = (&one.expected, &one.actual) {
            for change in diff::diff(expected, actual) {
                let shown = |value: &Option<Value>| value.as_ref().map_or_else(|| "nothing".to_owned(), brief);
                printer.line(format_args!("        {}: expected {}, got {}", change.path, shown(&change.before), shown(&change.after)));
            }
        }
    }
    let failed = tested.iter().filter(|one| !one.passed).count();
    let passed = tested.len() - failed;
    printer.json(&json!({"passed": passed, "failed": failed, "tests": tested}));
    printer.line(format_args!("{passed} passed, {failed} failed"));
    Ok(if failed == 0 { Exit::Done } else { Exit::Error })
}

/// The flows that are named, in a checkout or anywhere; all of this folder's without a name.
fn flows(context: &Context, arguments: &[PathBuf]) -> Result<Vec<LocalFile>> {
    let root = context.project()?.map_or_else(|| context.folder(), |located| Ok(located.root))?;
    let (folders, named): (Vec<PathBuf>, Vec<PathBuf>) = arguments.iter().cloned().partition(|path| path.is_dir());
    let mut flows = Vec::new();
    if named.is_empty() || !folders.is_empty() {
        for key in files::named(&root, &folders)?.into_iter().filter(|key| key.kind == ResourceType::Flow) {
            flows.extend(files::read(&root, &key)?);
        }
    }
    for path in named {
        flows.push(read_file(&path)?);
    }
    Ok(flows)
}

async fn test(file: &LocalFile, tested: &mut Vec<Tested>) -> Result<()> {
    let Some(tests) = &file.tests else { return Ok(()) };
    let Some(tests) = tests.as_array() else { bail!("{}: `tests` has to be a list of {{\"input\", \"output\"}}", file.key.file()) };
    let graph = compile(file)?;
    for (nth, one) in tests.iter().enumerate() {
        let name = one.get("name").and_then(Value::as_str).map_or_else(|| format!("test {}", nth + 1), str::to_owned);
        let of = Tested { file: file.key.file(), name, passed: false, expected: None, actual: None, error: None };
        let (Some(input), Some(output)) = (one.get("input"), one.get("output")) else {
            tested.push(Tested { error: Some("a test needs `input` and `output`".to_owned()), ..of });
            continue;
        };
        tested.push(match graph.evaluate(input.clone(), options(false)).await {
            Ok(evaluation) if is_same(&evaluation.result, output) => Tested { passed: true, ..of },
            Ok(evaluation) => Tested { expected: Some(output.clone()), actual: Some(evaluation.result), ..of },
            Err(error) => Tested { error: Some(error.to_string()), ..of },
        });
    }
    Ok(())
}

/// 1.0 and 1 are the same number.
fn is_same(one: &Value, other: &Value) -> bool {
    canonical::digest_of(one) == canonical::digest_of(other)
}
