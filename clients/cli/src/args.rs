//! What `fcc` takes: the one list that parser, help, man page and completions are made of.

use clap::Parser;

use crate::commands::Command;

/// FetchCatch from a checkout, from CI and from scripts.
#[derive(Debug, Parser)]
#[command(
    name = "fcc",
    bin_name = "fcc",
    version,
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = false,
    after_help = "Exit codes: 0 in sync or done, 1 error, 2 drift or pending changes, 3 conflicts (fcc help exit-codes)."
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Clone, Default, clap::Args)]
pub struct Global {
    /// Address of the API [FETCHCATCH_URL, the project's, the one signed in to]
    #[arg(long, global = true, value_name = "URL")]
    pub url: Option<String>,
    /// Workspace, by slug or id
    #[arg(long, global = true, value_name = "SLUG")]
    pub workspace: Option<String>,
    /// Workspace, by the project's name for it
    #[arg(long, global = true, value_name = "NAME")]
    pub target: Option<String>,
    /// Print the result as JSON on stdout
    #[arg(long, global = true)]
    pub json: bool,
    /// Do not ask
    #[arg(long, short, global = true)]
    pub yes: bool,
    /// Print nothing but the result, warnings and errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
}
