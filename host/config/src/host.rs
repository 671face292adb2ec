//! `rongyi.toml`: what the whole installation shares.
//!
//! Reads values and resolves paths against the file's own folder; creates and opens nothing.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use rongyi_cases::{WorkCalendar, bundled_calendar};
use rongyi_core::typed;
use rongyi_files::Trouble;
use rongyi_rules::{Allowance, Lowered, Tier};
use toml::de::DeValue;

use super::reader::{Field, Table, both};
use crate::serving;
use rongyi_rules::PARK_AFTER;

/// For how many months the record of who read what is kept, where the file does not say.
pub(super) const READ_LOG_MONTHS: u32 = 12;
/// When ledgers are checked, where the file does not say: half past three at night, in minutes.
const NIGHTLY: u16 = 210;

/// The values of `rongyi.toml`, the communities still as paths.
pub(super) struct Host {
    pub(super) data_dir: PathBuf,
    pub(super) database_url: String,
    pub(super) listen: SocketAddr,
    pub(super) public_url: Option<String>,
    pub(super) secret_file: PathBuf,
    pub(super) trusted_proxies: Vec<IpNet>,
    pub(super) limits: Allowance,
    pub(super) park_after: usize,
    pub(super) auto_apply: bool,
    pub(super) nightly_check: Option<u16>,
    pub(super) read_log_months: u32,
    pub(super) serving: serving::Limits,
    pub(super) metrics_from: Vec<IpAddr>,
    pub(super) security_contact: Vec<String>,
    pub(super) webhook: Option<crate::webhook::Webhook>,
    pub(super) calendar: Arc<WorkCalendar>,
}

/// Reads everything but `communities`, see [`community_paths`].
pub(super) fn read(
    table: &Table<'_>,
    folder: &Path,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Host {
    let path = |key| path_at(table, key, folder);
    let data_dir = path("data_dir").unwrap_or_else(|| folder.join("data"));
    let secret_file = path("secret_file").unwrap_or_else(|| data_dir.join("server.secret"));
    let listen = table.get("listen").and_then(|field| read_listen(&field));
    let public_url = table.get("public_url").and_then(|field| read_url(&field));
    let limits = read_limits(table);
    let trusted_proxies = read_proxies(table);
    let park_after = table
        .get("park_after")
        .and_then(|field| field.integer(1..=1_000))
        .and_then(|events| usize::try_from(events).ok());
    let auto_apply = table.get("auto_apply").and_then(|field| field.yes_no());
    let nightly = table.get("nightly_check").map(|field| read_night(&field));
    let months = table
        .get("read_log_months")
        .and_then(|field| field.integer(1..=120))
        .and_then(|months| u32::try_from(months).ok());
    let written = table
        .get("database_url")
        .and_then(|f| read_database(&f, folder));
    let from_file = table
        .get("database_url_file")
        .and_then(|field| read_database_file(&field, folder));
    // The environment wins: it is how one machine differs from the file that all machines share.
    let database_url = environment("RONGYI_DATABASE_URL")
        .filter(|url| !url.is_empty())
        .or(from_file)
        .or(written)
        .unwrap_or_else(|| format!("sqlite://{}", data_dir.join("rongyi.db").display()));
    Host {
        data_dir,
        database_url,
        listen: listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080))),
        public_url,
        secret_file,
        trusted_proxies,
        limits,
        park_after: park_after.unwrap_or(PARK_AFTER),
        auto_apply: auto_apply.unwrap_or(false),
        nightly_check: nightly.unwrap_or(Some(NIGHTLY)),
        read_log_months: months.unwrap_or(READ_LOG_MONTHS),
        serving: read_serving(table),
        metrics_from: table
            .get("metrics_from")
            .map(|field| read_addresses(&field))
            .unwrap_or_default(),
        security_contact: read_contacts(table),
        webhook: crate::webhook::read(table, folder),
        calendar: Arc::new(read_calendar(table)),
    }
}

/// `nightly_check = "03:30"`, or `"never"`.
fn read_night(field: &Field<'_>) -> Option<u16> {
    let text = field.string()?;
    if text == "never" {
        return None;
    }
    let minute = typed::minute(text);
    if minute.is_none() {
        field.refuse(
            both(
                format!("“{text}”不是几点几分。"),
                format!("“{text}” is no time of day."),
            ),
            both(
                "写成 \"03:30\" 的样子；不要夜里核对，写 \"never\"。",
                "Write it like \"03:30\", or \"never\" for no nightly check.",
            ),
        );
    }
    minute
}

