//! The environment, read once.

use std::path::PathBuf;

/// What the environment says; empty values count as absent.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    pub token: Option<String>,
    pub url: Option<String>,
    pub is_ci: bool,
    pub no_color: bool,
    pub commit: Option<String>,
    pub branch: Option<String>,
    pub in_github_actions: bool,
    pub step_summary: Option<PathBuf>,
    /// Where credentials go that no keyring takes.
    pub config_folder: Option<PathBuf>,
    /// A desktop session runs, and with it perhaps a keyring.
    pub has_session_bus: bool,
}

impl Settings {
    pub fn from_env() -> Settings {
        let config_home = variable("XDG_CONFIG_HOME").map(PathBuf::from);
        let home = variable("HOME").or_else(|| variable("USERPROFILE")).map(|home| PathBuf::from(home).join(".config"));
        Settings {
            token: variable("FETCHCATCH_TOKEN"),
            url: variable("FETCHCATCH_URL"),
            is_ci: variable("CI").is_some_and(|value| value != "false" && value != "0"),
            no_color: variable("NO_COLOR").is_some(),
            commit: first(["FCC_GIT_COMMIT", "GITHUB_SHA", "CI_COMMIT_SHA"]),
            branch: first(["FCC_GIT_BRANCH", "GITHUB_HEAD_REF", "GITHUB_REF_NAME", "CI_COMMIT_REF_NAME"]),
            in_github_actions: variable("GITHUB_ACTIONS").is_some_and(|value| value == "true"),
            step_summary: variable("GITHUB_STEP_SUMMARY").map(PathBuf::from),
            config_folder: config_home.or(home).map(|folder| folder.join("fetchcatch")),
            has_session_bus: variable("DBUS_SESSION_BUS_ADDRESS").is_some(),
        }
    }
}

fn first<const N: usize>(names: [&str; N]) -> Option<String> {
    names.into_iter().find_map(variable)
}

#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
