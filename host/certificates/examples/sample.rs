//! Writes a sample certificate to standard output: `sample` for the PDF, `sample json` for its signed file, `sample many`
//! for one PDF of three, `sample full` for the fullest page there can be, `sample en` with English first. Everybody in it is invented.

#[path = "../tests/certificates/invented.rs"]
mod invented;

use std::io::Write as _;

use rongyi_certificates::{Lang, Signed, pdf};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let what = std::env::args().nth(1).unwrap_or_default();
    let signed = invented::key().sign(invented::statement())?;
    let address = |signed: &Signed| invented::address(signed);
    let bytes = match what.as_str() {
        "json" => signed.to_json().into_bytes(),
        "en" => pdf(&[signed], &address, Lang::En)?,
        "full" => {
            let full = invented::key().sign(invented::full())?;
            pdf(&[full], &address, Lang::Zh)?
        }
        "many" => pdf(&invented::many(3)?, &address, Lang::Zh)?,
        _ => pdf(&[signed], &address, Lang::Zh)?,
    };
    std::io::stdout().write_all(&bytes)?;
    Ok(())
}
