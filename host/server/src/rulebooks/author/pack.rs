//! `rongyi rule pack` and `rule add`: a rule handed on in one file, signed by its author, and taken over by an operator who
//! knows from whom it is. Adding it changes nothing that decides: it lies beside the community's file until somebody names it.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use rongyi_clerk::clock::{Clock as _, SystemClock, local};
use rongyi_kit::pack::{AuthorKey, COMPONENT, PACK_BYTES_MAX, Packed, open, pack};
use rongyi_kit::params::Params;
use rongyi_rules::{Allowance, Engine};

use super::{InFolder, trial};
use crate::door::terminal::{Failure, foreign, say, tell};
use crate::house;

/// Texts of a rule's folder that go with it.
const TEXTS: [&str; 4] = ["README.md", "params.toml", "schema.json", "scenarios.toml"];

/// Where an operator keeps whose keys are trusted.
pub(in crate::rulebooks) const TRUSTED: &str = "rule-authors.toml";

/// The digits by which a key is shown.
const KEY_DIGITS: usize = 16;

/// The largest list of trusted keys, in bytes.
const TRUSTED_BYTES_MAX: u64 = 1 << 20;

/// What to pack.
#[derive(Debug, Args)]
#[command(after_help = "\
例 / example:
  rongyi rule pack --key ~/rongyi-author.key

密钥文件没有就新建一个，只有您能读：请备份好，不要给别人。别人凭它的公钥认得您的规则。
A key file that is not there is made, readable by you alone: keep a copy, give it to nobody. Its public key is what others know
your rules by. The same rule packed twice is the same file.")]
pub(crate) struct PackArgs {
    #[command(flatten)]
    rule: InFolder,
    /// 作者的密钥文件；不写就不签名 / the author's key; without it nobody signs
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// 放在哪个文件夹 / the folder to put it in
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    into: PathBuf,
}

/// What to take over.
#[derive(Debug, Args)]
#[command(after_help = "\
例 / examples:
  rongyi rule add kitchen-waste-1.0.0.rule                                   # 只看 / look at it
  rongyi rule add kitchen-waste-1.0.0.rule --into config/communities --trust 3fa85f6412345678

作者的公钥要从别的途径核对，比如打电话问他。认过一次的钥匙记在 rule-authors.toml，下次不用再写。
Ask the author for the key by another way, a telephone call say. A key that was trusted once stands in rule-authors.toml.")]
pub(crate) struct AddArgs {
    /// 规则包 / the packed rule
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// 放在哪个文件夹，就是社区文件在的地方；不写就只看 / the folder of the community's file; without it nothing is written
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,
    /// 认这把公钥，至少前 16 位 / trust this public key, its first 16 digits at least
    #[arg(long, value_name = "KEY")]
    trust: Option<String>,
    /// 没有签名的也要 / take it although nobody signed it
    #[arg(long)]
    unsigned: bool,
}

pub(super) fn run_pack(args: &PackArgs) -> Result<(), Failure> {
    // What its own examples refute is handed to nobody.
    trial::run(&args.rule)?;
    let (folder, desk) = args.rule.desk(None)?;
    let about = desk.describe()?;
    if about
        .authors
        .iter()
        .any(|name| name == house::TEMPLATE_AUTHOR)
    {
        let named = house::TEMPLATE_AUTHOR;
        return Err(Failure::new(
            "pack.author",
            format!("authors 还是模板里的“{named}”。写上作者的名字，再打包。"),
            format!(
                "The author is still the template's “{named}”. Write who made it, then pack it."
            ),
        ));
    }
    let mut files = BTreeMap::from([(COMPONENT.to_owned(), desk.built().bytes.clone())]);
    for name in TEXTS {
        let there = folder.path().join(name).exists();
        if there {
            files.insert(name.to_owned(), folder.read(name)?.into_bytes());
        }
    }
    let key = match &args.key {
        Some(path) => Some(author_key(path)?),
        None => None,
    };
    let bytes = pack(&about, &files, key.as_ref())?;
    let name = format!("{}-{}.rule", about.name, about.version);
    let file = args.into.join(plain(&name)?);
    let written = std::fs::File::create_new(&file).and_then(|mut open| open.write_all(&bytes));
    written.map_err(|error| Failure::file(&file, &error))?;
    say(&format!("{}，{} 字节 bytes", file.display(), bytes.len()));
    match key {
        Some(key) => say(&format!(
            "作者的公钥，请用别的途径告诉用规则的人 / the author's public key, to be told by another way:\n  {}",
            key.public()
        )),
        None => tell(
            "提醒 warning: 没有签名，别人不知道是谁做的。加 --key FILE。\n  Nobody signed it, so nobody knows whose it is. Add --key FILE.",
        ),
    }
    Ok(())
}

