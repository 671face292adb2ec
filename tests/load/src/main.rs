//! `rongyi-bench`: one table of what this machine's disk, the host and its peers do in the same minutes.
//!
//! It asserts no time: a slow machine gives a slow table. Every answer is checked, and at the end the ledger
//! is verified; a wrong answer stops it, and what was measured until then is still printed.

mod bench;

use std::sync::Arc;

use anyhow::{Result, anyhow};
use clap::Parser;

use bench::table::Rows;
use bench::{Bench, Options, tell};
use rongyi_load::world::{Shape, World};

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let folder = tempfile::tempdir_in(options.place())?;
    let shape = Shape::of_benchmark(options.communities, options.residents);
    tell(&format!(
        "making {} communities of {} residents …",
        shape.communities, shape.residents
    ));
    let place = folder.path().to_owned();
    let kept = options.keep.clone();
    let make = move || match kept {
        Some(kept) => World::copied(&place, shape, &kept),
        None => World::build(&place, shape, None),
    };
    let world = tokio::task::spawn_blocking(make).await??;
    let mut bench = Bench {
        options,
        world: Arc::new(world),
        rows: Rows::default(),
    };
    let done = tokio::select! {
        done = bench.run() => done,
        // So that hosts, servers and folders go with it.
        _ = tokio::signal::ctrl_c() => Err(anyhow!("stopped")),
    };
    bench.rows.show(bench.options.json);
    done
}
