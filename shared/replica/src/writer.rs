//! Writing a publication: everything it needs first, and last the one item that puts it in force.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use domain::digest::Digest;

use crate::publication::Packed;
use crate::schema::{Item, PK, number};
use crate::{Publication, Read, Replica, ReplicaError, off_thread};

/// What became of a publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// It is in force now, by this write.
    Stored,
    /// It was in force already, by an earlier try: go on to notify.
    AlreadyThere,
    /// Something else is in force that is not older: a newer version, a newer epoch, or other content under this very number.
    /// The caller knows whether that is its own later version or a database that was restored to an earlier point.
    Newer { epoch: i64, version: i64, digest: Digest },
}

impl Replica {
    /// Makes a publication readable, unless something newer is. Safe to repeat after any failure, at any point.
    ///
    /// A body that doesn't match its digest, or is longer than readers take, is refused before anything is written. When
    /// this answers `Stored`, the chunks of the version before expire in 24 hours: readers that are at it can finish.
    ///
    /// After a restore a new epoch may reach the number that is in force from the old one, and then both want the same chunk
    /// keys. For the moment between chunks and `CURRENT` a reader without that version in memory finds a wrong digest,
    /// and is served on its next try.
    pub async fn write(&self, publication: &Publication) -> Result<Written, ReplicaError> {
        // Looked at first, because chunks are written without a condition: a late writer must not overwrite those in force.
        let there = self.current(publication.workspace_id, publication.resource_id, Read::Consistent).await?;
        if let Some(there) = there.as_ref().filter(|there| there.order() >= publication.order()) {
            let written = publication.against(there);
            if written == Written::AlreadyThere {
                self.expire_before(publication, there.supersedes, false).await;
            }
            return Ok(written);
        }
        let (supersedes, epoch_raised) = there.map_or((0, false), |there| (there.version, there.epoch < publication.epoch));

        let packed = publication.clone();
        let packed = off_thread("packing a publication", move || Packed::of(&packed, supersedes)).await?;
        self.put_all("writing chunks", packed.before).await?;
        if self.put_current(publication, packed.current).await? {
            self.expire_before(publication, supersedes, epoch_raised).await;
            return Ok(Written::Stored);
        }
        self.outrun(publication).await
    }

    /// Puts `CURRENT` unless what is there is as new. Answers whether it did.
    async fn put_current(&self, publication: &Publication, item: Item) -> Result<bool, ReplicaError> {
        let put = self
            .dynamo
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(#pk) OR #epoch < :e OR (#epoch = :e AND #version < :v)")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#epoch", "epoch")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":e", number(publication.epoch))
            .expression_attribute_values(":v", number(publication.version));
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception) => Ok(false),
            Err(error) => Err(ReplicaError::from_sdk("writing CURRENT", error)),
        }
    }

    /// Another write came between our look and our put, or our own put was done and its answer lost.
    async fn outrun(&self, publication: &Publication) -> Result<Written, ReplicaError> {
        let there = self.current(publication.workspace_id, publication.resource_id, Read::Consistent).await?;
        let Some(there) = there.filter(|there| there.order() >= publication.order()) else {
            return Err(ReplicaError::transient("writing CURRENT", "it changed while it was written"));
        };
        let written = publication.against(&there);
        match written {
            Written::AlreadyThere => self.expire_before(publication, there.supersedes, false).await,
            // The winner's sweep may have been over before our chunks arrived, so they are ours to expire.
            _ => self.expire_own(publication, there.order()).await,
        }
        Ok(written)
    }
}
