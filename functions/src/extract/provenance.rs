//! Where a write comes from, as the client tells it. The surface decides which of it is believed.

use axum::http::{HeaderMap, HeaderValue};
use domain::identity::Surface;
use wire::problem::Code;

use crate::problem::{Problem, Result};

/// Recorded on every version and snapshot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance {
    pub git_commit: Option<String>,
    pub git_branch: Option<String>,
    pub host: Option<String>,
    /// `fcc/<version>` on the cli surface, what an agent calls itself on its own.
    pub client: Option<String>,
}

/// Free text from a header is cut here.
const MAX_TEXT: usize = 255;

impl Provenance {
    /// On the cli surface the `X-FCC-*` headers, on the agent's `X-FCC-Client`, on others nothing.
    pub fn of(surface: Option<Surface>, headers: &HeaderMap) -> Result<Provenance> {
        match surface {
            Some(Surface::Cli) => Ok(Provenance {
                git_commit: headers.get("x-fcc-git-commit").map(commit).transpose()?,
                git_branch: text(headers, "x-fcc-git-branch"),
                host: text(headers, "x-fcc-host"),
                client: text(headers, "x-fcc-cli-version").map(|version| format!("fcc/{version}")),
            }),
            Some(Surface::Agent) => Ok(Provenance { client: text(headers, "x-fcc-client"), ..Provenance::default() }),
            Some(Surface::Designer) | None => Ok(Provenance::default()),
        }
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = String::from_utf8_lossy(headers.get(name)?.as_bytes()).trim().to_owned();
    (!value.is_empty()).then(|| value.chars().filter(|c| !c.is_control()).take(MAX_TEXT).collect())
}

/// An empty one is no absent one: a script's variable was not set, and a version without its commit would count as not from git.
fn commit(given: &HeaderValue) -> Result<String> {
    match given.to_str().map(str::trim) {
        Ok(id) if (7..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_hexdigit()) => Ok(id.to_ascii_lowercase()),
        _ => Err(Problem::new(Code::InvalidHeader, "X-FCC-Git-Commit takes a commit's id, 7 to 64 hex digits, or is left out.")),
    }
}
