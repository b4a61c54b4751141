//! What starts each job of the table, and what it answers. A binary each.

use std::process::ExitCode;
use std::time::Duration;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use chrono::{DateTime, Utc};
use lambda_runtime::{LambdaEvent, service_fn};
use serde::Serialize;
use serde_json::{Value, json};

use super::{consume, custom_resource, run};
use crate::app::App;
use crate::jobs;
use crate::metrics::Meter;
use crate::settings::{self, MigrationSettings, Settings};

/// Started by a nudge on the queue, by the schedule, or by hand with `{}`.
pub fn dispatch_outbox() -> ExitCode {
    consume(app, |app, event| async move {
        let nudges = nudges(event)?;
        let outcome = jobs::dispatch_outbox::run(&app).await;
        match nudges {
            Some(messages) => answer(&taken(messages, &outcome)),
            None => answer(&outcome?),
        }
    })
}

/// Started by the schedule, or by an operator with `{"adopt_restore": true}`.
pub fn reconcile_replica() -> ExitCode {
    consume(app, |app, event| async move { answer(&jobs::reconcile_replica::run(&app, serde_json::from_value(event)?).await?) })
}

/// Started by the schedule.
pub fn roll_up_runs() -> ExitCode {
    consume(app, |app, _| async move { answer(&jobs::roll_up_runs::run(&app).await?) })
}

/// Started by the schedule.
pub fn sweep() -> ExitCode {
    consume(app, |app, _| async move { answer(&jobs::sweep::run(&app).await?) })
}

/// Started by a deployment as its custom resource, before traffic moves to the new functions; or by an operator with `{}`, or with
/// `{"sign_in": "ada@example.com"}`.
pub fn migrate() -> ExitCode {
    run(async {
        // A variable that is missing is an answer like any other failure: who deploys waits for one.
        let settings = MigrationSettings::from_env().map_err(|error| format!("{error:#}"));
        let handler = service_fn(|event: LambdaEvent<Value>| {
            let settings = settings.clone();
            async move {
                let remaining = Duration::from_millis(event.context.deadline).saturating_sub(since_1970(crate::app::clock()));
                let data = settings.as_ref().map_or_else(|_| json!({}), |settings| settings.of_functions());
                let work = |options| async move {
                    let settings = settings.map_err(anyhow::Error::msg)?;
                    answer(&jobs::migrate::release(&settings, &options, crate::app::random()).await?)
                };
                custom_resource::answer(event.payload, remaining, &data, work).await.map_err(|error| format!("{error:#}"))
            }
        });
        lambda_runtime::run(handler).await.map_err(|error| anyhow::anyhow!(error))
    })
}

fn since_1970(now: DateTime<Utc>) -> Duration {
    Duration::from_millis(now.timestamp_millis().unsigned_abs())
}

fn app() -> anyhow::Result<App> {
    Ok(App::metered(Settings::of_job_from_env()?, settings::metered_stack().map(Meter::to_log))?)
}

fn answer(result: &impl Serialize) -> anyhow::Result<Value> {
    Ok(serde_json::to_value(result)?)
}

/// The messages of a queue's event; none when something else started the job.
fn nudges(event: Value) -> anyhow::Result<Option<Vec<String>>> {
    if event.get("Records").is_none() {
        return Ok(None);
    }
    let event: SqsEvent = serde_json::from_value(event)?;
    Ok(Some(event.records.into_iter().filter_map(|message| message.message_id).collect()))
}

/// Nudges say nothing but that there is work, so one run serves all of them, or it failed for all of them.
fn taken<T>(messages: Vec<String>, outcome: &anyhow::Result<T>) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    if let Err(error) = outcome {
        tracing::error!(error = format!("{error:#}"), nudges = messages.len(), "the dispatcher failed; its nudges go back to the queue");
        messages.into_iter().for_each(|message| response.add_failure(message));
    }
    response
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn from_the_queue() -> Value {
        json!({"Records": [
            {"messageId": "one", "body": "{}", "eventSource": "aws:sqs", "attributes": {}, "messageAttributes": {}},
            {"messageId": "two", "body": "{}", "eventSource": "aws:sqs", "attributes": {}, "messageAttributes": {}},
        ]})
    }

    #[test]
    fn a_schedule_and_an_empty_event_are_no_nudges() {
        let scheduled = json!({"version": "0", "source": "aws.events", "detail-type": "Scheduled Event", "detail": {}});
        assert_eq!(nudges(scheduled).unwrap(), None);
        assert_eq!(nudges(json!({})).unwrap(), None);
    }

    #[test]
    fn a_run_that_went_well_takes_every_nudge_off_the_queue() {
        let messages = nudges(from_the_queue()).unwrap().unwrap();
        assert_eq!(answer(&taken(messages, &Ok(()))).unwrap(), json!({"batchItemFailures": []}));
    }

    #[test]
    fn a_run_that_failed_gives_every_nudge_back() {
        let messages = nudges(from_the_queue()).unwrap().unwrap();
        let failed: anyhow::Result<()> = Err(anyhow::anyhow!("no database"));
        assert_eq!(
            answer(&taken(messages, &failed)).unwrap(),
            json!({"batchItemFailures": [{"itemIdentifier": "one"}, {"itemIdentifier": "two"}]})
        );
    }

    #[test]
    fn a_schedules_event_reconciles_without_adopting() {
        let scheduled = json!({"version": "0", "source": "aws.events", "detail": {}});
        let options: jobs::reconcile_replica::Options = serde_json::from_value(scheduled).unwrap();
        assert!(!options.adopt_restore);
    }
}
