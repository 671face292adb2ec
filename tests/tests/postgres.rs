//! The whole program on PostgreSQL, through the real binary and a cluster of the test's own: the demonstration is
//! imported, served and verified. What the store does is tested in `host/store`.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and stops"
)]

use rongyi_tests::{Cluster, Installation};

#[test]
fn the_demonstration_lives_on_postgres() {
    let cluster = Cluster::start();
    let url = cluster.database("demo");
    let (demo, serving) = Installation::demo_at(&url);
    drop(serving);
    assert!(!demo.database().exists(), "nothing was written to a file");
    assert_eq!(cluster.sql_at(&url, "SELECT count(*) FROM community"), "3");
    // Dropping the installation verifies it.
}
