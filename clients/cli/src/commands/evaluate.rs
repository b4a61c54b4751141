use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use domain::canonical;
use domain::identity::ResourceType;
use engine::{Graph, Options};
use sdk::Target;
use serde_json::{Value, json};

use crate::context::Context;
use crate::exit::Exit;
use crate::files::{self, Key, LocalFile};

/// Ask a flow for a decision: a published one by its slug, the one in a file right here
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: fcc evaluate flows/shipping-fee.json --input order.json\n\nA file is evaluated on this machine: nothing is sent, nothing is recorded."
)]
pub struct Arguments {
    #[arg(value_name = "SLUG|FILE")]
    flow: String,
    /// The input, a JSON object; - for stdin [default: {}]
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Evaluate the draft of a SLUG
    #[arg(long)]
    draft: bool,
    /// Also tell what each node took and gave
    #[arg(long)]
    trace: bool,
}

/// Longer than the server gives a flow, which has the faster machine.
const LIMIT: Duration = Duration::from_secs(5);

pub async fn run(context: &Context, arguments: Arguments) -> Result<Exit> {
    let input = read_input(arguments.input.as_deref())?;
    let printer = &context.printer;
    let (result, trace) = if is_file(&arguments.flow) {
        if arguments.draft {
            bail!("--draft is for a SLUG: {} is evaluated as it is", arguments.flow);
        }
        let file = read_file(Path::new(&arguments.flow))?;
        let graph = compile(&file)?;
        let evaluation = graph.evaluate(input, options(arguments.trace)).await?;
        printer.json(&with_trace(json!({"flow": file.key.slug, "result": evaluation.result}), &evaluation.trace));
        (evaluation.result, evaluation.trace)
    } else {
        let target = if arguments.draft { Target::Draft } else { Target::Published };
        let evaluated = context.client()?.evaluate(&arguments.flow, target, &input, arguments.trace).await?;
        printer.json(&evaluated);
        let version = evaluated.version.map_or_else(|| "the draft".to_owned(), |version| format!("version {version}"));
        printer.note(format_args!("{} {version}, run {}", evaluated.flow, evaluated.run_id));
        let trace = evaluated.trace.map(|trace| serde_json::from_str(trace.get())).transpose()?;
        (serde_json::from_str(evaluated.result.get())?, trace)
    };
    printer.line(serde_json::to_string_pretty(&result)?);
    if let Some(trace) = trace {
        printer.note(format_args!("trace: {}", serde_json::to_string_pretty(&trace)?));
    }
    Ok(Exit::Done)
}

fn is_file(text: &str) -> bool {
    text.ends_with(".json") || text.contains(['/', '\\'])
}

/// A flow's file, in a checkout or anywhere.
pub fn read_file(path: &Path) -> Result<LocalFile> {
    let shown = path.display();
    let path = std::path::absolute(path)?;
    let key = Key::of_path(&path)?;
    if key.kind != ResourceType::Flow {
        bail!("{shown} is a connector: flows are evaluated");
    }
    let root = path.parent().and_then(Path::parent).unwrap_or(Path::new("/"));
    files::read(root, &key)?.ok_or_else(|| anyhow!("there is no {shown}"))
}

/// Nobody else evaluates here, so there is no place to wait for longer than for a decision.
pub fn options(trace: bool) -> Options {
    Options { trace, limit: LIMIT, patience: LIMIT }
}

/// What would keep it from being published keeps it from being evaluated here too: every error that it has, not only the first.
pub fn compile(file: &LocalFile) -> Result<Graph> {
    let name = file.key.file();
    let diagnostics = engine::check(&file.document).map_err(|refused| anyhow!("{name}: {refused}"))?;
    let errors = diagnostics.iter().filter(|one| one.severity == engine::Severity::Error);
    let lines: Vec<String> = errors.map(|one| format!("  {}: {}", one.path, one.message)).collect();
    if !lines.is_empty() {
        bail!("{name} can't be evaluated:\n{}", lines.join("\n"));
    }
    engine::compile(&file.canonical.bytes).map_err(|error| anyhow!("{name}: {error}"))
}

fn read_input(path: Option<&Path>) -> Result<Value> {
    let bytes = match path {
        None => return Ok(json!({})),
        Some(path) if path == Path::new("-") => {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes)?;
            bytes
        }
        Some(path) => std::fs::read(path).with_context(|| format!("{} can't be read", path.display()))?,
    };
    let input = canonical::parse(&bytes).map_err(|error| anyhow!("the input is no JSON that is taken: {error}"))?;
    if input.is_object() { Ok(input) } else { bail!("the input has to be a JSON object") }
}

fn with_trace(mut answer: Value, trace: &Option<Value>) -> Value {
    if let Some(trace) = trace {
        answer["trace"] = trace.clone();
    }
    answer
}
