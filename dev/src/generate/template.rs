//! infra/template.yaml: what people write in template.base.yaml, and a function, its log group and its route for each entry of
//! the table.

use anyhow::{Context as _, Result};
use functions::routes::{Access, ENDPOINTS, JOBS, Job};

use super::camel_case;

pub const BASE: &str = "infra/template.base.yaml";
pub const PATH: &str = "infra/template.yaml";
/// The line of the base in whose place the functions stand.
const MARKER: &str = "  # cargo dev generate: the functions\n";
const HEADER: &str = "# Written by `cargo dev generate` from template.base.yaml and functions/src/routes.rs. Edit those.\n\n";

/// CloudFormation refuses a stack of more than 500; the rest is room for what comes.
pub const MOST_RESOURCES: usize = 450;

/// What a function may do in AWS and what it is told: a role of the base each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Open,
    Reads,
    Writes,
    Mints,
    Jobs,
    Migrations,
}

impl Class {
    const ALL: [Class; 6] = [Class::Open, Class::Reads, Class::Writes, Class::Mints, Class::Jobs, Class::Migrations];

    fn role(self) -> &'static str {
        match self {
            Class::Open => "OpenRole",
            Class::Reads => "ReadsRole",
            Class::Writes => "WritesRole",
            Class::Mints => "MintsRole",
            Class::Jobs => "JobsRole",
            Class::Migrations => "MigrationsRole",
        }
    }

    fn logs(self) -> &'static str {
        match self {
            Class::Open => "OpenLogs",
            Class::Reads => "ReadsLogs",
            Class::Writes => "WritesLogs",
            Class::Mints => "MintsLogs",
            Class::Jobs => "JobsLogs",
            Class::Migrations => "MigrationsLogs",
        }
    }

    /// Only what functions of this class read from their environment.
    fn environment(self) -> &'static [(&'static str, &'static str)] {
        const APP: (&str, &str) = ("DATABASE_URL", "!Sub \"{{resolve:secretsmanager:${AppDatabaseSecret}}}\"");
        const JOBS: (&str, &str) = ("JOBS_DATABASE_URL", "!Sub \"{{resolve:secretsmanager:${JobsDatabaseSecret}}}\"");
        const OWNER: (&str, &str) = ("OWNER_DATABASE_URL", "!Sub \"{{resolve:secretsmanager:${OwnerDatabaseSecret}}}\"");
        const DISPATCH: (&str, &str) = ("DISPATCH_QUEUE_URL", "!Ref DispatchQueue");
        match self {
            Class::Open | Class::Writes => &[APP],
            Class::Reads => &[APP, ("CONSOLE_URL", "!Ref ConsoleUrl")],
            Class::Mints => &[APP, DISPATCH],
            Class::Jobs => &[JOBS, DISPATCH, ("REPLICA_TABLE", "!Ref ReplicaTable"), ("WORKER_QUEUE_URLS", "!Ref WorkerQueue")],
            Class::Migrations => &[OWNER],
        }
    }
}

impl From<Access> for Class {
    fn from(access: Access) -> Class {
        match access {
            Access::Open => Class::Open,
            Access::Reads => Class::Reads,
            Access::Writes => Class::Writes,
            Access::Mints => Class::Mints,
        }
    }
}

/// The whole template.
///
/// # Errors
/// When the base lacks the line that says where the functions go, or an endpoint lacks its route.
pub fn render(base: &str) -> Result<String> {
    let (before, after) = base.split_once(MARKER).with_context(|| format!("{BASE} lacks the line {:?}", MARKER.trim_end()))?;
    let mut functions = String::new();
    for endpoint in ENDPOINTS {
        let route = endpoint.route().with_context(|| format!("{} has no route", endpoint.operation))?;
        let key = format!("{} {}", route.method, route.path);
        functions += &function(endpoint.operation, &key, endpoint.access.into(), "");
        functions += &reached_by(endpoint.operation, &key, &format!("{}{}", route.method, with_wildcards(&route.path)));
    }
    functions += &function("not_found", "What no other route takes", Class::Open, "");
    functions += &reached_by("not_found", "$default", "$default");
    for job in JOBS {
        functions += &self::job(job);
    }
    functions.extend(Class::ALL.iter().map(|class| log_group(*class)));
    Ok(format!("{HEADER}{before}{functions}{after}"))
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

/// The function. Functions of a class share a log group, in which each has streams that begin with its name: with one each, the
/// template would pass what CloudFormation takes.
fn function(operation: &str, description: &str, class: Class, more: &str) -> String {
    let (name, role, logs) = (camel_case(operation), class.role(), class.logs());
    let variables: String = class.environment().iter().map(|(name, value)| format!("          {name}: {value}\n")).collect();
    format!(
        r#"  {name}:
    Type: AWS::Serverless::Function
    Properties:
      Description: {description}
      CodeUri: ../target/lambda/{operation}/
      Role: !GetAtt {role}.Arn
      LoggingConfig: {{ LogGroup: !Ref {logs} }}
      Environment:
        Variables:
{variables}{more}"#
    )
}

/// The way from the API to the function. `allowed` is the end of the ARN from which the gateway calls.
fn reached_by(operation: &str, route_key: &str, allowed: &str) -> String {
    let name = camel_case(operation);
    format!(
        r#"  {name}Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {{ ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt {name}.Arn, PayloadFormatVersion: "2.0" }}
  {name}Route:
    Type: AWS::ApiGatewayV2::Route
    Properties: {{ ApiId: !Ref Api, RouteKey: "{route_key}", Target: !Sub "integrations/${{{name}Integration}}" }}
  {name}Permission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref {name}
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub "arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{Api}}/*/{allowed}"
"#
    )
}

/// Limits in seconds: a dispatcher's run is short, and its queue keeps a nudge hidden for six times this; others walk everything.
const DISPATCHER_TIMEOUT: u32 = 300;
const JOB_TIMEOUT: u32 = 900;

fn job(job: &Job) -> String {
    let queue = job.trigger == "queue";
    let class = if job.trigger == "deployment" { Class::Migrations } else { Class::Jobs };
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
    function(job.name, &description, class, &more)
}

/// A path's parameters as an ARN takes them.
fn with_wildcards(path: &str) -> String {
    path.split('/').map(|segment| if segment.starts_with('{') { "*" } else { segment }).collect::<Vec<_>>().join("/")
}

/// How many resources CloudFormation counts in the template, those included that SAM makes of a function's events.
pub fn resources(template: &str) -> usize {
    let section = template.split_once("\nResources:\n").map_or("", |(_, rest)| rest);
    let section = section.split("\nOutputs:\n").next().unwrap_or_default();
    let logical_id =
        |line: &&str| line.starts_with("  ") && line[2..].starts_with(|first: char| first.is_ascii_uppercase()) && line.ends_with(':');
    let of_events = |line: &str| match line.trim() {
        "Type: SQS" => 1,
        // The rule, and the permission to call the function.
        "Type: Schedule" => 2,
        _ => 0,
    };
    section.lines().filter(logical_id).count() + section.lines().map(of_events).sum::<usize>()
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
    fn parameters_of_a_path_are_wildcards_in_the_permission() {
        assert_eq!(with_wildcards("/api/connectors/{id}/publish"), "/api/connectors/*/publish");
    }

    #[test]
    fn what_sam_makes_of_events_counts() {
        let template = "X:\n  A:\nResources:\n  One:\n    Type: X\n    Events:\n        Nudge:\n          Type: SQS\n        At:\n          Type: Schedule\n  Two:\n    Type: Y\n\nOutputs:\n  Three:\n";
        assert_eq!(resources(template), 5);
    }
}