/// `[calendar]`: lists of days off and opening hours, laid over those that come with the program.
fn read_calendar(table: &Table<'_>) -> WorkCalendar {
    let known = bundled_calendar();
    let Some(field) = table.get("calendar") else {
        return known;
    };
    let DeValue::Table(rows) = field.value.get_ref() else {
        field.wrong_type("一张表", "a table", "{ open = { to = \"18:00\" } }");
        return known;
    };
    match known.with_table(rows, field.span()) {
        Ok(calendar) => calendar,
        Err(found) => {
            for finding in found {
                let place = finding.at.unwrap_or_else(|| field.span());
                field
                    .desk
                    .error(place, finding.code, finding.message, finding.help);
            }
            known
        }
    }
}

/// `[serving]`: what connections may take.
fn read_serving(table: &Table<'_>) -> serving::Limits {
    let mut limits = serving::Limits::default();
    let Some(rows) = table.get("serving").and_then(|field| field.table()) else {
        return limits;
    };
    let count = |key, bounds, into: &mut usize| {
        let found = rows.get(key).and_then(|field| field.integer(bounds));
        *into = found.and_then(|n| n.try_into().ok()).unwrap_or(*into);
    };
    count(
        "connections_max",
        16..=1_000_000,
        &mut limits.connections_max,
    );
    count(
        "per_address_max",
        4..=1_000_000,
        &mut limits.per_address_max,
    );
    let seconds = |key, bounds, into: &mut Duration| {
        let found = rows.get(key).and_then(|field| field.integer(bounds));
        let found = found.and_then(|n| n.try_into().ok());
        *into = found.map_or(*into, Duration::from_secs);
    };
    seconds("header_s", 1..=60, &mut limits.header);
    // A request is answered after 30 seconds, whatever it does.
    seconds("body_s", 1..=25, &mut limits.body);
    seconds("send_s", 1..=120, &mut limits.send);
    seconds("idle_s", 1..=600, &mut limits.idle);
    seconds("stop_s", 1..=60, &mut limits.stop);
    rows.finish();
    limits
}

/// What rules may take. Without a word about it the two smaller tiers with the built-in limits: a large
/// interpreter costs fifty times the memory, so the operator says yes to it first.
fn read_limits(table: &Table<'_>) -> Allowance {
    let mut allowance = Allowance {
        tier_max: Tier::Script,
        ..Allowance::default()
    };
    let Some(rows) = table.get("limits").and_then(|field| field.table()) else {
        return allowance;
    };
    if let Some(tier) = rows.get("tier_max").and_then(|field| read_tier(&field)) {
        allowance.tier_max = tier;
    }
    for tier in Tier::ALL {
        let Some(of_tier) = rows.get(tier.name()).and_then(|field| field.table()) else {
            continue;
        };
        let limits = allowance.of_mut(tier);
        let lowered = read_lowered(&of_tier);
        limits.fuel_call = lowered.fuel_call.unwrap_or(limits.fuel_call);
        limits.memory_bytes = lowered.memory_bytes.unwrap_or(limits.memory_bytes);
        let number = of_tier
            .get("calls_max")
            .and_then(|field| field.integer(1..=1_000));
        if let Some(calls) = number.and_then(|n| u32::try_from(n).ok()) {
            limits.instances = calls;
        }
        of_tier.finish();
    }
    rows.finish();
    allowance
}

/// `fuel_max` and `memory_kib`, which an operator sets for a tier and a community for a rule.
pub(super) fn read_lowered(rows: &Table<'_>) -> Lowered {
    let number = |key, bounds| {
        let found = rows
            .get(key)
            .and_then(|field: Field<'_>| field.integer(bounds));
        found.and_then(|n| u64::try_from(n).ok())
    };
    let fuel_call = number("fuel_max", 10_000..=1_000_000_000);
    let memory = number("memory_kib", 64..=262_144);
    Lowered {
        fuel_call,
        memory_bytes: memory.and_then(|kib| usize::try_from(kib.saturating_mul(1024)).ok()),
    }
}

fn read_tier(field: &Field<'_>) -> Option<Tier> {
    let text = field.string()?;
    let tier = text.parse().ok();
    if tier.is_none() {
        field.refuse(
            both(
                format!("没有叫“{text}”的一级。"),
                format!("There is no tier “{text}”."),
            ),
            both(
                "可以写 \"small\"（Rust、C）、\"script\"（JavaScript）或 \"large\"（Python）。",
                "Write \"small\" (Rust, C), \"script\" (JavaScript) or \"large\" (Python).",
            ),
        );
    }
    tier
}

/// The community files: those the list names, or every `communities/*.toml` beside `rongyi.toml`.
/// The place is where to complain about one of them.
pub(super) fn community_paths(
    table: &Table<'_>,
    folder: &Path,
) -> Vec<(PathBuf, std::ops::Range<usize>)> {
    if let Some(field) = table.get("communities") {
        let Some(items) = field.list() else {
            return Vec::new();
        };
        if items.is_empty() {
            field.refuse(
                both("一个社区也没有列出。", "No community is listed."),
                both(
                    "写上社区文件，例如 communities = [\"communities/nanmen.toml\"]；或删掉这一行，自动读取 communities 文件夹。",
                    "List the files, such as communities = [\"communities/nanmen.toml\"], or delete the line to have the folder communities read.",
                ),
            );
        }
        let paths = items
            .iter()
            .filter_map(|item| Some((folder.join(item.string()?), item.span())));
        return paths.collect();
    }
    let below = folder.join("communities");
    let entries = std::fs::read_dir(&below).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "toml"))
        .collect();
    paths.sort();
    paths.into_iter().map(|path| (path, 0..0)).collect()
}

