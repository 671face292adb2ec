//! Writes every sample page into a folder, in both languages and all sizes, to look at in a browser.
//!
//! `cargo run -p rongyi-pages --example gallery -- FOLDER`

use std::{env, fs, io, path::Path};

use rongyi_pages::{CSS, CSS_PATH, JS, JS_PATH, Lang, PAPER, PAPER_PATH, Size};

#[path = "../tests/data/samples.rs"]
mod samples;

fn main() -> io::Result<()> {
    let folder = env::args().nth(1).unwrap_or_else(|| "gallery".to_owned());
    let folder = Path::new(&folder);
    fs::create_dir_all(folder.join("static"))?;
    fs::write(folder.join(CSS_PATH.trim_start_matches('/')), CSS)?;
    fs::write(folder.join(PAPER_PATH.trim_start_matches('/')), PAPER)?;
    fs::write(folder.join(JS_PATH.trim_start_matches('/')), JS)?;
    let mut index =
        String::from("<!doctype html><meta charset=\"utf-8\"><title>Gallery</title><ul>");
    for lang in Lang::ALL {
        for size in Size::ALL {
            for (name, html) in samples::all(lang, size) {
                let file = format!("{name}-{}-{}.html", lang.tag(), size.tag());
                let html = html.replace("\"/static/", "\"static/");
                fs::write(folder.join(&file), html)?;
                index.push_str(&format!("<li><a href=\"{file}\">{file}</a>"));
            }
        }
    }
    fs::write(folder.join("index.html"), index)
}
