//! The way back in: somebody of the office sets a PIN or password anew, lets an account in again, or lets a colleague
//! in no longer. Each leaves a record that the person is told of. Nobody does it for themselves.

use rongyi_core::ids::Code;
use rongyi_core::rule::Text;
use rongyi_core::time::Instant;
use rongyi_store::{
    AccessRecord, NewAccessRecord, Person, Staff, StaffChange, Store, StoreError, Whose,
};

use super::secret::Vault;
use super::session::Role;
use crate::door::{Act, May, Right, may};
use crate::people::secret::{new_password, new_pin};

/// What was done to somebody's way in: the words of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// A new PIN or password.
    Secret,
    /// Wrong tries no longer count.
    Unlock,
    /// A member of staff may no longer come in.
    Disable,
    /// A member of staff may come in again.
    Enable,
    /// A member of staff has another role.
    Role,
    /// What was signed in somewhere was ended for somebody.
    End,
    /// A member of staff was entered.
    Add,
    /// A member of staff chose another password.
    Own,
    /// It was said which person a member of staff is.
    Person,
    /// How somebody stands in public lists was changed for them.
    Listing,
}

impl Deed {
    /// All of them.
    pub const ALL: [Deed; 10] = [
        Deed::Secret,
        Deed::Unlock,
        Deed::Disable,
        Deed::Enable,
        Deed::Role,
        Deed::End,
        Deed::Add,
        Deed::Own,
        Deed::Person,
        Deed::Listing,
    ];

    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Deed::Secret => "secret",
            Deed::Unlock => "unlock",
            Deed::Disable => "disable",
            Deed::Enable => "enable",
            Deed::Role => "role",
            Deed::End => "end",
            Deed::Add => "add",
            Deed::Own => "own",
            Deed::Person => "person",
            Deed::Listing => "listing",
        }
    }

    /// The deed behind a stored word.
    pub fn from_word(word: &str) -> Option<Deed> {
        Deed::ALL.into_iter().find(|deed| deed.word() == word)
    }
}

/// On whose word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// A member of staff of this community.
    Staff {
        /// Number in this installation.
        staff_id: i64,
        /// Name.
        name: String,
        /// Role.
        role: Role,
        /// Which person it is, where that is known.
        person_id: Option<i64>,
    },
    /// The terminal of the machine, as the journal names it.
    Terminal(String),
}

impl By {
    fn staff_id(&self) -> Option<i64> {
        match self {
            By::Staff { staff_id, .. } => Some(*staff_id),
            By::Terminal(_) => None,
        }
    }

    /// For a resident: somebody of the office. A shopkeeper and a leader are not.
    ///
    /// # Errors
    /// [`RecoveryError::NotYours`] or [`RecoveryError::Yourself`].
    pub fn may_help(&self, person: &Person) -> Result<(), RecoveryError> {
        match self {
            By::Staff { role, .. } if may(Right::Staff(*role), Act::ResetPin) == May::No => {
                Err(RecoveryError::NotYours)
            }
            By::Staff {
                person_id, name, ..
            } => match person_id {
                Some(acting) if *acting == person.person_id => Err(RecoveryError::Yourself),
                // Nobody said who it is: the name is all there is.
                None if *name == person.name => Err(RecoveryError::Yourself),
                Some(_) | None => Ok(()),
            },
            By::Terminal(_) => Ok(()),
        }
    }

    /// For a colleague: an operator, and not the same one.
    ///
    /// # Errors
    /// [`RecoveryError::NotYours`] or [`RecoveryError::Yourself`].
    pub fn may_lead(&self, staff: &Staff) -> Result<(), RecoveryError> {
        match self {
            By::Staff { role, .. } if may(Right::Staff(*role), Act::ManageStaff) == May::No => {
                Err(RecoveryError::NotYours)
            }
            By::Staff {
                staff_id,
                person_id,
                ..
            } if *staff_id == staff.staff_id
                || (person_id.is_some() && *person_id == staff.person_id) =>
            {
                Err(RecoveryError::Yourself)
            }
            By::Staff { .. } => Ok(()),
            By::Terminal(_) => Ok(()),
        }
    }
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum RecoveryError {
    /// Not this role's.
    #[error("{}", self.text().en)]
    NotYours,
    /// Nobody does it for themselves.
    #[error("{}", self.text().en)]
    Yourself,
    /// No operator would be left.
    #[error("{}", self.text().en)]
    LastOperator,
    /// It is so already.
    #[error("{}", self.text().en)]
    Already,
    /// The host is stopping.
    #[error("{}", self.text().en)]
    Stopping,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RecoveryError {
    /// Stable, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            RecoveryError::NotYours => "access.not-yours",
            RecoveryError::Yourself => "access.yourself",
            RecoveryError::LastOperator => "access.last-operator",
            RecoveryError::Already => "access.already",
            RecoveryError::Stopping => "host.stopping",
            RecoveryError::Store(error) => error.code(),
        }
    }

