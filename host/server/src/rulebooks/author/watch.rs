//! `rongyi rule watch`: builds and tries a rule whenever one of its files changes, until somebody stops it.

use std::time::Duration;

use rongyi_clerk::clock::{Clock as _, SystemClock, local};
use rongyi_kit::build;
use rongyi_kit::build::Sources;

use super::{InFolder, trial};
use crate::door::terminal::{Failure, tell};

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(400);

pub(super) fn run(args: &InFolder) -> Result<(), Failure> {
    let mut seen: Option<Sources> = None;
    // The first look must find a rule; later ones may meet a file that is just being written.
    args.open()?;
    loop {
        let now = args.open().and_then(|folder| Ok(build::digests(&folder)?));
        match now {
            Ok(now) if seen.as_ref() != Some(&now) => {
                seen = Some(now);
                let (day, minute) = local(SystemClock.now(), &jiff::tz::TimeZone::system());
                tell(&format!("── {day} {:02}:{:02}", minute / 60, minute % 60));
                if let Err(failure) = trial::run(args) {
                    failure.tell();
                }
                tell("等文件改动，Ctrl-C 结束。 Waiting for a file to change; Ctrl-C ends.");
            }
            Ok(_) => {}
            Err(failure) => {
                if seen.take().is_some() {
                    failure.tell();
                }
            }
        }
        rest();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "there is nothing to wait for but somebody who writes"
)]
fn rest() {
    std::thread::sleep(LOOK_EVERY);
}
