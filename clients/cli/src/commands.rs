//! One file a command.

mod api;
mod apply;
mod archive;
mod completions;
mod diff;
mod drift;
mod evaluate;
mod help;
mod history;
mod init;
mod login;
mod logout;
mod mcp;
mod members;
mod merge_driver;
mod open;
mod plan;
mod publish;
mod pull;
mod resolve;
mod restore;
mod rollback;
mod run;
mod runs;
mod setup;
mod status;
mod test;
mod tokens;
mod unarchive;
mod whoami;
mod workspace;

use anyhow::Result;
use clap::Subcommand;

use crate::context::Context;
use crate::exit::Exit;

#[derive(Debug, Subcommand)]
pub enum Command {
    Init(init::Arguments),
    Login(login::Arguments),
    Logout(logout::Arguments),
    Whoami(whoami::Arguments),
    Pull(pull::Arguments),
    Status(status::Arguments),
    Diff(diff::Arguments),
    Plan(plan::Arguments),
    Apply(apply::Arguments),
    Publish(publish::Arguments),
    Drift(drift::Arguments),
    History(history::Arguments),
    Rollback(rollback::Arguments),
    Restore(restore::Arguments),
    Resolve(resolve::Arguments),
    Archive(archive::Arguments),
    Unarchive(unarchive::Arguments),
    Runs(runs::Arguments),
    Run(run::Arguments),
    Evaluate(evaluate::Arguments),
    Test(test::Arguments),
    Setup(setup::Arguments),
    Tokens(tokens::Arguments),
    Workspace(workspace::Arguments),
    Members(members::Arguments),
    Open(open::Arguments),
    Api(api::Arguments),
    Mcp(mcp::Arguments),
    MergeDriver(merge_driver::Arguments),
    Completions(completions::Arguments),
    Help(help::Arguments),
}

pub async fn run(context: &Context, command: Command) -> Result<Exit> {
    match command {
        Command::Init(arguments) => init::run(context, arguments).await,
        Command::Login(arguments) => login::run(context, arguments).await,
        Command::Logout(arguments) => logout::run(context, arguments),
        Command::Whoami(arguments) => whoami::run(context, arguments).await,
        Command::Pull(arguments) => pull::run(context, arguments).await,
        Command::Status(arguments) => status::run(context, arguments).await,
        Command::Diff(arguments) => diff::run(context, arguments).await,
        Command::Plan(arguments) => plan::run(context, arguments).await,
        Command::Apply(arguments) => apply::run(context, arguments).await,
        Command::Publish(arguments) => publish::run(context, arguments).await,
        Command::Drift(arguments) => drift::run(context, arguments).await,
        Command::History(arguments) => history::run(context, arguments).await,
        Command::Rollback(arguments) => rollback::run(context, arguments).await,
        Command::Restore(arguments) => restore::run(context, arguments).await,
        Command::Resolve(arguments) => resolve::run(context, arguments).await,
        Command::Archive(arguments) => archive::run(context, arguments).await,
        Command::Unarchive(arguments) => unarchive::run(context, arguments).await,
        Command::Runs(arguments) => runs::run(context, arguments).await,
        Command::Run(arguments) => run::run(context, arguments).await,
        Command::Evaluate(arguments) => evaluate::run(context, arguments).await,
        Command::Test(arguments) => test::run(context, arguments).await,
        Command::Setup(arguments) => setup::run(context, arguments).await,
        Command::Tokens(arguments) => tokens::run(context, arguments).await,
        Command::Workspace(arguments) => workspace::run(context, arguments).await,
        Command::Members(arguments) => members::run(context, arguments).await,
        Command::Open(arguments) => open::run(context, arguments).await,
        Command::Api(arguments) => api::run(context, arguments).await,
        Command::Mcp(arguments) => mcp::run(context, arguments).await,
        Command::MergeDriver(arguments) => merge_driver::run(context, arguments),
        Command::Completions(arguments) => completions::run(context, arguments),
        Command::Help(arguments) => help::run(context, arguments),
    }
}
