//! What stands beside the host's figures: the disk, the size of files, a file to import.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;

use crate::draw::Draw;
use crate::world::{FIRST_RESIDENT, World, kind};

/// Milliseconds of each of 300 writes of 4 KB with `fdatasync`, ascending.
///
/// # Errors
/// When the folder cannot be written.
pub fn fdatasync(folder: &Path) -> Result<Vec<f64>> {
    let path = folder.join("fdatasync");
    let mut file = fs::File::create(&path)?;
    let page = [7_u8; 4096];
    let mut times = Vec::new();
    for _ in 0..300 {
        #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
        let started = Instant::now();
        file.write_all(&page)?;
        file.sync_data()?;
        times.push(started.elapsed().as_secs_f64() * 1000.0);
    }
    fs::remove_file(path)?;
    times.sort_by(f64::total_cmp);
    Ok(times)
}

/// The size of a file; 0 when it is not there.
pub fn bytes(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |metadata| metadata.len())
}

/// A file of events for the first community.
///
/// # Errors
/// When it cannot be written.
pub fn events_file(world: &World, rows: u32) -> Result<PathBuf> {
    let mut draw = Draw::of(u64::from(rows));
    let mut text = String::from("external_ref,kind,resident,occurred_at,quantity\n");
    for row in 0..rows {
        let resident = u64::from(FIRST_RESIDENT) + draw.below(u64::from(world.shape.residents));
        let (kind, whole, tenth) = (kind(draw.below(20)), draw.below(9) + 1, draw.below(10));
        let (month, day) = (row * 10 / rows + 1, draw.below(28) + 1);
        writeln!(
            text,
            "F-{row:09},{kind},{resident},2026-{month:02}-{day:02}T09:20,{whole}.{tenth}"
        )?;
    }
    let path = world.folder.join("events.csv");
    fs::write(&path, text)?;
    Ok(path)
}
