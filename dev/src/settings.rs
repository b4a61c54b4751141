//! What the environment says: the one place of this crate that reads it.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    str::FromStr,
};

use anyhow::{Context, Result, bail};
use functions::settings::IdentityProvider;

/// Which Postgres server programs to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PostgresSource {
    /// Installed ones if there are any, else the npm package.
    Any,
    /// The npm package, even if others are installed.
    Npm,
    /// The programs in this folder, and no others.
    Folder(PathBuf),
}

impl FromStr for PostgresSource {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "" | "any" => Self::Any,
            "npm" => Self::Npm,
            folder => Self::Folder(folder.into()),
        })
    }
}

/// Everything that the local stack takes from outside.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `FETCHCATCH_HOME`: where the stack keeps its state; absolute.
    pub home: PathBuf,
    /// `FETCHCATCH_PORT`: where the stack serves.
    pub port: u16,
    /// `FETCHCATCH_ADMIN_DATABASE_URL`: a server that already runs, with a role that may create databases and roles.
    pub admin_database_url: Option<String>,
    /// `FETCHCATCH_POSTGRES`: `any`, `npm`, or a folder with `postgres` and `initdb`.
    pub postgres: PostgresSource,
    /// `OIDC_ISSUER`, `OIDC_CLIENT_ID`, `OIDC_CLIENT_SECRET`: where people sign in, beside pasting a token.
    pub identity_provider: Option<IdentityProvider>,
    /// `AWS_REGION`: where to deploy to. Some of AWS's tools look for it under this name only, some under `AWS_DEFAULT_REGION` only.
    pub aws_region: Option<String>,
    /// `CHROMIUM`: the browser that drives the console, if it is not where it usually is.
    pub chromium: Option<PathBuf>,
    /// `BIG`: whether measurements take the sizes that take long.
    pub big: bool,
    /// `PATH`, where programs are looked for.
    pub path: OsString,
    /// The program that runs now, by the path that it was started from: what stands there later may be a newer build.
    pub program: PathBuf,
    /// The program that runs tests: the cargo that started us, else the one on `PATH`.
    pub cargo: OsString,
    /// Variables that `cargo run` set to describe this package. Left in place, they make a cargo below us rebuild every package
    /// whose build script reads its own, and the next one above us build them once more.
    pub from_cargo: Vec<OsString>,
    /// The folder of the workspace's Cargo.toml.
    pub root: PathBuf,
    /// Cargo's build folder; tools and the state of test runs are kept in it.
    pub target: PathBuf,
}

impl Settings {
    /// Read the process's environment.
    ///
    /// # Errors
    /// When a variable has a value that can't be used; the message names it.
    #[expect(clippy::disallowed_methods, reason = "this is the one place where dev reads the environment")]
    pub fn from_env() -> Result<Self> {
        let mut settings = Self::from_lookup(|name| std::env::var_os(name).filter(|value| !value.is_empty()))?;
        settings.from_cargo = std::env::vars_os().map(|(name, _)| name).filter(describes_a_package).collect();
        Ok(settings)
    }

    fn from_lookup(var: impl Fn(&str) -> Option<OsString>) -> Result<Self> {
        let root = workspace_root()?;
        let text = |name: &str| -> Result<Option<String>> {
            match var(name).map(OsString::into_string) {
                None => Ok(None),
                Some(Ok(value)) => Ok(Some(value)),
                Some(Err(_)) => bail!("{name} is not UTF-8"),
            }
        };
        let port = match text("FETCHCATCH_PORT")? {
            None => 4000,
            Some(port) => port.parse().with_context(|| format!("FETCHCATCH_PORT is {port:?}, and not a port from 1 to 65535"))?,
        };
        let postgres = text("FETCHCATCH_POSTGRES")?.unwrap_or_default();
        Ok(Self {
            home: std::path::absolute(var("FETCHCATCH_HOME").map_or_else(|| root.join(".dev"), PathBuf::from))?,
            port,
            admin_database_url: text("FETCHCATCH_ADMIN_DATABASE_URL")?,
            postgres: postgres.parse().unwrap_or(PostgresSource::Any),
            identity_provider: IdentityProvider::new(text("OIDC_ISSUER")?, text("OIDC_CLIENT_ID")?, text("OIDC_CLIENT_SECRET")?)?,
            aws_region: text("AWS_REGION")?,
            chromium: var("CHROMIUM").map(PathBuf::from),
            big: var("BIG").is_some(),
            path: var("PATH").unwrap_or_default(),
            program: std::env::current_exe().context("where is this program?")?,
            from_cargo: Vec::new(),
            cargo: var("CARGO").unwrap_or_else(|| "cargo".into()),
            target: root.join(var("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into())),
            root,
        })
    }

    /// Where tools that aren't installed on the machine are put: shared by all homes of this checkout.
    #[must_use]
    pub fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }
}

fn describes_a_package(name: &OsString) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") || name == "OUT_DIR"
}

/// The workspace that this program was built from: it is run by `cargo dev`, next to its sources.
fn workspace_root() -> Result<PathBuf> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().map(Path::to_owned).context("the dev package is not inside a workspace")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_variables_the_home_is_in_the_workspace() {
        let settings = Settings::from_lookup(|_| None).unwrap();
        assert_eq!(settings.home, settings.root.join(".dev"));
        assert_eq!(settings.port, 4000);
        assert_eq!(settings.postgres, PostgresSource::Any);
        assert_eq!(settings.tools(), settings.root.join("target/tools"));
    }

    #[test]
    fn a_port_that_is_none_is_refused_by_name() {
        let error = Settings::from_lookup(|name| (name == "FETCHCATCH_PORT").then(|| "70000".into())).unwrap_err();
        assert!(error.to_string().contains("FETCHCATCH_PORT is \"70000\""), "{error}");
    }
}
