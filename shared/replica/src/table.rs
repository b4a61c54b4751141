//! The table itself, for local stacks and tests. In production the SAM template makes it.

use std::time::Duration;

use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TableStatus, TimeToLiveSpecification,
    TimeToLiveStatus,
};

use crate::schema::{EXPIRES_AT, PK, SK};
use crate::{Replica, ReplicaError};

const OPERATION: &str = "making the table";
/// Real DynamoDB takes some ten seconds to make a table; emulators take none.
const LOOKS: usize = 120;
const BETWEEN_LOOKS: Duration = Duration::from_millis(250);

impl Replica {
    /// Makes the table unless it is there, waits until it serves, and turns its TTL on. Safe to repeat and to race.
    pub async fn create_table_if_missing(&self) -> Result<(), ReplicaError> {
        let invalid = |error| ReplicaError::permanent(OPERATION, error);
        let mut create = self.dynamo.create_table().table_name(&self.table).billing_mode(BillingMode::PayPerRequest);
        for (name, role) in [(PK, KeyType::Hash), (SK, KeyType::Range)] {
            let attribute = AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build();
            let key = KeySchemaElement::builder().attribute_name(name).key_type(role).build();
            create = create.attribute_definitions(attribute.map_err(invalid)?).key_schema(key.map_err(invalid)?);
        }
        match create.send().await {
            Ok(_) => {}
            Err(error) if error.as_service_error().is_some_and(CreateTableError::is_resource_in_use_exception) => {}
            Err(error) => return Err(ReplicaError::from_sdk(OPERATION, error)),
        }
        self.wait_until_active().await?;
        self.enable_ttl().await
    }

    async fn wait_until_active(&self) -> Result<(), ReplicaError> {
        for _ in 0..LOOKS {
            let answer = self.dynamo.describe_table().table_name(&self.table).send().await;
            let table = answer.map_err(|error| ReplicaError::from_sdk(OPERATION, error))?.table;
            if table.and_then(|table| table.table_status) == Some(TableStatus::Active) {
                return Ok(());
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
        Err(ReplicaError::transient(OPERATION, format!("{} is not active yet", self.table)))
    }

    async fn enable_ttl(&self) -> Result<(), ReplicaError> {
        // Enabling it twice is an error, so look first.
        let answer = self.dynamo.describe_time_to_live().table_name(&self.table).send().await;
        let ttl = answer.map_err(|error| ReplicaError::from_sdk(OPERATION, error))?.time_to_live_description;
        if matches!(ttl.and_then(|ttl| ttl.time_to_live_status), Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)) {
            return Ok(());
        }
        let ttl = TimeToLiveSpecification::builder().enabled(true).attribute_name(EXPIRES_AT).build();
        let ttl = ttl.map_err(|error| ReplicaError::permanent(OPERATION, error))?;
        let update = self.dynamo.update_time_to_live().table_name(&self.table).time_to_live_specification(ttl).send().await;
        update.map(drop).map_err(|error| ReplicaError::from_sdk(OPERATION, error))
    }
}
