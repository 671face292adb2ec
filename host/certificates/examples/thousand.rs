//! How long a thousand certificates take: signing, one document of all, and the bundle of each. Prints times and sizes; run
//! it with `--release` for what an installation would see.

#[path = "../tests/certificates/invented.rs"]
mod invented;

use std::io::Write as _;

use rongyi_certificates::{Lang, Signed, bundle, pdf};

#[expect(
    clippy::disallowed_methods,
    reason = "a stopwatch is what this example is"
)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count = std::env::args()
        .nth(1)
        .map_or(Ok(1000), |count| count.parse())?;
    let mut out = std::io::stdout();
    let address = |signed: &Signed| invented::address(signed);
    let start = std::time::Instant::now();
    let many = invented::many(count)?;
    writeln!(out, "{count} signed: {:.2?}", start.elapsed())?;
    let start = std::time::Instant::now();
    let bytes = pdf(&many, &address, Lang::Zh)?.len();
    writeln!(out, "one document: {:.2?}, {bytes} bytes", start.elapsed())?;
    let start = std::time::Instant::now();
    let bytes = bundle(&many, &address, Lang::Zh)?.len();
    writeln!(out, "one bundle: {:.2?}, {bytes} bytes", start.elapsed())?;
    Ok(())
}