    /// What is wrong and what to do.
    pub fn text(&self) -> Text {
        let (zh, en) = match self {
            RecoveryError::NotYours => (
                "您的岗位不能做这件事。居民的密码由审核员或管理员重设，工作人员的由管理员重设。",
                "Your role may not do this. Reviewers and operators set residents' PINs anew, operators those of staff.",
            ),
            RecoveryError::Yourself => (
                "不能给自己办。请让另一位同事来办；记得现在的密码，可以在“改密码”里自己换。",
                "Nobody does this for themselves. Ask a colleague; who knows the present password changes it under “Change password”.",
            ),
            RecoveryError::LastOperator => (
                "这是最后一位管理员，不能停用，也不能换岗位。请先让另一位当管理员。",
                "This is the last active operator, who can be neither disabled nor given another role. Make somebody else an operator first.",
            ),
            RecoveryError::Already => (
                "已经是这样了，什么也没有改。",
                "It is so already; nothing was changed.",
            ),
            RecoveryError::Stopping => (
                "程序正在停止，什么也没有改。请过一会儿再试。",
                "The program is stopping; nothing was changed. Try again in a moment.",
            ),
            RecoveryError::Store(error) => {
                return Text {
                    zh: error.to_string(),
                    en: error.to_string(),
                };
            }
        };
        Text {
            zh: zh.into(),
            en: en.into(),
        }
    }
}

/// The record of a deed; at the terminal it says who sat there.
pub(crate) fn record<'a>(
    community: &'a Code,
    deed: Deed,
    by: &'a By,
    (detail, now): (&'a str, Instant),
) -> NewAccessRecord<'a> {
    let detail = match by {
        By::Terminal(user) if detail.is_empty() => user,
        By::Terminal(_) | By::Staff { .. } => detail,
    };
    NewAccessRecord {
        at: now,
        community,
        what: deed.word(),
        by_staff: by.staff_id(),
        detail,
    }
}

/// A new PIN for a resident, shown once, changed at first use. What was signed in ends in every community, and wrong
/// tries are forgotten.
///
/// # Errors
/// [`RecoveryError`]; then the old PIN stays.
pub async fn new_pin_for(
    (store, vault): (&Store, &Vault),
    community: &Code,
    person: &Person,
    by: &By,
    now: Instant,
) -> Result<String, RecoveryError> {
    by.may_help(person)?;
    let pin = new_pin();
    let hash = vault.hash(pin.clone()).await;
    let hash = hash.ok_or(RecoveryError::Stopping)?;
    let record = record(community, Deed::Secret, by, ("", now));
    let whose = Whose::Person(person.person_id);
    store
        .change_secret(whose, (None, (&hash, true)), None, Some(record))
        .await?;
    Ok(pin)
}

/// Lets a resident try again, with the PIN as it is.
///
/// # Errors
/// [`RecoveryError`].
pub async fn unlock(
    store: &Store,
    community: &Code,
    person: &Person,
    by: &By,
    now: Instant,
) -> Result<(), RecoveryError> {
    by.may_help(person)?;
    let record = record(community, Deed::Unlock, by, ("", now));
    store
        .unlock(Whose::Person(person.person_id), record)
        .await?;
    Ok(())
}

/// A new password for a colleague, shown once, changed at first use.
///
/// # Errors
/// [`RecoveryError`]; then the old password stays.
pub async fn new_password_for(
    (store, vault): (&Store, &Vault),
    staff: &Staff,
    by: &By,
    now: Instant,
) -> Result<String, RecoveryError> {
    by.may_lead(staff)?;
    let password = new_password();
    let hash = vault.hash(password.clone()).await;
    let hash = hash.ok_or(RecoveryError::Stopping)?;
    let record = record(&staff.community, Deed::Secret, by, ("", now));
    let whose = Whose::Staff(staff.staff_id);
    store
        .change_secret(whose, (None, (&hash, true)), None, Some(record))
        .await?;
    Ok(password)
}

/// What may be changed about a colleague.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Post {
    /// Whether they may come in.
    Active(bool),
    /// What they do.
    Role(Role),
}

