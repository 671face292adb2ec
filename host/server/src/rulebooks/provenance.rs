//! Where a rule that decides comes from: with this program, from an author who signed it, or from a file that nobody vouches
//! for. It is looked for by the digest of the component, so that a name alone vouches for nothing.

use std::path::Path;

use rongyi_core::chain::{Hash, hex, sha256};
use rongyi_core::rule::Text;
use rongyi_kit::pack::{PACK_BYTES_MAX, open};

use super::author::pack::{TRUSTED, known, packed_name};
use crate::house::House;

/// Digits of a key that are shown.
const KEY_DIGITS: usize = 16;

/// Where each of these rules comes from, by name and digest of the component.
pub(crate) async fn of_all(house: &House, rules: Vec<(String, Hash)>) -> Vec<Text> {
    let folder = house.config.file.with_file_name("communities");
    let read = move || {
        let all = rules.iter();
        all.map(|(name, digest)| of(&folder, name, digest))
            .collect()
    };
    // Without a thread for it nothing is known of them.
    tokio::task::spawn_blocking(read).await.unwrap_or_default()
}

fn of(folder: &Path, name: &str, digest: &Hash) -> Text {
    let bundled = rongyi_bundled::find(name);
    if bundled.is_some_and(|rule| sha256(rule.bytes) == *digest) {
        return Text {
            zh: "随榕易一起来的".into(),
            en: "It came with Rongyi".into(),
        };
    }
    let digest = hex(digest);
    let file = folder.join(format!("{}.rule", packed_name(name, &digest)));
    let packed = rongyi_files::read(&file, PACK_BYTES_MAX).ok();
    let packed = packed.and_then(|bytes| open(&bytes).ok());
    let key = packed
        .filter(|packed| packed.digest() == digest)
        .and_then(|packed| packed.key);
    let Some(key) = key else {
        return Text {
            zh: "社区自己的文件，没有人签名".into(),
            en: "A file of the community that nobody signed".into(),
        };
    };
    let digits = key.get(..KEY_DIGITS).unwrap_or_default();
    let trusted = known(&folder.join(TRUSTED)).unwrap_or_default();
    let author = trusted.into_iter().find(|(_, trusted)| *trusted == key);
    match author {
        Some((author, _)) => Text {
            zh: format!("{author} 签过名的规则包（公钥 {digits}…）"),
            en: format!("Signed by {author} (public key {digits}…)"),
        },
        None => Text {
            zh: format!("有签名，但这把公钥（{digits}…）不在 {TRUSTED} 里"),
            en: format!("Signed, with a public key ({digits}…) that is not in {TRUSTED}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_alone_vouches_for_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let bundled = rongyi_bundled::find("points-table").unwrap();
        let own = of(folder.path(), "points-table", &sha256(bundled.bytes));
        assert!(own.en.contains("came with"), "{own:?}");
        let other = of(folder.path(), "points-table", &[7; 32]);
        assert!(other.en.contains("nobody signed"), "{other:?}");
    }
}
