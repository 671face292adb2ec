//! The demo's files, inside the binary so that it works anywhere, and their place on the disk. Files that are
//! there already are kept.

use std::io::Write;
use std::path::Path;

macro_rules! embedded {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../../../config/", $path)))),*]
    };
}

const FILES: &[(&str, &str)] = embedded![
    "README.md",
    "README.zh.md",
    "communities/nanmen.toml",
    "communities/longshi.toml",
    "communities/jinxian.toml",
    "demo/nanmen/households.csv",
    "demo/nanmen/residents.csv",
    "demo/nanmen/staff.csv",
    "demo/nanmen/items.csv",
    "demo/nanmen/stock.csv",
    "demo/nanmen/balances.csv",
    "demo/nanmen/events.csv",
    "demo/longshi/households.csv",
    "demo/longshi/residents.csv",
    "demo/longshi/staff.csv",
    "demo/longshi/items.csv",
    "demo/longshi/stock.csv",
    "demo/longshi/balances.csv",
    "demo/longshi/events.csv",
    "demo/jinxian/households.csv",
    "demo/jinxian/residents.csv",
    "demo/jinxian/staff.csv",
    "demo/jinxian/items.csv",
    "demo/jinxian/stock.csv",
    "demo/jinxian/balances.csv",
    "demo/jinxian/history.csv",
    "demo/jinxian/events.csv",
];

const HOST: &str = include_str!("../../../../config/rongyi.toml");
/// Where the shipped configuration keeps its data, seen from its own folder.
const DATA_SHIPPED: &str = "data_dir = \"../data\"";
/// Where the demo keeps it: beside its `config`.
const DATA_DEMO: &str = "data_dir = \"..\"";

/// Writes the configuration into `folder`.
pub(super) fn write(folder: &Path) -> std::io::Result<()> {
    for (path, text) in FILES {
        write_new(&folder.join(path), text)?;
    }
    // The host file comes last: where it stands, the others do too.
    write_new(
        &folder.join("rongyi.toml"),
        &HOST.replace(DATA_SHIPPED, DATA_DEMO),
    )
}

fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    match std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
    {
        Ok(mut file) => file.write_all(text.as_bytes()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_keeps_its_data_in_its_own_folder() {
        assert!(HOST.contains(DATA_SHIPPED));
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config");
        write(&config).unwrap();
        let loaded = rongyi_config::load_with(&config.join("rongyi.toml"), &|_| None).unwrap();
        assert_eq!(
            loaded.database_url,
            format!("sqlite://{}", config.join("..").join("rongyi.db").display())
        );
        assert_eq!(loaded.communities.len(), 3);
        std::fs::write(config.join("README.md"), "mine").unwrap();
        write(&config).unwrap();
        assert_eq!(
            std::fs::read_to_string(config.join("README.md")).unwrap(),
            "mine"
        );
    }
}
