//! A rule in one file, to be handed on: the component with its manual, examples, parameters and schema, a list of their
//! digests, and the author's signature over that list. It reads and writes bytes; where they lie is not known here.
//!
//! | in the file | what |
//! | --- | --- |
//! | `rule.json` | who the rule says it is, and the SHA-256 of every other file but the signature |
//! | `rule.wasm` | the component |
//! | `params.toml`, `schema.json`, `scenarios.toml`, `README.md` | as they lie in the author's folder |
//! | `signature.json` | the author's public key, and Ed25519 over [`SIGNED`] followed by the bytes of `rule.json` |
//!
//! The same rule packed twice with one key is the same file, byte for byte.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Write as _};

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use rongyi_core::chain::{bytes_from_hex, from_hex, hex, sha256};
use rongyi_core::shown;
use rongyi_rules::About;
use serde::{Deserialize, Serialize};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::Problem;

/// The largest packed rule, in bytes.
pub const PACK_BYTES_MAX: u64 = 48 << 20;

/// What all files of one may come to when they are unpacked, in bytes.
const UNPACKED_BYTES_MAX: u64 = 64 << 20;

/// The most files of one.
const FILES_MAX: usize = 64;

/// What is signed begins with this, so that a signature is of a packed rule and of nothing else.
const SIGNED: &[u8] = b"rongyi-rule-1\n";

const FORMAT: &str = "rongyi-rule-1";
const LIST: &str = "rule.json";
const SIGNATURE: &str = "signature.json";

/// The component's name in it.
pub const COMPONENT: &str = "rule.wasm";

/// The list of a packed rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    format: String,
    /// The rule's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What people call it: Chinese, English.
    pub title: (String, String),
    /// Who wrote it.
    pub authors: Vec<String>,
    /// Its licence.
    pub license: String,
    /// SHA-256 of each file by its name.
    pub files: BTreeMap<String, String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signed {
    key: String,
    signature: String,
}

/// An author's key.
#[derive(Debug)]
pub struct AuthorKey(SigningKey);

impl AuthorKey {
    /// The key behind 32 secret bytes.
    #[must_use]
    pub fn from_bytes(secret: &[u8; 32]) -> Self {
        AuthorKey(SigningKey::from_bytes(secret))
    }

    /// What others know it by: 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn public(&self) -> String {
        hex(self.0.verifying_key().as_bytes())
    }
}

/// A packed rule that was opened: every file is the one that its list names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// The list.
    pub list: List,
    /// The public key of whoever signed it; `None` for one that nobody signed.
    pub key: Option<String>,
    /// The files by their names.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Packed {
    /// The component.
    #[must_use]
    pub fn component(&self) -> &[u8] {
        self.files.get(COMPONENT).map_or(&[], Vec::as_slice)
    }

    /// Its SHA-256.
    #[must_use]
    pub fn digest(&self) -> String {
        hex(&sha256(self.component()))
    }

    /// A text in it.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.files.get(name)?).ok()
    }

    /// Whether the component says of itself what the list says.
    #[must_use]
    pub fn is_of(&self, about: &About) -> bool {
        let list = list_of(about, BTreeMap::new());
        let own = List {
            files: BTreeMap::new(),
            ..self.list.clone()
        };
        list == own
    }
}

fn list_of(about: &About, files: BTreeMap<String, String>) -> List {
    List {
        format: FORMAT.to_owned(),
        name: about.name.clone(),
        version: about.version.clone(),
        title: (about.title.zh.clone(), about.title.en.clone()),
        authors: about.authors.clone(),
        license: about.license.clone(),
        files,
    }
}

/// Packs a component with the files that go with it.
///
/// # Errors
/// [`Problem`] when it would be larger than [`PACK_BYTES_MAX`].
pub fn pack(
    about: &About,
    files: &BTreeMap<String, Vec<u8>>,
    key: Option<&AuthorKey>,
) -> Result<Vec<u8>, Problem> {
    let digests = files
        .iter()
        .map(|(name, bytes)| (name.clone(), hex(&sha256(bytes))));
    let list = list_of(about, digests.collect());
    let list = serde_json::to_vec_pretty(&list).map_err(|error| failed(&error))?;
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    add(&mut zip, LIST, &list)?;
    for (name, bytes) in files {
        add(&mut zip, name, bytes)?;
    }
    if let Some(key) = key {
        let signed = Signed {
            key: key.public(),
            signature: hex(&key.0.sign(&to_sign(&list)).to_bytes()),
        };
        let signed = serde_json::to_vec_pretty(&signed).map_err(|error| failed(&error))?;
        add(&mut zip, SIGNATURE, &signed)?;
    }
    let bytes = zip.finish().map_err(|error| failed(&error))?.into_inner();
    match u64::try_from(bytes.len()) {
        Ok(length) if length <= PACK_BYTES_MAX => Ok(bytes),
        _ => Err(Problem::new(
            "pack.size",
            format!("打出来的包超过 {} MiB。", PACK_BYTES_MAX >> 20),
            format!(
                "The packed rule is larger than {} MiB.",
                PACK_BYTES_MAX >> 20
            ),
        )),
    }
}

