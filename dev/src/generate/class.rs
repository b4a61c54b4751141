//! What a function may do in AWS, whom it reaches and what it is told, by its class of access.

use functions::routes::{Access, Job};

/// A role of the base each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    Open,
    SignsIn,
    Reads,
    Writes,
    Mints,
    Jobs,
    Migrations,
}

/// The database's URL as one of its roles: through the proxy where there is one, and where the database was there before, a secret's.
macro_rules! database_url {
    ($role:literal, $login:literal, $secret:literal) => {
        concat!(
            "!If [OwnDatabase, !If [WithProxy, !Sub \"postgres://",
            $role,
            ":{{resolve:secretsmanager:${",
            $login,
            "}:SecretString:password}}@${Proxy.Endpoint}:5432/fetchcatch?sslmode=require\", !Sub \"postgres://",
            $role,
            ":{{resolve:secretsmanager:${",
            $login,
            "}:SecretString:password}}@${Database.Endpoint.Address}:5432/fetchcatch?sslmode=require\"], !Sub \"{{resolve:secretsmanager:${",
            $secret,
            "}}}\"]"
        )
    };
}

/// At the writer's own endpoint.
macro_rules! direct_url {
    ($role:literal, $login:literal, $database:literal, $otherwise:literal) => {
        concat!(
            "!If [OwnDatabase, !Sub \"postgres://",
            $role,
            ":{{resolve:secretsmanager:${",
            $login,
            "}:SecretString:password}}@${Database.Endpoint.Address}:5432/",
            $database,
            "?sslmode=require\", ",
            $otherwise,
            "]"
        )
    };
}

/// Of the database that the stack brings along; nothing where it was there before.
macro_rules! password {
    ($login:literal) => {
        concat!("!If [OwnDatabase, !Sub \"{{resolve:secretsmanager:${", $login, "}:SecretString:password}}\", \"\"]")
    };
}

/// The migrations answer what they were told themselves: CloudFormation takes 60 references to secrets in a template, and there are more
/// functions than that.
const APP: (&str, &str) = ("DATABASE_URL", "!GetAtt Migration.AppUrl");
const JOBS: (&str, &str) = ("JOBS_DATABASE_URL", "!GetAtt Migration.JobsUrl");
const DISPATCH: (&str, &str) = ("DISPATCH_QUEUE_URL", "!Ref DispatchQueue");
const CONSOLE: (&str, &str) = (
    "CONSOLE_URL",
    "!If [WithConsoleUrl, !Ref ConsoleUrl, !If [WithDomain, !Sub \"https://${DomainName}\", !Sub \"https://${Distribution.DomainName}\"]]",
);
const MIGRATIONS: &[(&str, &str)] = &[
    (
        "OWNER_DATABASE_URL",
        direct_url!("fc_owner", "OwnerLogin", "fetchcatch", "!Sub \"{{resolve:secretsmanager:${OwnerDatabaseSecret}}}\""),
    ),
    ("DATABASE_URL", database_url!("fc_app", "AppLogin", "AppDatabaseSecret")),
    ("JOBS_DATABASE_URL", database_url!("fc_jobs", "JobsLogin", "JobsDatabaseSecret")),
    ("ADMIN_DATABASE_URL", direct_url!("fc_admin", "AdminLogin", "postgres", "\"\"")),
    ("OWNER_PASSWORD", password!("OwnerLogin")),
    ("APP_PASSWORD", password!("AppLogin")),
    ("JOBS_PASSWORD", password!("JobsLogin")),
];

impl Class {
    pub const ALL: [Class; 7] = [Class::Open, Class::SignsIn, Class::Reads, Class::Writes, Class::Mints, Class::Jobs, Class::Migrations];

    pub fn name(self) -> &'static str {
        match self {
            Class::Open => "Open",
            Class::SignsIn => "SignsIn",
            Class::Reads => "Reads",
            Class::Writes => "Writes",
            Class::Mints => "Mints",
            Class::Jobs => "Jobs",
            Class::Migrations => "Migrations",
        }
    }

    pub fn role(self) -> String {
        format!("{}Role", self.name())
    }

    pub fn logs(self) -> String {
        format!("{}Logs", self.name())
    }

    /// Only those that speak to AWS may leave for it: to SQS, to DynamoDB, or to where a custom resource answers. So with the identity
    /// provider.
    pub fn security_groups(self) -> &'static str {
        match self {
            Class::Open | Class::Reads | Class::Writes => "!Ref DatabaseClients",
            Class::SignsIn => "!Ref DatabaseClients, !Ref ProviderClients",
            Class::Mints | Class::Jobs | Class::Migrations => "!Ref DatabaseClients, !Ref AwsClients",
        }
    }

    /// Only what functions of this class read from their environment.
    pub fn environment(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Class::Open => &[APP],
            Class::SignsIn => &[
                APP,
                CONSOLE,
                ("OIDC_ISSUER", "!Ref OidcIssuer"),
                ("OIDC_CLIENT_ID", "!Ref OidcClientId"),
                ("OIDC_CLIENT_SECRET", "!If [WithIdentityProvider, !Sub \"{{resolve:secretsmanager:${OidcClientSecret}}}\", \"\"]"),
            ],
            // Of those that write, the agents' door reads as well.
            Class::Reads | Class::Writes => &[APP, CONSOLE],
            Class::Mints => &[APP, DISPATCH],
            Class::Jobs => &[
                JOBS,
                DISPATCH,
                ("REPLICA_TABLE", "!Ref ReplicaTable"),
                ("WORKER_QUEUE_URLS", "!If [MoreFleets, !Sub \"${WorkerQueue},${MoreWorkerQueueUrls}\", !Ref WorkerQueue]"),
                ("STACK_NAME", "!Ref AWS::StackName"),
            ],
            Class::Migrations => MIGRATIONS,
        }
    }

    pub fn of_job(job: &Job) -> Class {
        if job.trigger == "deployment" { Class::Migrations } else { Class::Jobs }
    }
}

impl From<Access> for Class {
    fn from(access: Access) -> Class {
        match access {
            Access::Open => Class::Open,
            Access::SignsIn => Class::SignsIn,
            Access::Reads => Class::Reads,
            Access::Writes => Class::Writes,
            Access::Mints => Class::Mints,
        }
    }
}
