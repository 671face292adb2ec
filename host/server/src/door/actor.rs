//! Who acts: the type behind every actor of the journal. Nothing else writes `staff/3` or reads it apart.
//!
//! The journal keeps a code and no name, so that a name can be corrected and erased; what people read is looked up
//! when they read it.

use rongyi_core::chain::{hex, sha256};
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::rule::Text;
use rongyi_store::Store;

use super::Right;
use crate::access::{Device, Role, Scope, SignedIn};
use crate::door::visit::mask;

/// Who acts, and with which right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A member of staff.
    Staff {
        /// Number in this installation.
        id: i64,
        /// What they may do.
        role: Role,
    },
    /// A resident, for themselves.
    Resident(ResidentNo),
    /// Somebody for a resident who stands at the counter. The journal names who acted here; for whom stands in the
    /// record.
    For {
        /// Who acts.
        by: Box<Actor>,
        /// The resident for whom they act.
        resident: ResidentNo,
    },
    /// A device with its token.
    Device {
        /// Number of the token.
        id: i64,
        /// What it may do.
        scope: Scope,
    },
    /// This host itself: configuration, jobs.
    Job,
    /// Somebody at the command line of the machine.
    Terminal(User),
}

/// A user of the machine's operating system, as the journal can write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User(String);

/// Bytes of a user's name in the journal, a digest included: `terminal/` and this are a code.
const USER_MAX: usize = 39;

impl User {
    /// The user of this name. A name that the journal can't write is written as near as can be, with the
    /// beginning of its digest, so that two users never share one.
    pub fn new(name: &str) -> User {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-._".contains(c);
        if !name.is_empty() && name.len() <= USER_MAX && name.chars().all(plain) {
            return User(name.to_owned());
        }
        let near = name
            .chars()
            .map(|c| c.to_ascii_lowercase())
            .map(|c| if plain(c) { c } else { '_' });
        let near: String = near.take(USER_MAX - 9).collect();
        let digest = hex(&sha256(name.as_bytes()));
        User(format!("{near}-{}", &digest[..8]))
    }

    /// Whoever runs this process; behind `sudo`, who asked for it.
    pub fn here() -> User {
        let variable = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
        let owner = process_user();
        let name = match owner.as_deref() {
            Some("root") => variable("SUDO_USER").or(owner),
            Some(_) => owner,
            None => variable("USER")
                .or_else(|| variable("LOGNAME"))
                .or_else(|| variable("USERNAME")),
        };
        User::new(name.as_deref().unwrap_or("unknown"))
    }
}

/// The owner of this process by the machine's own lists; `None` where there are none.
fn process_user() -> Option<String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let uid = std::fs::metadata("/proc/self").ok()?.uid().to_string();
        let users = std::fs::read_to_string("/etc/passwd").ok()?;
        let line = users
            .lines()
            .find(|line| line.split(':').nth(2) == Some(uid.as_str()));
        let name = line.and_then(|line| line.split(':').next());
        Some(name.map_or_else(|| format!("uid-{uid}"), str::to_owned))
    }
    #[cfg(not(unix))]
    None
}

impl Actor {
    /// A member of staff as the actor of a use case that asks no more.
    pub fn staff(id: i64, role: Role) -> Actor {
        Actor::Staff { id, role }
    }

    /// The terminal of this process.
    pub fn here() -> Actor {
        Actor::Terminal(User::here())
    }

    /// The same actor, acting for a resident.
    #[must_use]
    pub fn for_resident(self, resident: ResidentNo) -> Actor {
        Actor::For {
            by: Box::new(self),
            resident,
        }
    }

    /// The code under which the journal keeps what this actor does.
    ///
    /// # Panics
    /// Never: every form of it is a code, which the tests of this file show.
    pub fn code(&self) -> Code {
        let text = match self {
            Actor::Staff { id, .. } => format!("staff/{id}"),
            Actor::Resident(no) => format!("resident/{no}"),
            Actor::For { by, .. } => return by.code(),
            Actor::Device { id, .. } => format!("token/{id}"),
            Actor::Job => return Code::literal("system"),
            Actor::Terminal(User(name)) => format!("terminal/{name}"),
        };
        text.parse().expect("every form of an actor is a code")
    }

    /// By what right it acts; the host itself needs none.
    pub fn right(&self) -> Option<Right> {
        match self {
            Actor::Staff { role, .. } => Some(Right::Staff(*role)),
            Actor::Resident(_) => Some(Right::Resident),
            Actor::For { by, .. } => by.right(),
            Actor::Device { scope, .. } => Some(Right::Device(*scope)),
            Actor::Job => None,
            Actor::Terminal(_) => Some(Right::Terminal),
        }
    }
}

impl From<&SignedIn> for Actor {
    fn from(who: &SignedIn) -> Actor {
        match who {
            SignedIn::Resident(resident) => Actor::Resident(resident.resident),
            SignedIn::Staff(staff) => Actor::Staff {
                id: staff.staff_id,
                role: staff.role,
            },
        }
    }
}

impl From<&Device> for Actor {
    fn from(device: &Device) -> Actor {
        Actor::Device {
            id: device.token_id,
            scope: device.scope,
        }
    }
}

