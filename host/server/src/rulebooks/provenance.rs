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
    let Ok(trusted) = known(&folder.join(TRUSTED)) else {
        return Text {
            zh: format!("有签名（公钥 {digits}…），但 {TRUSTED} 读不了，不知道是谁"),
            en: format!(
                "Signed (public key {digits}…), but {TRUSTED} can't be read, so it is not known by whom"
            ),
        };
    };
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
    use std::collections::BTreeMap;

    use rongyi_kit::pack::{AuthorKey, COMPONENT, pack};
    use rongyi_rules::About;

    use super::*;

    #[test]
    fn a_signature_counts_for_whoever_is_trusted() {
        let folder = tempfile::tempdir().unwrap();
        let about = About {
            name: "kitchen-waste".into(),
            version: "1.0.0".into(),
            title: Text {
                zh: "厨余".into(),
                en: "Kitchen waste".into(),
            },
            authors: vec!["林晓 (demo)".into()],
            license: "Apache-2.0".into(),
            config_schema: "{}".into(),
            scenarios: String::new(),
        };
        let component = b"\0asm and so on".to_vec();
        let digest = sha256(&component);
        let files = BTreeMap::from([(COMPONENT.to_owned(), component)]);
        let key = AuthorKey::from_bytes(&[7; 32]);
        let write = |name: &str, bytes: &[u8]| {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        };
        let name = format!("{}.rule", packed_name(&about.name, &hex(&digest)));
        let said = || of(folder.path(), &about.name, &digest).en;
        write(&name, &pack(&about, &files, Some(&key)).unwrap());
        assert!(said().contains("is not in rule-authors.toml"), "{}", said());
        write(TRUSTED, "林晓的钥匙".as_bytes());
        assert!(said().contains("can't be read"), "{}", said());
        write(
            TRUSTED,
            format!("\"林晓\" = \"{}\"\n", key.public()).as_bytes(),
        );
        assert!(said().starts_with("Signed by 林晓"), "{}", said());
        // The same signature says nothing of other bytes.
        let other = of(folder.path(), &about.name, &[7; 32]);
        assert!(other.en.contains("nobody signed"), "{other:?}");
        write(&name, &pack(&about, &files, None).unwrap());
        assert!(said().contains("nobody signed"), "{}", said());
    }

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
