//! A component that was looked at without parameters: what it is from outside, and who it says it is.

use rongyi_core::chain::Hash;
use rongyi_core::rule::texts::{TITLE_MAX, TooLong, VERSION_MAX, cut, cut_both};

use crate::about::About;
use crate::bindings::Pre;
use crate::cache::{self, Cache};
use crate::compile::{Compiler, NotCompiled, Order};
use crate::diagnostic::{LoadError, refuse};
use crate::fault::{Spent, plain};
use crate::limits::Limits;
use crate::params::Schema;
use crate::pool::Pool;
use crate::world::{exports, imports};

/// The most authors a rule names, and the longest name or licence, in characters.
const AUTHORS_MAX: usize = 20;
const AUTHOR_MAX: usize = 120;

/// A component that was looked at: everything about it that does not depend on parameters.
pub(crate) struct LookedAt {
    pub(crate) pre: Pre,
    pub(crate) digest: Hash,
    pub(crate) about: About,
    /// A text about itself that was longer than it may be.
    pub(crate) long: Option<TooLong>,
    pub(crate) schema: Schema,
}

impl LookedAt {
    /// Takes a component through every step that needs no parameters.
    pub(crate) fn of(
        pool: &Pool,
        cache: Option<&Cache>,
        compiler: &Compiler,
        digest: Hash,
        bytes: &[u8],
    ) -> Result<LookedAt, LoadError> {
        let pre = prepare(pool, cache, compiler, bytes)?;
        let mut about = describe(pool, &pool.limits, &pre)?;
        Ok(LookedAt {
            schema: Schema::of(&about)?,
            long: cut_about(&mut about),
            digest,
            pre,
            about,
        })
    }
}

/// Cuts what a rule says about itself to its limits; the first text that was longer.
pub(crate) fn cut_about(about: &mut About) -> Option<TooLong> {
    let version = cut(&mut about.version, VERSION_MAX, || "the version".into());
    let title = cut_both(&mut about.title, TITLE_MAX, &|| "the title".into());
    let license = cut(&mut about.license, AUTHOR_MAX, || "the licence".into());
    let named = about.authors.len();
    about.authors.truncate(AUTHORS_MAX);
    let mut authors = None;
    for author in &mut about.authors {
        authors = cut(author, AUTHOR_MAX, || "the name of an author".into()).or(authors);
    }
    let many = (named > AUTHORS_MAX).then(|| TooLong {
        what: "the list of authors (names)".into(),
        has: named,
        max: AUTHORS_MAX,
    });
    version.or(title).or(license).or(authors).or(many)
}

/// A text that is longer than its kind may be.
pub(crate) fn too_long(code: &'static str, long: &TooLong) -> LoadError {
    let TooLong { what, has, max } = long;
    refuse(
        code,
        format!("规则的一段文字太长：{what} 有 {has} 个字，上限 {max}。请规则的作者写短一些。"),
        format!("A text of the rule is too long: {long}. Ask the rule's author for a shorter one."),
    )
}

fn prepare(
    pool: &Pool,
    cache: Option<&Cache>,
    compiler: &Compiler,
    bytes: &[u8],
) -> Result<Pre, LoadError> {
    let order = Order {
        component: bytes,
        params_json: None,
    };
    let component = cache::component(pool, &pool.limits, (cache, compiler), &order, |_| true)
        .map_err(not_compiled)?;
    imports(&pool.wasm, &component)?;
    let version = exports(&pool.wasm, &component)?;
    let pre = pool.linker.instantiate_pre(&component);
    pre.and_then(|pre| version.pre(pre)).map_err(|error| {
        let number = version.number();
        let error = plain(&format!("{error:#}"), 400);
        let (zh, en) = (
            format!("组件的接口与 rongyi:rules@{number} 不一致：{error}。请用同版本的 SDK 重新生成。"),
            format!("Its interface is not that of rongyi:rules@{number}: {error}. Build it again with the SDK of that version."),
        );
        refuse("world.export", zh, en)
    })
}

fn not_compiled(why: NotCompiled) -> LoadError {
    match why {
        NotCompiled::Refused(why) => {
            let why = plain(&why, 400);
            refuse(
                "load.invalid",
                format!("这不是有效的组件：{why}。请用 `rongyi rule build` 重新生成。"),
                format!(
                    "This is not a valid component: {why}. Build it again with `rongyi rule build`."
                ),
            )
        }
        NotCompiled::TooLarge(why) => {
            let why = plain(&why, 400);
            refuse(
                "load.resources",
                format!("组件编译以后太大：{why}。请在规则里少要一些，或换用生成更小组件的工具。"),
                format!(
                    "What is compiled of the component is too large: {why}. Ask for less in the rule, or use a toolchain that makes smaller components."
                ),
            )
        }
        NotCompiled::Died(how) => refuse(
            "load.compiler",
            format!(
                "编译这个组件的进程中途结束了（{how}）。本机没有受影响。请把组件做小、做简单一些，或把文件交给本程序的作者看。"
            ),
            format!(
                "The process that compiled this component ended early ({how}). This host is unharmed. Make the component smaller and simpler, or show the file to the authors of this program."
            ),
        ),
        NotCompiled::Late(seconds) => refuse(
            "load.compile-timeout",
            format!("编译这个组件超过了 {seconds} 秒，已停止。请把组件做小、做简单一些。"),
            format!(
                "Compiling this component took more than {seconds} s and was stopped. Make the component smaller and simpler."
            ),
        ),
    }
}

pub(crate) fn describe(pool: &Pool, limits: &Limits, pre: &Pre) -> Result<About, LoadError> {
    let fuel = limits.fuel_load;
    let mut store = pool.store(limits, fuel);
    let said = pre.checked(&mut store);
    let said = said.and_then(|guest| guest.describe(&mut store));
    let about = said.map_err(|error| {
        let fault = Spent::of("describe", limits, fuel, &store).fault(&error);
        let zh = format!("规则说不清自己是谁（{}）：{}", fault.code, fault.message);
        refuse(
            "plugin.describe",
            zh,
            format!("{}: {}", fault.code, fault.message),
        )
    })?;
    if about.name.parse::<rongyi_core::ids::Code>().is_err() || about.name.contains('/') {
        let name = plain(&about.name, 40);
        return Err(refuse(
            "plugin.describe",
            format!("规则的名字“{name}”不合格：用小写字母、数字和连字符。"),
            format!("Its name “{name}” is not one: use a-z, 0-9 and '-'."),
        ));
    }
    Ok(about)
}
