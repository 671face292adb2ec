//! Where the ledgers of the races come from.

use rongyi_load::postgres::Cluster;
use rongyi_store::Store;

use super::Town;

/// Where ledgers come from, each with the town in it.
pub(super) enum Place<'c> {
    File(tempfile::TempDir, u32),
    Server(&'c Cluster, u32),
}

impl Place<'_> {
    pub(super) async fn prepare(&mut self, town: &Town) {
        let url = match self {
            Place::File(folder, _) => format!("sqlite:{}", folder.path().join("town.db").display()),
            Place::Server(cluster, _) => cluster.database("town"),
        };
        let store = Store::open(&url, true).await.unwrap();
        store
            .write(std::slice::from_ref(&town.changes))
            .await
            .unwrap();
        store.close().await.unwrap();
    }

    pub(super) fn next(&mut self) -> String {
        match self {
            Place::File(folder, no) => {
                *no += 1;
                let copy = folder.path().join(format!("{no}.db"));
                std::fs::copy(folder.path().join("town.db"), &copy).unwrap();
                format!("sqlite:{}", copy.display())
            }
            Place::Server(cluster, no) => {
                *no += 1;
                cluster.sql(&format!("CREATE DATABASE town_{no} TEMPLATE town"));
                format!("postgres://rongyi@127.0.0.1:{}/town_{no}", cluster.port())
            }
        }
    }
}
