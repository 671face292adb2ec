//! PostgreSQL, as far as there is any: it is reached on a cluster of our own, and the program says plainly that
//! this version cannot use it yet, without touching it.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and stops"
)]

use rongyi_tests::{Cluster, rongyi};
use sqlx::{Connection, PgConnection, Row};

#[tokio::test]
async fn a_postgres_address_is_answered_plainly() {
    let cluster = Cluster::start();
    let folder = tempfile::tempdir().unwrap();
    let mut command = tokio::process::Command::new(rongyi());
    command.args([
        "demo",
        "--listen",
        "127.0.0.1:0",
        "--database",
        &cluster.url(),
    ]);
    let done = command
        .arg("--data")
        .arg(folder.path())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(1), "{said}");
    assert!(
        said.contains("PostgreSQL") && said.contains("不支持") && said.contains("yet"),
        "{said}"
    );
    assert!(
        said.contains("sqlite:"),
        "it says what to use instead: {said}"
    );

    let mut cluster = PgConnection::connect(&cluster.url())
        .await
        .expect("the cluster answers");
    let tables = sqlx::query("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        .fetch_one(&mut cluster)
        .await;
    assert_eq!(
        tables.unwrap().get::<i64, _>(0),
        0,
        "nothing was written to it"
    );
}
