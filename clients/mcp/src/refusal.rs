//! Why a tool did nothing, in the form that the API gives its own refusals.

use serde_json::{Value, json};
use wire::problem::{BodyError, Code, Problem};

use crate::fitting;
use crate::masking;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// The API refused, or could not be asked.
    #[error(transparent)]
    Api(#[from] sdk::Error),
    /// The tool itself did.
    #[error("{detail}")]
    Tool { code: Code, detail: String, errors: Vec<BodyError> },
}

impl Refusal {
    pub fn new(code: Code, detail: impl Into<String>) -> Refusal {
        Refusal::Tool { code, detail: detail.into(), errors: Vec::new() }
    }

    /// Masks stand where secrets stand: written back they would replace them.
    pub fn masked(paths: Vec<String>) -> Refusal {
        let detail = "What you send holds the mask that stands for a secret, and would replace the secret itself. Nothing was changed. \
                      Leave the value out: patch_draft keeps what its patch does not name. A new secret is for a person to enter.";
        let error = |pointer| BodyError { pointer, detail: "This is the mask, not the value.".to_owned() };
        Refusal::Tool { code: Code::MaskedValue, detail: detail.to_owned(), errors: paths.into_iter().map(error).collect() }
    }

    /// As the agent reads it.
    pub fn into_answer(self) -> Value {
        let answer = match self {
            Refusal::Api(sdk::Error::Problem(problem)) => json!(masked(*problem)),
            Refusal::Api(error) => json!({"code": "unreachable", "detail": error.to_string()}),
            Refusal::Tool { code, detail, errors } => {
                let mut answer = json!({"code": code.as_str(), "status": code.status(), "title": code.title(), "detail": detail});
                if !errors.is_empty() {
                    answer["errors"] = json!(errors);
                }
                answer
            }
        };
        fitting::without_what_is_long(answer)
    }
}

/// A problem may quote the document: the values of a conflict, say. What stands around those is not known here.
fn masked(mut problem: Problem) -> Problem {
    problem.detail = masking::text(problem.detail);
    for error in &mut problem.errors {
        error.detail = masking::text(std::mem::take(&mut error.detail));
    }
    for fact in problem.facts.values_mut() {
        if let Value::Array(items) = fact {
            items.iter_mut().for_each(|item| *item = masking::sides(item.take(), &[]));
        }
        *fact = masking::masked(fact);
    }
    problem
}