fn path_at(table: &Table<'_>, key: &'static str, folder: &Path) -> Option<PathBuf> {
    let field = table.get(key)?;
    let text = field.string()?;
    if text.trim().is_empty() {
        field.refuse(
            both(format!("“{key}” 是空的。"), format!("“{key}” is empty.")),
            both(
                "写上路径，或删掉这一行用默认值。",
                "Write a path, or delete the line for the default.",
            ),
        );
        return None;
    }
    Some(folder.join(text))
}

fn read_listen(field: &Field<'_>) -> Option<SocketAddr> {
    let text = field.string()?;
    let address = text.parse().ok();
    if address.is_none() {
        field.refuse(
            both(
                format!("“{text}” 不是“地址:端口”。"),
                format!("“{text}” is not an address with a port."),
            ),
            both(
                "只给本机用写 \"127.0.0.1:8080\"，给局域网用写 \"0.0.0.0:8080\"。",
                "Write \"127.0.0.1:8080\" for this machine only, \"0.0.0.0:8080\" for the network.",
            ),
        );
    }
    address
}

/// Who may read the figures beside this machine itself.
fn read_addresses(field: &Field<'_>) -> Vec<IpAddr> {
    let one = |item: &Field<'_>| {
        let text = item.string()?;
        let address = text.parse().ok();
        if address.is_none() {
            item.refuse(
                both(
                    format!("“{text}” 不是 IP 地址。"),
                    format!("“{text}” is no IP address."),
                ),
                both(
                    "写监控服务器的地址，例如 [\"10.0.3.7\"]；不能写域名，也不能带端口。",
                    "Write the address of the monitoring server, such as [\"10.0.3.7\"]: no name, no port.",
                ),
            );
        }
        address
    };
    let items = field.list().unwrap_or_default();
    items.iter().filter_map(one).collect()
}

/// Ways to whom this installation's holes are reported.
const CONTACTS_MAX: usize = 5;
/// The longest of them, in bytes.
const CONTACT_BYTES_MAX: usize = 200;

/// To whom somebody writes who found a hole.
fn read_contacts(table: &Table<'_>) -> Vec<String> {
    let Some(field) = table.get("security_contact") else {
        return Vec::new();
    };
    let items = field.list().unwrap_or_default();
    if items.len() > CONTACTS_MAX {
        field.refuse(
            both(
                format!("写了 {} 个联系方式，太多了。", items.len()),
                format!("These are {} contacts, which is too many.", items.len()),
            ),
            both(
                format!("最多写 {CONTACTS_MAX} 个，最先联系的放在前面。"),
                format!("Give at most {CONTACTS_MAX}, the first one to try in front."),
            ),
        );
    }
    items.iter().filter_map(read_contact).collect()
}

fn read_contact(field: &Field<'_>) -> Option<String> {
    let text = field.string()?;
    // It becomes a line of a file for programs: one word, and an address of a kind that people can use.
    let word = text.len() <= CONTACT_BYTES_MAX && text.bytes().all(|b| b.is_ascii_graphic());
    let kind = ["mailto:", "https://", "tel:+"]
        .into_iter()
        .find_map(|kind| Some((kind, text.strip_prefix(kind)?)));
    let good = word
        && match kind {
            Some(("mailto:", rest)) => rest
                .split_once('@')
                .is_some_and(|(who, host)| !who.is_empty() && host.contains('.')),
            Some(("tel:+", rest)) => rest.len() >= 5 && rest.bytes().all(|b| b.is_ascii_digit()),
            Some((_, rest)) => !rest.is_empty() && !rest.starts_with('/'),
            None => false,
        };
    if !good {
        field.refuse(
            both(
                format!("“{text}” 不是联系方式。"),
                format!("“{text}” is no contact."),
            ),
            both(
                "写邮箱、网页或电话，例如 \"mailto:security@example.cn\"、\"https://example.cn/report\"、\"tel:+8675512345678\"；不能有空格和汉字。",
                "Give a mailbox, a page or a telephone, such as \"mailto:security@example.cn\", \"https://example.cn/report\" or \"tel:+8675512345678\", in plain letters without blanks.",
            ),
        );
    }
    good.then(|| text.to_owned())
}

