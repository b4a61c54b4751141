//! What the settings of a workspace may hold.

use crate::problem::Problem;
use wire::problem::{BodyError, Code};

const MAX_URL: usize = 2000;
const MAX_BRANCH: usize = 255;

/// All that is wrong with a body's members is said at once.
#[derive(Default)]
pub struct Faults(Vec<BodyError>);

impl Faults {
    pub fn add(&mut self, pointer: &str, detail: impl Into<String>) {
        self.0.push(BodyError { pointer: pointer.to_owned(), detail: detail.into() });
    }

    pub fn name(&mut self, name: &str) -> String {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
            self.add("/name", "1 to 200 characters, on one line");
        }
        name.to_owned()
    }

    /// The console makes links to commits of it: an https address that is complete without a query, and holds no secret.
    pub fn git_repo_url(&mut self, url: &str) {
        let rest = url.strip_prefix("https://").unwrap_or_default();
        let authority = rest.split('/').next().unwrap_or_default();
        if url.chars().count() > MAX_URL {
            self.add("/gitRepoUrl", format!("at most {MAX_URL} characters"));
        } else if authority.contains('@') {
            self.add("/gitRepoUrl", "without credentials: nothing before the host");
        } else if authority.is_empty()
            || !authority.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
            || url.chars().any(|c| c.is_whitespace() || c.is_control() || "?#\"<>\\^`{|}".contains(c))
        {
            self.add("/gitRepoUrl", "an https address, like https://github.com/acme/decisions, without a query");
        }
    }

    /// Some of what git refuses in a branch's name, and all that would spoil a message.
    pub fn git_branch(&mut self, branch: &str) {
        let refused = |c: char| c.is_whitespace() || c.is_control() || "~^:?*[\\".contains(c);
        if branch.is_empty()
            || branch.chars().count() > MAX_BRANCH
            || branch.starts_with('-')
            || branch.contains("..")
            || branch.contains(refused)
        {
            self.add("/gitBranch", format!("a branch's name, 1 to {MAX_BRANCH} characters, like main"));
        }
    }

    pub fn end(self) -> Result<(), Problem> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(Problem::new(Code::InvalidBody, "A member of the body is not what it has to be; `errors` says which. Nothing was changed.")
            .errors(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::Faults;

    fn url(url: &str) -> usize {
        let mut faults = Faults::default();
        faults.git_repo_url(url);
        faults.0.len()
    }

    #[test]
    fn a_repository_is_an_https_address_without_credentials() {
        for good in ["https://github.com/acme/decisions", "https://git.example:8443/a/b.git", "https://gitlab.com", "https://[::1]/x"] {
            assert_eq!(url(good), 0, "{good}");
        }
        let long = format!("https://git.example/{}", "x".repeat(1981));
        for bad in [
            "",
            "https://",
            "https:///x",
            "http://github.com/x",
            "git@github.com:acme/x.git",
            "ssh://git@github.com/x",
            "https://user:secret@github.com/x",
            "https://token@github.com/x",
            "https://github.com/x?token=secret",
            "https://github.com/x#y",
            "https://github.com/x y",
            "https://github.com/x\n",
            "javascript:alert(1)",
            &long,
        ] {
            assert_eq!(url(bad), 1, "{bad}");
        }
        assert_eq!(url(&long[..2000]), 0);
    }

    #[test]
    fn a_branch_is_a_name_that_git_would_take() {
        let branch = |name: &str| {
            let mut faults = Faults::default();
            faults.git_branch(name);
            faults.0.len()
        };
        for good in ["main", "release/2026-06", "feature_1.x"] {
            assert_eq!(branch(good), 0, "{good}");
        }
        for bad in ["", "-x", "a b", "a..b", "a:b", "a\nb", "a~1", &"x".repeat(256)] {
            assert_eq!(branch(bad), 1, "{bad:?}");
        }
    }
}
