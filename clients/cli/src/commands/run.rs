use anyhow::Result;

use crate::context::Context;
use crate::exit::Exit;

/// One decision: what went in, what came out
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fcc run 019a5b1e-7c3f-7000-8000-000000000001")]
pub struct Arguments {
    #[arg(value_name = "ID")]
    id: String,
}

pub async fn run(context: &Context, arguments: Arguments) -> Result<Exit> {
    let detail = context.client()?.get_run(&arguments.id).await?;
    let printer = &context.printer;
    printer.json(&detail);
    let run = &detail.run;
    let version = run.flow_version.map_or_else(|| "draft".to_owned(), |version| format!("version {version}"));
    printer.line(format_args!(
        "{} {version} ({}), {}, {} µs, {}",
        run.flow_slug, run.version_badge, run.status, run.duration_us, run.created_at
    ));
    printer.line(format_args!("input: {}", pretty(&detail.input)));
    if let Some(output) = &detail.output {
        printer.line(format_args!("output: {}", pretty(output)));
    }
    if let Some(error) = &detail.error {
        let node = error.node_id.as_deref().map(|node| format!(" at node {node}")).unwrap_or_default();
        printer.line(format_args!("error{node}: {}", error.message));
    }
    if let Some(trace) = &detail.trace {
        printer.line(format_args!("trace: {}", pretty(trace)));
    }
    Ok(Exit::Done)
}

fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
