//! The trace that a message belongs to, beside its body: SQS counts it neither as size nor as one of the message's own attributes.

use std::collections::HashMap;

use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, MessageSystemAttributeNameForSends, MessageSystemAttributeValue};
use domain::Trace;

/// `AWSTraceHeader`, for a message to be sent; nothing without a trace.
pub fn of_sent(trace: Option<&Trace>) -> Option<HashMap<MessageSystemAttributeNameForSends, MessageSystemAttributeValue>> {
    let value = MessageSystemAttributeValue::builder().data_type("String").string_value(trace?.header()).build().ok()?;
    Some(HashMap::from([(MessageSystemAttributeNameForSends::AwsTraceHeader, value)]))
}

/// Of a message that was received with [`MessageSystemAttributeName::AwsTraceHeader`] asked for.
pub fn of_received(message: &Message) -> Option<Trace> {
    Trace::parse(message.attributes()?.get(&MessageSystemAttributeName::AwsTraceHeader)?)
}