/// Addresses and networks of the proxies in front of this host.
fn read_proxies(table: &Table<'_>) -> Vec<IpNet> {
    let items = table.get("trusted_proxies").and_then(|field| field.list());
    let items = items.unwrap_or_default();
    items.iter().filter_map(read_network).collect()
}

fn read_network(field: &Field<'_>) -> Option<IpNet> {
    let text = field.string()?;
    let address = || text.parse::<IpAddr>().ok().map(IpNet::from);
    let network = text.parse().ok().or_else(address);
    // Everybody in the world is no proxy: then anybody could say who they are.
    let network = network.filter(|network: &IpNet| network.prefix_len() > 0);
    if network.is_none() {
        field.refuse(
            both(
                format!("“{text}” 不是代理的地址或网段。"),
                format!("“{text}” is no address or network of a proxy."),
            ),
            both(
                "写代理自己的地址，例如 \"127.0.0.1\"、\"10.0.0.0/8\" 或 \"::1\"；不能写所有地址。",
                "Write the proxy's own address, such as \"127.0.0.1\", \"10.0.0.0/8\" or \"::1\"; all addresses at once is not allowed.",
            ),
        );
    }
    // A proxy that is written as ::ffff:10.0.0.1 is 10.0.0.1.
    network.map(|network| match network.addr().to_canonical() {
        IpAddr::V4(four) if network.prefix_len() >= 96 && network.addr().is_ipv6() => {
            IpNet::new_assert(IpAddr::V4(four), network.prefix_len() - 96)
        }
        IpAddr::V4(_) | IpAddr::V6(_) => network,
    })
}

fn read_url(field: &Field<'_>) -> Option<String> {
    let text = field.string()?;
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let good = host.is_some_and(|host| !host.is_empty() && !host.contains([' ', '/', '?', '#']));
    if !good {
        field.refuse(
            both(
                format!(
                    "“{text}” 不是网站地址：要以 https:// 或 http:// 开头，后面只有域名和端口。"
                ),
                format!(
                    "“{text}” is not a site address: https:// or http://, then only host and port."
                ),
            ),
            both(
                "例如 \"https://rongyi.example.cn\"，结尾不加 /。",
                "For example \"https://rongyi.example.cn\", without / at the end.",
            ),
        );
        return None;
    }
    Some(text.to_owned())
}

fn read_database(field: &Field<'_>, folder: &Path) -> Option<String> {
    let text = field.string()?;
    if let Some(file) = text.strip_prefix("sqlite://") {
        if !file.is_empty() {
            return Some(format!("sqlite://{}", folder.join(file).display()));
        }
    } else if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return Some(text.to_owned());
    }
    field.refuse(
        both(
            "数据库地址要以 sqlite:// 或 postgres:// 开头。",
            "A database address begins with sqlite:// or postgres://.",
        ),
        both(
            "例如 \"sqlite://data/rongyi.db\"；PostgreSQL 的密码写进 database_url_file 指的文件，或用环境变量 RONGYI_DATABASE_URL。",
            "For example \"sqlite://data/rongyi.db\"; for PostgreSQL put the password into the file named by database_url_file, or use RONGYI_DATABASE_URL.",
        ),
    );
    None
}

fn read_database_file(field: &Field<'_>, folder: &Path) -> Option<String> {
    let path = folder.join(field.string()?);
    let problem = match secret_text(&path) {
        Ok(text) if text.trim().contains("://") => return Some(text.trim().to_owned()),
        Ok(_) => both(
            format!("{} 里没有数据库地址。", path.display()),
            format!("{} holds no database address.", path.display()),
        ),
        Err(trouble) => both(format!("{}。", trouble.zh()), format!("{trouble}.")),
    };
    field.desk.error(
        field.span(),
        "config.file",
        problem,
        both(
            "文件里只写一行 postgres://用户:密码@主机/数据库，权限设为 600。",
            "The file holds one line, postgres://user:password@host/database, with mode 600.",
        ),
    );
    None
}

/// The longest file with the address of a database, in bytes.
const ADDRESS_BYTES_MAX: u64 = 64 << 10;

/// The text of a file that only this user may write, wherever a deployment mounts it.
fn secret_text(path: &Path) -> Result<String, Trouble> {
    let text = rongyi_files::read_text(path, ADDRESS_BYTES_MAX)?;
    rongyi_files::unchanged_by_others(path)?;
    Ok(text)
}
