//! The console's tests: what needs Node alone, and what drives it in a browser.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::cargo_test::pass_through;
use crate::children::{self, Inherit, Output, Spec};
use crate::chromium;
use crate::home::Home;
use crate::npm;
use crate::process::Signal;
use crate::stack::console;
use crate::summary::{Summary, Words};

const BROWSER_TESTS: &str = "tests/browser";

/// Types, style, component tests and the build: a failed step is a failed test, and the others are still run.
///
/// # Errors
/// When a child can't be started. Failing tests are counted.
pub(super) async fn components(home: &Home, passed_on: &[OsString], summary: &mut Summary) -> Result<()> {
    let settings = home.settings();
    if !done(summary, "the console's dependencies", npm::install(settings, console::SOURCES).await) {
        return Ok(());
    }
    npm_run(home, console::SOURCES, &["run", "check"], Vec::new(), None, summary).await?;
    let mut test: Vec<OsString> = ["test", "--"].map(OsString::from).into();
    test.extend(passed_on.iter().cloned());
    npm_run(home, console::SOURCES, &test, Vec::new(), Some(Words::Vitest), summary).await?;
    done(summary, "the console's build", console::build(settings).await);
    Ok(())
}

/// The console in Chromium, on one stack that these tests share.
///
/// # Errors
/// As [`components`].
pub(super) async fn browser(home: &Home, passed_on: &[OsString], summary: &mut Summary) -> Result<()> {
    let settings = home.settings();
    let found = match chromium::find_or_install(settings).await {
        Ok(found) => npm::install(settings, BROWSER_TESTS).await.map(|()| found),
        Err(missing) => Err(missing),
    };
    let mut chromium = PathBuf::new();
    if !done(summary, "the browser tests' dependencies", found.map(|found| chromium = found)) {
        return Ok(());
    }
    let env = vec![
        (OsString::from("CHROMIUM"), chromium.into()),
        ("FETCHCATCH_DEV".into(), settings.program.clone().into()),
        ("BROWSER_TESTS_OUT".into(), settings.target.join("browser-tests").into()),
    ];
    npm_run(home, BROWSER_TESTS, &["run", "check"], Vec::new(), None, summary).await?;
    let mut test: Vec<OsString> = ["test", "--"].map(OsString::from).into();
    test.extend(passed_on.iter().cloned());
    npm_run(home, BROWSER_TESTS, &test, env, Some(Words::Playwright), summary).await
}

/// Counts a step that ended, and says why it failed.
fn done<T>(summary: &mut Summary, what: &str, ended: Result<T>) -> bool {
    summary.step(ended.is_ok());
    ended.map_err(|error| println!("error: {what}: {error:#}")).is_ok()
}

/// A script without counts of its own is one test.
async fn npm_run(
    home: &Home,
    dir: &str,
    args: &[impl Into<OsString> + Clone],
    mut env: Vec<(OsString, OsString)>,
    words: Option<Words>,
    summary: &mut Summary,
) -> Result<()> {
    let settings = home.settings();
    env.push(("PATH".into(), settings.path.clone()));
    let mut child = children::spawn(
        home,
        Spec {
            name: "npm",
            program: "npm".into(),
            args: args.iter().cloned().map(Into::into).collect(),
            inherit: Inherit::AllBut(settings.from_cargo.clone()),
            env,
            dir: &settings.root.join(dir),
            account: None,
            port: None,
            stop: Signal::Terminate,
            output: Output::Piped,
        },
    )?;
    let failed = summary.failed();
    pass_through(&mut child, |piece| {
        if let Some(words) = words {
            summary.read(words, piece);
        }
    })
    .await?;
    let status = child.wait().await.context("npm ended unseen")?;
    match words {
        None => summary.step(status.success()),
        Some(_) if !status.success() && summary.failed() == failed => {
            println!("error: the tests of {dir} failed ({status}) without a failed test: see above");
            summary.step(false);
        }
        Some(_) => {}
    }
    Ok(())
}
