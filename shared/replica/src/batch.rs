//! Batches of items, repeated until DynamoDB has taken, or given, all of them.

use aws_sdk_dynamodb::types::{KeysAndAttributes, PutRequest, WriteRequest};

use crate::schema::Item;
use crate::{Read, Replica, ReplicaError};

/// DynamoDB's limit of a BatchWriteItem. Its other limit, 16 MB, can't be met: an item holds at most 400 KB, and 25 of those are 10 MB.
const WRITES: usize = 25;
/// DynamoDB's limit of a BatchGetItem.
const READS: usize = 100;
/// Tries without any progress before the batch is given up as throttled: up to about eight seconds of waiting, on average half.
const FRUITLESS_TRIES: u32 = 8;

impl Replica {
    /// Puts all items, in order of their batches; within a batch DynamoDB keeps no order.
    pub(crate) async fn put_all(&self, operation: &'static str, items: Vec<Item>) -> Result<(), ReplicaError> {
        let mut items = items.into_iter();
        loop {
            let mut batch = items.by_ref().take(WRITES).map(put).collect::<Result<Vec<_>, _>>()?;
            if batch.is_empty() {
                return Ok(());
            }
            let mut fruitless = 0;
            while !batch.is_empty() {
                let asked = batch.len();
                let answer = self.dynamo.batch_write_item().request_items(&self.table, batch).send().await;
                let answer = answer.map_err(|error| ReplicaError::from_sdk(operation, error))?;
                batch = answer.unprocessed_items.and_then(|mut left| left.remove(&self.table)).unwrap_or_default();
                fruitless = self.wait_for_room(operation, asked, batch.len(), fruitless).await?;
            }
        }
    }

    /// Gets all items that exist, in no order. The keys must differ from each other.
    pub(crate) async fn get_all(&self, operation: &'static str, keys: Vec<Item>, read: Read) -> Result<Vec<Item>, ReplicaError> {
        let mut found = Vec::with_capacity(keys.len());
        for chunk in keys.chunks(READS) {
            let mut wanted = chunk.to_vec();
            let mut fruitless = 0;
            while !wanted.is_empty() {
                let asked = wanted.len();
                let keys = KeysAndAttributes::builder().set_keys(Some(wanted)).consistent_read(read == Read::Consistent).build();
                let keys = keys.map_err(|error| ReplicaError::permanent(operation, error))?;
                let answer = self.dynamo.batch_get_item().request_items(&self.table, keys).send().await;
                let answer = answer.map_err(|error| ReplicaError::from_sdk(operation, error))?;
                found.extend(answer.responses.and_then(|mut tables| tables.remove(&self.table)).unwrap_or_default());
                wanted = answer.unprocessed_keys.and_then(|mut left| left.remove(&self.table)).map(|left| left.keys).unwrap_or_default();
                fruitless = self.wait_for_room(operation, asked, wanted.len(), fruitless).await?;
            }
        }
        Ok(found)
    }

    /// Waits before what is left is asked again; tells how many tries in a row have brought nothing.
    async fn wait_for_room(&self, operation: &'static str, asked: usize, left: usize, fruitless: u32) -> Result<u32, ReplicaError> {
        if left == 0 {
            return Ok(0);
        }
        let fruitless = if left < asked { 0 } else { fruitless + 1 };
        if fruitless == FRUITLESS_TRIES {
            return Err(ReplicaError::Throttled { operation, cause: format!("{left} items are still unprocessed") });
        }
        tokio::time::sleep(self.jitter.backoff(fruitless)).await;
        Ok(fruitless)
    }
}

fn put(item: Item) -> Result<WriteRequest, ReplicaError> {
    let request =
        PutRequest::builder().set_item(Some(item)).build().map_err(|error| ReplicaError::permanent("a batch of writes", error))?;
    Ok(WriteRequest::builder().put_request(request).build())
}
