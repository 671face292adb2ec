//! One moment for several reads: a transaction of their own, or the one that a snapshot lives in.

use std::ops::{Deref, DerefMut};

use sqlx::Transaction;
use sqlx::pool::PoolConnection;

use super::{Connection, Db, Own, SNAPSHOT};
use crate::error::StoreError;

/// A connection that sees one moment until it is dropped.
pub(super) enum Sight {
    Begun(Transaction<'static, Db>),
    /// The only connection of a snapshot.
    Pinned(PoolConnection<Db>),
}

impl Own {
    /// Reads that must be of the same moment go through this.
    pub(super) async fn moment(&self) -> Result<Sight, StoreError> {
        Ok(if self.pinned {
            Sight::Pinned(self.readers.acquire().await?)
        } else {
            Sight::Begun(self.readers.begin_with(SNAPSHOT).await?)
        })
    }
}

impl Deref for Sight {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match self {
            Sight::Begun(transaction) => transaction,
            Sight::Pinned(connection) => connection,
        }
    }
}

impl DerefMut for Sight {
    fn deref_mut(&mut self) -> &mut Connection {
        match self {
            Sight::Begun(transaction) => transaction,
            Sight::Pinned(connection) => connection,
        }
    }
}