/// A name of a file that leads nowhere else.
fn plain(name: &str) -> Result<&str, Failure> {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(good) {
        return Ok(name);
    }
    Err(Failure::new(
        "pack.name",
        "规则的名字和版本只能用字母、数字、点和连字符。",
        "A rule's name and version have letters, digits, dots and hyphens only.",
    ))
}

fn author_key(path: &Path) -> Result<AuthorKey, Failure> {
    let secret = rongyi_files::secret(path).map_err(|trouble| {
        Failure::new(
            "pack.key",
            format!("密钥文件用不了：{}", trouble.zh()),
            format!("The key file cannot be used: {trouble}"),
        )
    })?;
    Ok(AuthorKey::from_bytes(&secret))
}

/// What a packed rule and its component are called beside the community's file.
pub(in crate::rulebooks) fn packed_name(name: &str, digest: &str) -> String {
    format!("{name}-{}", digest.get(..8).unwrap_or_default())
}

pub(super) fn run_add(args: &AddArgs) -> Result<(), Failure> {
    let bytes = rongyi_files::read(&args.file, PACK_BYTES_MAX);
    let bytes = bytes.map_err(|trouble| {
        Failure::new(
            "pack.file",
            format!("规则包读不了：{}", trouble.zh()),
            format!("The packed rule cannot be read: {trouble}"),
        )
    })?;
    let packed = open(&bytes)?;
    asked(&packed)?;
    show(&packed);
    let Some(into) = &args.into else {
        say(
            "只看过，什么都没有写。要用就加 --into。 Only looked at; nothing was written. To use it, add --into.",
        );
        return Ok(());
    };
    trusted(args, into, &packed)?;
    let digest = packed.digest();
    let name = packed_name(&packed.list.name, &digest);
    let name = plain(&name)?;
    let file = into.join(format!("{name}.wasm"));
    place(&file, packed.component())?;
    place(&into.join(format!("{name}.rule")), &bytes)?;
    say(&format!("{} · {}.rule", file.display(), name));
    let (today, _) = local(SystemClock.now(), &jiff::tz::TimeZone::system());
    say(
        "\n放进社区文件，改好参数以后再 plan、apply / for the community's file; then plan and apply:\n",
    );
    say(&format!(
        "[[rule]]\nplugin = {{ file = \"{name}.wasm\", sha256 = \"{digest}\" }}\nactive_from = {today}   # 从哪天起 / from which day\n"
    ));
    if let Some(params) = packed.text("params.toml") {
        say(&Params::parse("params.toml", params)?.below_rule());
    }
    Ok(())
}

/// That the component says of itself what is written on the outside.
fn asked(packed: &Packed) -> Result<(), Failure> {
    let engine = Engine::new(Allowance::replay(), house::compiler(), None);
    let engine = engine.map_err(|error| {
        Failure::new(
            "pack.engine",
            format!("规则引擎没能启动：{error}"),
            format!("The sandbox cannot be set up: {error}"),
        )
    })?;
    let about = engine.describe(packed.component()).map_err(|error| {
        let zh = error.zh.clone().unwrap_or_else(|| error.message.clone());
        Failure::new("pack.component", zh, error.message)
    })?;
    if packed.is_of(&about) {
        return Ok(());
    }
    Err(Failure::new(
        "pack.about",
        format!(
            "外面写的是 {} {}，组件自称 {} {}，对不上。没有使用。",
            foreign(&packed.list.name),
            foreign(&packed.list.version),
            foreign(&about.name),
            foreign(&about.version)
        ),
        format!(
            "The outside says {} {}, the component calls itself {} {}: they differ, so it is not used.",
            foreign(&packed.list.name),
            foreign(&packed.list.version),
            foreign(&about.name),
            foreign(&about.version)
        ),
    ))
}