fn to_sign(list: &[u8]) -> Vec<u8> {
    [SIGNED, list].concat()
}

fn failed(error: &dyn std::fmt::Display) -> Problem {
    Problem::new(
        "pack.write",
        format!("没能打包：{error}"),
        format!("It could not be packed: {error}"),
    )
}

fn add(zip: &mut ZipWriter<Cursor<Vec<u8>>>, name: &str, bytes: &[u8]) -> Result<(), Problem> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    zip.start_file(name, options)
        .map_err(|error| failed(&error))?;
    zip.write_all(bytes).map_err(|error| failed(&error))
}

fn wrong(code: &'static str, zh: &str, en: &str) -> Problem {
    Problem::new(code, zh, en)
}

fn broken(why: &dyn std::fmt::Display) -> Problem {
    let why = shown::line(&why.to_string()).into_owned();
    Problem::new(
        "pack.broken",
        format!("这不是一个完整的规则包：{why}。请向作者再要一份。"),
        format!("This is no whole packed rule: {why}. Ask its author for it once more."),
    )
}

/// Opens a packed rule and checks everything that can be checked without running it: sizes, the digest of every file, that
/// nothing lies in it that its list does not name, and the signature.
///
/// # Errors
/// [`Problem`]: `pack.broken`, `pack.digest`, `pack.signature`.
pub fn open(bytes: &[u8]) -> Result<Packed, Problem> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    if archive.len() > FILES_MAX {
        return Err(broken(&format!("{} files", archive.len())));
    }
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut left = UNPACKED_BYTES_MAX;
    for place in 0..archive.len() {
        let file = archive.by_index(place).map_err(|error| broken(&error))?;
        let name = file.name().map_err(|error| broken(&error))?.into_owned();
        if !good_name(&name) {
            return Err(broken(&format!("“{}”", shown::line(&name))));
        }
        let mut unpacked = Vec::new();
        let read = file.take(left.saturating_add(1)).read_to_end(&mut unpacked);
        let read = read.map_err(|error| broken(&error))?;
        let read = u64::try_from(read).unwrap_or(u64::MAX);
        left = left
            .checked_sub(read)
            .ok_or_else(|| broken(&format!("> {} MiB", UNPACKED_BYTES_MAX >> 20)))?;
        if files.insert(name.clone(), unpacked).is_some() {
            return Err(broken(&format!("{name} × 2")));
        }
    }
    let written = files.remove(LIST).ok_or_else(|| broken(&LIST))?;
    let signed = files.remove(SIGNATURE);
    let list: List = serde_json::from_slice(&written).map_err(|error| broken(&error))?;
    if list.format != FORMAT {
        return Err(wrong(
            "pack.format",
            "这个规则包是更新的程序打的，请先更新 rongyi。",
            "This rule was packed by a newer program. Update rongyi first.",
        ));
    }
    let found: BTreeMap<String, String> = files
        .iter()
        .map(|(name, bytes)| (name.clone(), hex(&sha256(bytes))))
        .collect();
    if found != list.files || !files.contains_key(COMPONENT) {
        return Err(wrong(
            "pack.digest",
            "包里的文件和它的清单对不上：路上被改过，或没有传完。没有使用。请向作者再要一份。",
            "The files in it are not those of its list: it was changed or cut short on its way. It is not used; ask its author for it once more.",
        ));
    }
    let key = match signed {
        Some(signed) => Some(checked(&signed, &written)?),
        None => None,
    };
    Ok(Packed { list, key, files })
}

/// Whether a name is one that a file may have: no folder, nothing hidden.
fn good_name(name: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let begins = name
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphanumeric());
    begins && name.len() <= 80 && name.bytes().all(good)
}

