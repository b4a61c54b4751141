//! infra/template.yaml: what people write in template.base.yaml, and a function with its way from the API for each entry of the table.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use functions::routes::{self, ENDPOINTS, JOBS, Job};

use super::camel_case;
use super::class::Class;

pub const BASE: &str = "infra/template.base.yaml";
pub const PATH: &str = "infra/template.yaml";
/// The line of the base in whose place the functions stand.
const MARKER: &str = "  # cargo dev generate: the functions\n";
/// The line in whose place the distribution learns which paths are the API's.
const PATHS_MARKER: &str = "          # cargo dev generate: the API's paths\n";
const HEADER: &str = "# Written by `cargo dev generate` from template.base.yaml and functions/src/routes.rs. Edit those.\n\n";

/// CloudFormation refuses a stack of more than 500; the rest is room for what comes.
pub const MOST_RESOURCES: usize = 450;

/// The whole template.
///
/// # Errors
/// When the base lacks a line that says where something goes, or an endpoint lacks its route.
pub fn render(base: &str) -> Result<String> {
    let split = |text: &str, marker: &str| {
        let parts = text.split_once(marker).map(|(before, after)| (before.to_owned(), after.to_owned()));
        parts.with_context(|| format!("{BASE} lacks the line {:?}", marker.trim_end()))
    };
    let (before, after) = split(base, MARKER)?;
    let (origins, between) = split(&before, PATHS_MARKER)?;
    let mut functions = String::new();
    let mut lanes = Lanes::default();
    for endpoint in ENDPOINTS {
        let route = endpoint.route().with_context(|| format!("{} has no route", endpoint.operation))?;
        let key = format!("{} {}", route.method, route.path);
        functions += &function(endpoint.operation, &key, endpoint.access.into(), "api", &mut lanes, "");
        functions += &reached_by(endpoint.operation, &key);
    }
    functions += &function("not_found", "What no other route takes", Class::Open, "api", &mut lanes, "");
    functions += &reached_by("not_found", "$default");
    for job in JOBS {
        functions += &self::job(job, &mut lanes);
    }
    functions.extend(Class::ALL.iter().map(|class| log_group(*class)));
    let behaviors: String = paths_of_the_api().iter().map(|pattern| behavior(pattern)).collect();
    Ok(format!("{HEADER}{origins}{behaviors}{between}{functions}{after}"))
}

/// CloudFront's patterns for what is the API's, and not a page of the console.
pub(crate) fn paths_of_the_api() -> BTreeSet<String> {
    let pattern = |route: &routes::Route| match route.path.trim_start_matches('/').split_once('/') {
        Some((area, _)) => format!("/{area}/*"),
        None => route.path.clone(),
    };
    routes::all().iter().map(pattern).collect()
}

/// Uncached: the managed policies CachingDisabled and AllViewerExceptHostHeader.
fn behavior(pattern: &str) -> String {
    format!(
        r#"          - PathPattern: {pattern}
            TargetOriginId: api
            ViewerProtocolPolicy: https-only
            AllowedMethods: [GET, HEAD, OPTIONS, PUT, PATCH, POST, DELETE]
            CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad # Managed-CachingDisabled
            OriginRequestPolicyId: b689b0a8-53d0-40ab-baf2-38268ac4d0b7 # Managed-AllViewerExceptHostHeader
            ResponseHeadersPolicyId: !Ref ApiHeaders
"#
    )
}

fn log_group(class: Class) -> String {
    let logs = class.logs();
    format!(
        r#"  {logs}:
    Type: AWS::Logs::LogGroup
    Properties: {{ LogGroupName: !Sub "/fetchcatch/${{AWS::StackName}}/{logs}", RetentionInDays: !Ref LogRetentionDays }}
"#
    )
}

/// How many functions CloudFormation makes or changes at once. All of them together, in a network, run into limits of Lambda's and
/// EC2's own calls, and CloudFormation gives up.
const LANES: usize = 10;

/// The functions so far: each waits for the one that many before it.
#[derive(Default)]
struct Lanes(Vec<String>);

impl Lanes {
    fn waits(&mut self, name: &str) -> String {
        let before = self.0.len().checked_sub(LANES).map(|place| format!("    DependsOn: {}\n", self.0[place]));
        self.0.push(name.to_owned());
        before.unwrap_or_default()
    }
}

