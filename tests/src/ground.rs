//! What a test stands on: parts of the servers of its own, or a deployment, which tests use one after the other.

use std::sync::Arc;

use dev::deployment::{Deployment, Started, VARIABLE};
use dev::stack::cloud::Cloud;
use dev::stack::database::Database;
use replica::{Jitter, Replica};
use sqlx::{Connection as _, PgConnection};
use tokio::sync::{Mutex, MutexGuard};

use crate::api::fresh;
use crate::database::{self, environment};

pub(crate) struct Ground {
    /// The database's.
    pub name: String,
    pub database: Database,
    pub cloud: Cloud,
    pub replica: Replica,
    /// The queues of the two fleets that every publish is told to.
    pub fleets: [String; 2],
    pub deployed: Option<Deployed>,
}

/// A deployment, for as long as one test has its turn.
pub(crate) struct Deployed {
    pub deployment: Arc<Deployment>,
    _turn: MutexGuard<'static, ()>,
}

/// What migrations put into these stays.
const CLEAR: &str = "DO $$ BEGIN
    SET LOCAL session_replication_role = replica;
    EXECUTE (SELECT 'TRUNCATE ' || string_agg(format('%I', tablename), ', ') FROM pg_tables
        WHERE schemaname = 'public' AND tablename NOT IN ('_sqlx_migrations', 'replica_epoch', 'run_stats_mark'));
    UPDATE replica_epoch SET epoch = 1;
    UPDATE run_stats_mark SET rolled_up_to = date_trunc('minute', now());
END $$";

impl Ground {
    pub async fn of_a_test() -> Ground {
        match deployment() {
            Some(deployment) => Ground::of_the_deployment(deployment).await,
            None => Ground::of_its_own().await,
        }
    }

    async fn of_its_own() -> Ground {
        let name = format!("fc_test_{}", fresh().simple());
        let cloud = Cloud::at(&environment("AWS_ENDPOINT_URL")).await;
        let (first, second) = (format!("{name}-1"), format!("{name}-2"));
        let (database, replica, one, two) =
            tokio::join!(database::create(&name), cloud.table(&name), cloud.queue(&first), cloud.queue(&second));
        let (replica, fleets) = (replica.unwrap(), [one.unwrap(), two.unwrap()]);
        Ground { name, database, cloud, replica, fleets, deployed: None }
    }

    /// Cleared at the beginning and not at the end, so that a failed test can be looked at.
    async fn of_the_deployment(deployment: Deployment) -> Ground {
        static TURN: Mutex<()> = Mutex::const_new(());
        let turn = TURN.lock().await;
        let cloud = Cloud::at(&environment("AWS_ENDPOINT_URL")).await;
        deployment.start_jobs(Started::ByNobody).await.unwrap();
        let mut superuser = PgConnection::connect_with(&database::superuser_options(&deployment.database_name)).await.unwrap();
        sqlx::raw_sql(CLEAR).execute(&mut superuser).await.unwrap();
        superuser.close().await.unwrap();
        let replica = Replica::new(cloud.dynamo.clone(), &deployment.replica_table, Jitter::seeded(1));
        clear_table(&cloud, &deployment.replica_table).await;
        for fleet in &deployment.fleets {
            cloud.sqs.purge_queue().queue_url(fleet).send().await.unwrap();
        }
        Ground {
            name: deployment.database_name.clone(),
            database: deployment.database.clone(),
            cloud,
            replica,
            fleets: deployment.fleets.clone(),
            deployed: Some(Deployed { deployment: Arc::new(deployment), _turn: turn }),
        }
    }

    /// What a test leaves behind, when it has ground of its own.
    pub async fn remove(name: &str, cloud: &Cloud, fleets: &[String]) {
        database::drop(name).await;
        cloud.dynamo.delete_table().table_name(name).send().await.unwrap();
        for fleet in fleets {
            cloud.sqs.delete_queue().queue_url(fleet).send().await.unwrap();
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "which system the tests drive can only come from outside")]
fn deployment() -> Option<Deployment> {
    std::env::var(VARIABLE).ok().map(|text| serde_json::from_str(&text).unwrap())
}

async fn clear_table(cloud: &Cloud, table: &str) {
    let mut items =
        cloud.dynamo.scan().table_name(table).projection_expression("pk, sk").consistent_read(true).into_paginator().items().send();
    while let Some(key) = items.next().await {
        cloud.dynamo.delete_item().table_name(table).set_key(Some(key.unwrap())).send().await.unwrap();
    }
}
