//! What lives longer than its database's schema, or than its database: instances come and go, the replica and the workers stay.

use dev::stack::cloud::Cloud;
use dev::stack::database::Database;
use dev::stack::tenants::{self, ALL_SCOPES, Credential, Seeder, new_secret};
use functions::settings::Settings;
use replica::Replica;
use uuid::Uuid;

use crate::Instance;
use crate::api::fresh;
use crate::database::environment;

/// A table, a fleet's queue and one tenant, whatever database they belong to at the moment.
pub struct Site {
    pub cloud: Cloud,
    pub replica: Replica,
    pub fleet: String,
    pub workspace: Uuid,
    /// The owner's, of the designer surface.
    pub token: String,
    /// A service's with all scopes, of the cli surface.
    pub ci: String,
}

impl Site {
    /// Puts the tenant into a database that is migrated as far as the test wants it.
    pub async fn over(database: &Database) -> Site {
        let name = format!("fc_site_{}", fresh().simple());
        let cloud = Cloud::at(&environment("AWS_ENDPOINT_URL")).await;
        let (replica, fleet) = (cloud.table(&name).await.unwrap(), cloud.queue(&name).await.unwrap());
        let mut seeder = Seeder::connect(&database.owner_url).await.unwrap();
        let tenant =
            tenants::Tenant { slug: "acme", name: "acme", workspace: "acme", owner_email: "owner@acme.example", owner_name: "The Owner" };
        let seated = seeder.tenant(&tenant).await.unwrap();
        let owner = Credential::designer(seated.owner, tenant.owner_email);
        let service = Credential::service(seated.workspace, "ci-bot@acme.example", ALL_SCOPES);
        let (token, ci) = (new_secret(owner.token_kind()), new_secret(service.token_kind()));
        seeder.credential(&token, &owner).await.unwrap();
        seeder.credential(&ci, &service).await.unwrap();
        Site { cloud, replica, fleet, workspace: seated.workspace, token, ci }
    }

    pub fn settings(&self, database: &Database) -> Settings {
        Settings {
            database_url: database.app_url.clone(),
            jobs_database_url: Some(database.jobs_url.clone()),
            database_connections: 4,
            aws: self.cloud.settings.clone(),
            replica_table: Some(self.replica.table().to_owned()),
            worker_queue_urls: vec![self.fleet.clone()],
            dispatch_queue_url: None,
            console_url: dev::deployment::CONSOLE_URL.to_owned(),
            identity_provider: None,
            evaluation_limit: functions::settings::EVALUATION_LIMIT,
            evaluation_patience: functions::settings::EVALUATION_PATIENCE,
            run_retention_days: functions::settings::RUN_RETENTION_DAYS,
        }
    }

    /// Functions that have just been started.
    pub async fn instance(&self, database: &Database) -> Instance {
        Instance::start(self.settings(database), self.token.clone()).await
    }

    pub async fn remove(self) {
        self.cloud.dynamo.delete_table().table_name(self.replica.table()).send().await.unwrap();
        self.cloud.sqs.delete_queue().queue_url(&self.fleet).send().await.unwrap();
    }
}
