//! One error type for all that can go wrong with a call.

use serde_json::Value;
use wire::problem::{Code, Problem};

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The API refused the call, and says why.
    #[error("{}", .0.detail)]
    Problem(Box<Problem>),
    /// No answer came, or it broke off.
    #[error("{url} could not be reached: {reason}")]
    Unreachable { url: String, reason: String },
    /// An answer that is none of this API's: a proxy's page, another server, a newer API.
    #[error("{url} answered {status} with something that is not FetchCatch's: {text}")]
    Unexpected { url: String, status: u16, text: String },
    /// The settings make no client.
    #[error("{0}")]
    Settings(String),
}

impl Error {
    /// The API's code, where it refused.
    pub fn code(&self) -> Option<Code> {
        self.problem().map(|problem| problem.code)
    }

    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Error::Problem(problem) => Some(problem),
            _ => None,
        }
    }

    /// A fact that goes with the code, such as `items` of a `merge_conflict`.
    pub fn fact(&self, name: &str) -> Option<&Value> {
        self.problem()?.facts.get(name)
    }

    /// Whether it is this refusal.
    pub fn is(&self, code: Code) -> bool {
        self.code() == Some(code)
    }
}