/// An actor as the journal has it. Codes of older programs keep their meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signed {
    /// A member of staff, by number.
    Staff(i64),
    /// A resident.
    Resident(ResidentNo),
    /// A device, by the number of its token.
    Device(i64),
    /// A user of the machine.
    Terminal(String),
    /// The command line, before it wrote who sat there.
    Import,
    /// A statement of an audit on the command line, before it wrote who sat there.
    Audit,
    /// The host itself.
    System,
    /// What no program of ours wrote.
    Other(Code),
}

impl Signed {
    /// Reads an actor of the journal.
    pub fn of(code: &Code) -> Signed {
        let text = code.as_str();
        let known = match text.split_once('/') {
            Some(("staff", id)) => id.parse().ok().map(Signed::Staff),
            Some(("resident", no)) => no.parse().ok().map(|no| Signed::Resident(ResidentNo(no))),
            Some(("token", id)) => id.parse().ok().map(Signed::Device),
            Some(("terminal", user)) => Some(Signed::Terminal(user.to_owned())),
            Some(_) => None,
            None => match text {
                "import" => Some(Signed::Import),
                "audit" => Some(Signed::Audit),
                "system" => Some(Signed::System),
                _ => None,
            },
        };
        known.unwrap_or_else(|| Signed::Other(code.clone()))
    }

    /// Through which door it came, as programs read it.
    pub fn door(&self) -> &'static str {
        match self {
            Signed::Staff(_) | Signed::Resident(_) => "session",
            Signed::Device(_) => "device",
            Signed::Terminal(_) | Signed::Import | Signed::Audit => "terminal",
            Signed::System => "host",
            Signed::Other(_) => "other",
        }
    }

    /// Who it is, for people. Colleagues know each other's names; everybody else reads a masked one, and a
    /// resident only their number, unless it is the reader.
    pub async fn name(&self, store: &Store, reader: Option<&SignedIn>) -> Text {
        let both = |zh: String, en: String| Text { zh, en };
        match self {
            Signed::Staff(id) => {
                let staff = store.staff(*id).await.ok().flatten();
                let colleague = matches!(reader, Some(SignedIn::Staff(_)));
                let shown = |name: String| if colleague { name } else { mask(&name) };
                let name = staff.map_or_else(|| id.to_string(), |staff| shown(staff.name));
                both(format!("工作人员 {name}"), format!("staff {name}"))
            }
            Signed::Resident(no) => match reader {
                Some(SignedIn::Resident(resident)) if resident.resident == *no => {
                    both("本人".into(), "yourself".into())
                }
                Some(_) | None => both(format!("{no} 号居民"), format!("resident {no}")),
            },
            Signed::Device(id) => both(format!("设备 {id}"), format!("device {id}")),
            Signed::Terminal(user) => both(
                format!("机房终端 {user}"),
                format!("{user} at the terminal"),
            ),
            Signed::Import => both("登记表导入".into(), "imported from a list".into()),
            Signed::Audit => both("机房终端核对".into(), "an audit at the terminal".into()),
            Signed::System | Signed::Other(_) => both("系统自动".into(), "the system".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_actor_is_a_code_and_is_read_back() {
        let check = |actor: Actor, text: &str, signed: Signed| {
            assert_eq!(actor.code().as_str(), text);
            assert_eq!(Signed::of(&actor.code()), signed);
        };
        let staff = Actor::staff(3, Role::Shopkeeper);
        check(staff.clone(), "staff/3", Signed::Staff(3));
        check(
            staff.for_resident(ResidentNo(1001)),
            "staff/3",
            Signed::Staff(3),
        );
        check(
            Actor::staff(i64::MIN, Role::Leader),
            "staff/-9223372036854775808",
            Signed::Staff(i64::MIN),
        );
        let most = ResidentNo(u32::MAX);
        check(
            Actor::Resident(most),
            "resident/4294967295",
            Signed::Resident(most),
        );
        let device = Actor::Device {
            id: 2,
            scope: Scope::Till,
        };
        check(device, "token/2", Signed::Device(2));
        check(Actor::Job, "system", Signed::System);
        let wang = Actor::Terminal(User::new("wang.fang-1"));
        check(
            wang,
            "terminal/wang.fang-1",
            Signed::Terminal("wang.fang-1".into()),
        );
        assert_eq!(Signed::of(&Code::literal("import")), Signed::Import);
        assert_eq!(Signed::of(&Code::literal("audit")), Signed::Audit);
        for odd in ["staff/x", "paper", "staff/", "token/1/2"] {
            let odd: Code = odd.parse().unwrap();
            assert_eq!(Signed::of(&odd), Signed::Other(odd));
        }
    }

    #[test]
    fn whatever_a_user_is_called_the_journal_can_write_it() {
        let long = "a".repeat(300);
        let odd = [
            "",
            "Root",
            "王芳",
            "DOMAIN\\wang",
            "a b",
            "../../etc",
            "a/b",
            "root\n",
            &long,
            "-x",
            "_",
            "\u{202e}toor",
        ];
        let mut seen = std::collections::BTreeSet::new();
        for name in odd.into_iter().chain(["root", "a", "wang"]) {
            let code = Actor::Terminal(User::new(name)).code();
            assert!(code.as_str().len() <= 48, "{code}");
            assert_eq!(code.as_str().matches('/').count(), 1, "{code}");
            assert!(seen.insert(code.clone()), "{code} twice");
        }
        assert!(Actor::here().code().as_str().starts_with("terminal/"));
    }
}