/// The function. Functions of a class share a log group, in which each has streams that begin with its name: with one each, the
/// template would pass what CloudFormation takes. Its own name says whether the API's role may call it.
fn function(operation: &str, description: &str, class: Class, kind: &str, lanes: &mut Lanes, more: &str) -> String {
    let (name, role, logs, groups) = (camel_case(operation), class.role(), class.logs(), class.security_groups());
    let variables: String = class.environment().iter().map(|(name, value)| format!("          {name}: {value}\n")).collect();
    // All but the migrations wait for these: their environment holds what the migrations answer.
    let (waits, tags) = match class {
        Class::Migrations => (String::new(), RELEASE_TAG),
        Class::SignsIn => (lanes.waits(&name), RELEASE_TAG),
        _ => (lanes.waits(&name), ""),
    };
    format!(
        r#"  {name}:
    Type: AWS::Serverless::Function
{waits}    Properties:
      FunctionName: !Sub ${{AWS::StackName}}-{kind}-{name}
      Description: {description}
      CodeUri: ../target/lambda/{operation}/
      Role: !GetAtt {role}.Arn
{tags}      LoggingConfig: {{ LogGroup: !Ref {logs} }}
      VpcConfig: !If
        - InNetwork
        - {{ SecurityGroupIds: [{groups}], SubnetIds: !If [GivenNetwork, !Split [",", !Ref SubnetIds], [!Ref SubnetA, !Ref SubnetB]] }}
        - !Ref AWS::NoValue
      Environment:
        Variables:
{variables}{more}"#
    )
}

/// A changed tag makes CloudFormation read the secrets anew that stand in a function's environment.
const RELEASE_TAG: &str = "      Tags: { Release: !Ref Release }\n";

/// The way from the API to the function.
fn reached_by(operation: &str, route_key: &str) -> String {
    let name = camel_case(operation);
    format!(
        r#"  {name}Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {{ ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt {name}.Arn, CredentialsArn: !GetAtt GatewayRole.Arn, PayloadFormatVersion: "2.0" }}
  {name}Route:
    Type: AWS::ApiGatewayV2::Route
    Properties: {{ ApiId: !Ref Api, RouteKey: "{route_key}", Target: !Sub "integrations/${{{name}Integration}}" }}
"#
    )
}

/// Limits in seconds: a dispatcher's run is short, and its queue keeps a nudge hidden for six times this; others walk everything.
const DISPATCHER_TIMEOUT: u32 = 300;
const JOB_TIMEOUT: u32 = 900;

fn job(job: &Job, lanes: &mut Lanes) -> String {
    let queue = job.trigger == "queue";
    let description = match (queue, job.every) {
        (true, Some(every)) => format!("Started by nudges, and at {every}"),
        (true, None) => "Started by nudges".to_owned(),
        (false, Some(every)) => format!("Started at {every}"),
        (false, None) => "Started by a deployment".to_owned(),
    };
    let mut more = format!("      MemorySize: 1024\n      Timeout: {}\n", if queue { DISPATCHER_TIMEOUT } else { JOB_TIMEOUT });
    if queue || job.every.is_some() {
        more += "      Events:\n";
    }
    if queue {
        more += r"        Nudge:
          Type: SQS
          Properties:
            Queue: !GetAtt DispatchQueue.Arn
            BatchSize: 10
            FunctionResponseTypes: [ReportBatchItemFailures]
            ScalingConfig: { MaximumConcurrency: 2 }
";
    }
    if let Some(every) = job.every {
        more += &format!("        Schedule:\n          Type: Schedule\n          Properties: {{ Schedule: {every} }}\n");
    }
    let alarm = if job.every.is_some() { errors_alarm(job.name) } else { String::new() };
    function(job.name, &description, Class::of_job(job), "job", lanes, &more) + alarm.as_str()
}

/// Nobody sees that a job fails, unless it says so.
fn errors_alarm(operation: &str) -> String {
    let name = camel_case(operation);
    format!(
        r"  {name}ErrorsAlarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmDescription: The job {operation} fails; its log says why
      AlarmActions: [!Ref AlarmTopic]
      OKActions: [!Ref AlarmTopic]
      Namespace: AWS/Lambda
      MetricName: Errors
      Dimensions: [{{ Name: FunctionName, Value: !Ref {name} }}]
      Statistic: Sum
      Period: 300
      EvaluationPeriods: 3
      DatapointsToAlarm: 2
      ComparisonOperator: GreaterThanThreshold
      Threshold: 0
      TreatMissingData: notBreaching
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_without_the_marker_is_refused_by_name() {
        let error = render("Resources:\n").unwrap_err();
        assert_eq!(error.to_string(), r#"infra/template.base.yaml lacks the line "  # cargo dev generate: the functions""#);
    }

    #[test]
    fn every_area_of_the_api_is_one_pattern_and_a_single_file_its_own() {
        let patterns = paths_of_the_api();
        assert!(
            ["/api/*", "/v1/*", "/auth/*", "/healthz", "/openapi.json"].iter().all(|pattern| patterns.contains(*pattern)),
            "{patterns:?}"
        );
    }
}