fn show(packed: &Packed) {
    let list = &packed.list;
    say(&format!(
        "{} {} · {} / {}",
        foreign(&list.name),
        foreign(&list.version),
        foreign(&list.title.0),
        foreign(&list.title.1)
    ));
    say(&format!(
        "作者 authors: {} · 许可 licence: {}",
        foreign(&list.authors.join(", ")),
        foreign(&list.license)
    ));
    say(&format!("sha256: {}", packed.digest()));
    match &packed.key {
        Some(key) => say(&format!("签名人的公钥 signed with: {key}")),
        None => say("没有签名 nobody signed it"),
    }
}

/// Keys by what their owners are called.
pub(in crate::rulebooks) type Known = BTreeMap<String, String>;

pub(in crate::rulebooks) fn known(file: &Path) -> Result<Known, Failure> {
    if !file.exists() {
        return Ok(Known::new());
    }
    let text = rongyi_files::read_text(file, TRUSTED_BYTES_MAX).map_err(|trouble| {
        Failure::new(
            "pack.trusted",
            format!("{} 读不了：{}", file.display(), trouble.zh()),
            format!("{} cannot be read: {trouble}", file.display()),
        )
    })?;
    toml::from_str(&text).map_err(|error| {
        Failure::new(
            "pack.trusted",
            format!("{} 不对：每行是 名字 = \"公钥\"。{error}", file.display()),
            format!(
                "{} is wrong: each line is a name = \"public key\". {error}",
                file.display()
            ),
        )
    })
}

/// That an operator knows whose it is: the key stands in their list, or they name it now.
fn trusted(args: &AddArgs, into: &Path, packed: &Packed) -> Result<(), Failure> {
    let Some(key) = &packed.key else {
        if args.unsigned {
            return Ok(());
        }
        return Err(Failure::new(
            "pack.unsigned",
            "这个规则包没有签名，不知道是谁做的。请向作者要签过名的；确实要用，加 --unsigned。",
            "Nobody signed this rule, so it is not known whose it is. Ask the author for a signed one; to take it all the same, add --unsigned.",
        ));
    };
    let file = into.join(TRUSTED);
    let mut all = known(&file)?;
    if all.values().any(|trusted| trusted == key) {
        return Ok(());
    }
    let named = args.trust.as_ref().map(|named| named.to_ascii_lowercase());
    let names_it = |named: &String| named.len() >= KEY_DIGITS && key.starts_with(named);
    if !named.as_ref().is_some_and(names_it) {
        let digits = key.get(..KEY_DIGITS).unwrap_or_default();
        return Err(Failure::new(
            "pack.stranger",
            format!("第一次见到这把钥匙：{key}。请用别的途径向作者核对，再加 --trust {digits}。"),
            format!(
                "This key was not seen before: {key}. Ask the author for it by another way, then add --trust {digits}."
            ),
        ));
    }
    let author = packed.list.authors.join(", ");
    let name = free_name(&all, &author);
    all.insert(name, key.clone());
    let text = toml::to_string(&all).unwrap_or_default();
    let beside = file.with_extension("toml.new");
    std::fs::write(&beside, text)
        .and_then(|()| std::fs::rename(&beside, &file))
        .map_err(|error| Failure::file(&file, &error))
}

/// Two keys of one author have two names.
fn free_name(all: &Known, author: &str) -> String {
    let numbered = (2..).map(|no| format!("{author} ({no})"));
    let mut names = std::iter::once(author.to_owned()).chain(numbered);
    names
        .find(|name| !all.contains_key(name))
        .unwrap_or_default()
}

/// Writes a file; what is there already with the same bytes stays.
fn place(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let same = rongyi_files::read(file, PACK_BYTES_MAX).is_ok_and(|there| there == bytes);
    if same {
        return Ok(());
    }
    let written = std::fs::File::create_new(file).and_then(|mut open| open.write_all(bytes));
    written.map_err(|error| Failure::file(file, &error))
}
