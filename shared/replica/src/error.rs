//! What can go wrong with the replica, sorted by what the caller should do about it.

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

/// Why the replica or a queue did not do what was asked. The causes are for logs, never for an answer to a client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplicaError {
    /// AWS asked us to slow down. Wait and repeat; it says nothing about the thing that was written, so it costs no attempt.
    #[error("{operation} was throttled: {cause}")]
    Throttled { operation: &'static str, cause: String },
    /// It may work when repeated: timeouts, 5xx, and what an operator can mend (a missing table, a missing right).
    #[error("{operation} failed: {cause}")]
    Transient { operation: &'static str, cause: String },
    /// It will fail each time: this input, or this stored item, is wrong.
    #[error("{operation} can't be done: {cause}")]
    Permanent { operation: &'static str, cause: String },
}

impl ReplicaError {
    /// The kind and cause of an AWS error code and HTTP status.
    pub(crate) fn from_code(operation: &'static str, code: Option<&str>, status: Option<u16>, cause: String) -> Self {
        match class(code, status) {
            Class::Throttled => Self::Throttled { operation, cause },
            Class::Transient => Self::Transient { operation, cause },
            Class::Permanent => Self::Permanent { operation, cause },
        }
    }

    pub(crate) fn permanent(operation: &'static str, cause: impl ToString) -> Self {
        Self::Permanent { operation, cause: cause.to_string() }
    }

    pub(crate) fn transient(operation: &'static str, cause: impl ToString) -> Self {
        Self::Transient { operation, cause: cause.to_string() }
    }

    /// Turns an SDK error into ours, with its whole chain of causes.
    pub fn from_sdk<E>(operation: &'static str, error: SdkError<E, HttpResponse>) -> Self
    where
        E: std::error::Error + ProvideErrorMetadata + 'static,
    {
        let cause = chain(&error);
        match &error {
            SdkError::ServiceError(service) => {
                Self::from_code(operation, service.err().code(), Some(service.raw().status().as_u16()), cause)
            }
            SdkError::ConstructionFailure(_) => Self::Permanent { operation, cause },
            // No answer, or none that could be read: the write may have been done.
            _ => Self::Transient { operation, cause },
        }
    }
}

/// An error and its sources in one line, without those whose text the one before has already. The SDK's own display of
/// errors adds each response header.
fn chain(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    for source in std::iter::successors(error.source(), |error| error.source()).map(ToString::to_string) {
        if !said.ends_with(&source) {
            said = format!("{said}: {source}");
        }
    }
    said
}

#[derive(Debug, PartialEq, Eq)]
enum Class {
    Throttled,
    Transient,
    Permanent,
}

/// Only codes that blame the request itself are permanent. A missing table or right is the operator's to mend, and must not
/// kill every publication that happens to be queued meanwhile.
fn class(code: Option<&str>, status: Option<u16>) -> Class {
    match code.unwrap_or_default() {
        "ThrottlingException"
        | "Throttling"
        | "ProvisionedThroughputExceededException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException"
        | "RequestThrottled"
        | "KmsThrottled"
        | "OverLimit" => Class::Throttled,
        "ValidationException"
        | "SerializationException"
        | "ItemCollectionSizeLimitExceededException"
        | "InvalidMessageContents"
        | "InvalidParameterValue"
        | "BatchRequestTooLong"
        | "AWS.SimpleQueueService.BatchRequestTooLong" => Class::Permanent,
        _ if status == Some(429) => Class::Throttled,
        _ => Class::Transient,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throttling_is_told_from_failure() {
        assert_eq!(class(Some("ThrottlingException"), Some(400)), Class::Throttled);
        assert_eq!(class(Some("ProvisionedThroughputExceededException"), Some(400)), Class::Throttled);
        assert_eq!(class(None, Some(429)), Class::Throttled);
    }

    #[test]
    fn a_bad_request_is_permanent_and_a_missing_table_is_not() {
        assert_eq!(class(Some("ValidationException"), Some(400)), Class::Permanent);
        assert_eq!(class(Some("ResourceNotFoundException"), Some(400)), Class::Transient);
        assert_eq!(class(Some("AccessDeniedException"), Some(400)), Class::Transient);
        assert_eq!(class(None, Some(500)), Class::Transient);
    }
}