/// Lets a colleague in, or no longer, or gives them another role. Somebody stays an operator.
///
/// # Errors
/// [`RecoveryError`].
pub async fn change_post(
    store: &Store,
    staff: &Staff,
    post: Post,
    by: &By,
    now: Instant,
) -> Result<(), RecoveryError> {
    by.may_lead(staff)?;
    let (deed, active, role) = match post {
        Post::Active(true) => (Deed::Enable, true, staff.role.as_str()),
        Post::Active(false) => (Deed::Disable, false, staff.role.as_str()),
        Post::Role(role) => (Deed::Role, staff.active, role.word()),
    };
    let detail = match post {
        Post::Active(_) => String::new(),
        Post::Role(role) => format!("{} > {}", staff.role, role.word()),
    };
    let record = record(&staff.community, deed, by, (&detail, now));
    let kept = Role::Operator.word();
    let changed = store.change_staff(staff.staff_id, (active, role), kept, record);
    match changed.await? {
        StaffChange::Done => Ok(()),
        StaffChange::Same => Err(RecoveryError::Already),
        StaffChange::Last => Err(RecoveryError::LastOperator),
    }
}

/// Says which person a colleague is, or that nobody knows.
///
/// # Errors
/// [`RecoveryError`].
pub async fn tie(
    store: &Store,
    staff: &Staff,
    person: Option<&Person>,
    by: &By,
    now: Instant,
) -> Result<(), RecoveryError> {
    by.may_lead(staff)?;
    let person_id = person.map(|person| person.person_id);
    if person_id == staff.person_id {
        return Err(RecoveryError::Already);
    }
    let record = record(&staff.community, Deed::Person, by, ("", now));
    let set = store.set_staff_person(staff.staff_id, person_id, record);
    Ok(set.await?)
}

/// What a resident has not been told of yet, the newest first, and was not done by their own hand.
///
/// # Errors
/// What the database said.
pub async fn untold(store: &Store, person_id: i64) -> Result<Vec<AccessRecord>, StoreError> {
    let told = store.access_told(person_id).await?;
    let mut records = store.access_records(Whose::Person(person_id), 5).await?;
    records.retain(|record| record.record_id > told);
    Ok(records)
}

/// What was done, in a sentence to the person; `who` and `day` as the reader may see them.
pub fn sentence(record: &AccessRecord, who: &Text, day: &Text) -> Text {
    let deed = Deed::from_word(&record.what);
    let password = matches!(record.whose, Whose::Staff(_));
    let (zh, en) = match (deed, password) {
        (Some(Deed::Secret), false) => (
            "的密码由 {who} 在 {day} 重设。",
            "PIN was set anew by {who} on {day}.",
        ),
        (Some(Deed::Secret), true) => (
            "的密码由 {who} 在 {day} 重设。",
            "password was set anew by {who} on {day}.",
        ),
        (Some(Deed::Unlock), _) => (
            "的账号由 {who} 在 {day} 解锁。",
            "account was unlocked by {who} on {day}.",
        ),
        (Some(Deed::Disable), _) => (
            "的账号由 {who} 在 {day} 停用。",
            "account was disabled by {who} on {day}.",
        ),
        (Some(Deed::Enable), _) => (
            "的账号由 {who} 在 {day} 重新启用。",
            "account was enabled again by {who} on {day}.",
        ),
        (Some(Deed::Role), _) => (
            "的岗位由 {who} 在 {day} 更改。",
            "role was changed by {who} on {day}.",
        ),
        (Some(Deed::Add), _) => (
            "的账号由 {who} 在 {day} 登记。",
            "account was entered by {who} on {day}.",
        ),
        (Some(Deed::Own), _) => (
            "的密码由 {who} 在 {day} 更换。",
            "password was changed by {who} on {day}.",
        ),
        (Some(Deed::Person), _) => (
            "的账号是哪位居民的，由 {who} 在 {day} 登记。",
            "account was tied to a resident by {who} on {day}.",
        ),
        (Some(Deed::Listing), _) => (
            "在公开名单里的显示由 {who} 在 {day} 更改。",
            "place in public lists was changed by {who} on {day}.",
        ),
        (Some(Deed::End) | None, _) => (
            "登录过的设备由 {who} 在 {day} 退出。",
            "devices were signed out by {who} on {day}.",
        ),
    };
    // The names come last: what stands in them is not looked at again.
    let fill = |sentence: &str, who: &str, day: &str| {
        let (before, rest) = sentence.split_once("{who}").unwrap_or((sentence, ""));
        let (between, after) = rest.split_once("{day}").unwrap_or((rest, ""));
        format!("{before}{who}{between}{day}{after}")
    };
    Text {
        zh: format!("您{}", fill(zh, &who.zh, &day.zh)),
        en: format!("Your {}", fill(en, &who.en, &day.en)),
    }
}