/// The key that signed a list.
fn checked(signed: &[u8], list: &[u8]) -> Result<String, Problem> {
    let forged = || {
        wrong(
            "pack.signature",
            "作者的签名不对：清单被改过，或签名不是它的。没有使用。请向作者再要一份。",
            "The author's signature is wrong: the list was changed, or the signature is of something else. It is not used; ask its author for it once more.",
        )
    };
    let signed: Signed = serde_json::from_slice(signed).map_err(|_| forged())?;
    let key = from_hex(&signed.key).ok_or_else(forged)?;
    let verifying = VerifyingKey::from_bytes(&key).map_err(|_| forged())?;
    let signature = bytes_from_hex(&signed.signature);
    let signature = signature.and_then(|bytes| bytes.try_into().ok());
    let signature: [u8; 64] = signature.ok_or_else(forged)?;
    verifying
        .verify_strict(&to_sign(list), &Signature::from_bytes(&signature))
        .map_err(|_| forged())?;
    Ok(hex(&key))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use rongyi_core::rule::Text;

    use super::*;

    fn about() -> About {
        About {
            name: "kitchen-waste".into(),
            version: "1.2.0".into(),
            title: Text {
                zh: "厨余".into(),
                en: "Kitchen waste".into(),
            },
            authors: vec!["林晓 (demo)".into()],
            license: "Apache-2.0".into(),
            config_schema: "{}".into(),
            scenarios: String::new(),
        }
    }

    fn files() -> BTreeMap<String, Vec<u8>> {
        let file = |name: &str, bytes: &[u8]| (name.to_owned(), bytes.to_vec());
        BTreeMap::from([
            file(COMPONENT, b"\0asm and so on"),
            file("README.md", "# 厨余\n".as_bytes()),
            file("params.toml", b"per_kg = 5\n"),
        ])
    }

    fn key() -> AuthorKey {
        AuthorKey::from_bytes(&[7; 32])
    }

    /// The files of a packed rule as anybody could put them together again.
    fn repacked(bytes: &[u8], change: impl Fn(&mut BTreeMap<String, Vec<u8>>)) -> Vec<u8> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut files = BTreeMap::new();
        for place in 0..archive.len() {
            let mut file = archive.by_index(place).unwrap();
            let mut unpacked = Vec::new();
            file.read_to_end(&mut unpacked).unwrap();
            let name = file.name().unwrap().into_owned();
            files.insert(name, unpacked);
        }
        change(&mut files);
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in &files {
            add(&mut zip, name, bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn what_was_packed_comes_out_and_twice_the_same() {
        let bytes = pack(&about(), &files(), Some(&key())).unwrap();
        assert_eq!(bytes, pack(&about(), &files(), Some(&key())).unwrap());
        let packed = open(&bytes).unwrap();
        assert_eq!(packed.files, files());
        assert_eq!(packed.key, Some(key().public()));
        assert!(packed.is_of(&about()));
        let other = About {
            version: "1.2.1".into(),
            ..about()
        };
        assert!(!packed.is_of(&other));
        assert_eq!(packed.text("params.toml"), Some("per_kg = 5\n"));
        let unsigned = open(&pack(&about(), &files(), None).unwrap()).unwrap();
        assert_eq!(unsigned.key, None);
    }

    #[test]
    fn whatever_was_changed_on_the_way_is_refused() {
        let bytes = pack(&about(), &files(), Some(&key())).unwrap();
        let refused = |bytes: &[u8]| open(bytes).unwrap_err().code;
        let named = |name: &'static str, bytes: &'static [u8]| {
            repacked(&bytes_of(), move |files| {
                files.insert(name.to_owned(), bytes.to_vec());
            })
        };
        fn bytes_of() -> Vec<u8> {
            pack(&about(), &files(), Some(&key())).unwrap()
        }
        assert_eq!(refused(&named(COMPONENT, b"another")), "pack.digest");
        assert_eq!(refused(&named("more.txt", b"besides")), "pack.digest");
        assert_eq!(refused(&named("../outside", b"x")), "pack.broken");
        assert_eq!(refused(&named(".hidden", b"x")), "pack.broken");
        let without = repacked(&bytes, |files| drop(files.remove("README.md")));
        assert_eq!(refused(&without), "pack.digest");
        // A list that was changed together with its file is not the one that was signed.
        let both = repacked(&bytes, |files| {
            let list = files.get_mut(LIST).unwrap();
            *list = String::from_utf8(list.clone())
                .unwrap()
                .replace("1.2.0", "1.3.0")
                .into_bytes();
        });
        assert_eq!(refused(&both), "pack.signature");
        // Somebody else's signature is somebody else's: it opens, under another key.
        let theirs = pack(&about(), &files(), Some(&AuthorKey::from_bytes(&[8; 32]))).unwrap();
        assert_ne!(open(&theirs).unwrap().key, Some(key().public()));
        let torn = &bytes[..bytes.len() / 2];
        assert_eq!(refused(torn), "pack.broken");
        assert_eq!(refused(b"PK"), "pack.broken");
        assert_eq!(refused(&[]), "pack.broken");
    }
}
