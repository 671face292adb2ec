//! The words by which files and bytes call the parts of a kind, and what people read for some of them.

use rongyi_core::rule::Text;

use super::shape::{Filling, Group, HourClock, MayOpen, Named, Need, Role, ShareOf};
use crate::finding::both;

/// A closed set of words.
pub(super) type Words<T> = [(&'static str, T)];

/// The groups.
pub(super) const GROUPS: &Words<Group> = &[
    ("open", Group::Open),
    ("waiting", Group::Waiting),
    ("done", Group::Done),
    ("refused", Group::Refused),
    ("withdrawn", Group::Withdrawn),
];
/// Who takes moves.
pub(crate) const ROLES: &Words<Role> = &[
    ("opener", Role::Opener),
    ("concerned", Role::Concerned),
    ("desk", Role::Desk),
    ("lead", Role::Lead),
    ("unit", Role::Unit),
    ("reviewer", Role::Reviewer),
    ("leader", Role::Leader),
    ("operator", Role::Operator),
    ("clock", Role::Clock),
];
/// Who opens.
pub(super) const OPENERS: &Words<MayOpen> = &[
    ("resident", MayOpen::Resident),
    ("staff", MayOpen::Staff),
    ("partner", MayOpen::Partner),
    ("anyone", MayOpen::Anyone),
];
/// How openers are named.
pub(super) const NAMES: &Words<Named> = &[
    ("full", Named::Full),
    ("masked", Named::Masked),
    ("handlers", Named::Handlers),
    ("nameless", Named::Nameless),
];
/// Where hours run.
pub(super) const CLOCKS: &Words<HourClock> =
    &[("wall", HourClock::Wall), ("work", HourClock::Work)];
/// What moves want.
pub(super) const NEEDS: &Words<Need> = &[
    ("text", Need::Text),
    ("reason", Need::Reason),
    ("photo", Need::Photo),
    ("file", Need::File),
    ("unit", Need::Unit),
];
/// With whom roles of events are filled.
pub(super) const FILLINGS: &Words<Filling> = &[
    ("opener", Filling::Opener),
    ("for", Filling::For),
    ("unit", Filling::Unit),
];
/// Of whom a share is taken.
pub(super) const SHARES: &Words<ShareOf> =
    &[("present", ShareOf::Present), ("members", ShareOf::Members)];

/// The word of a value; every value of a closed set has one.
pub(crate) fn word<T: Copy + PartialEq>(words: &Words<T>, value: T) -> &'static str {
    words
        .iter()
        .find(|(_, other)| *other == value)
        .map_or("", |(word, _)| word)
}

impl Group {
    /// What files and the API call it.
    pub fn word(self) -> &'static str {
        word(GROUPS, self)
    }

    /// What people read.
    pub fn title(self) -> Text {
        match self {
            Group::Open => both("办理中", "in progress"),
            Group::Waiting => both("等您回复", "waiting for the person who asked"),
            Group::Done => both("已办结", "done"),
            Group::Refused => both("未通过", "refused"),
            Group::Withdrawn => both("已撤回", "withdrawn"),
        }
    }
}

impl Role {
    /// What files and the API call it.
    pub fn word(self) -> &'static str {
        word(ROLES, self)
    }

    /// The role of a word.
    pub fn of(text: &str) -> Option<Role> {
        let found = ROLES.iter().find(|(word, _)| *word == text);
        found.map(|(_, role)| *role)
    }

    /// What people read.
    pub fn title(self) -> Text {
        match self {
            Role::Opener => both("提出人", "the person who asked"),
            Role::Concerned => both("本人", "the person it is about"),
            Role::Desk => both("受理人员", "the desk"),
            Role::Lead => both("受理负责人", "the lead of the desk"),
            Role::Unit => both("承办单位", "the unit in charge"),
            Role::Reviewer => both("审核员", "a reviewer"),
            Role::Leader => both("社区负责人", "the community's leader"),
            Role::Operator => both("系统管理员", "the operator"),
            Role::Clock => both("到时自动", "time"),
        }
    }
}

impl Need {
    /// What files and the API call it.
    pub fn word(self) -> &'static str {
        word(NEEDS, self)
    }

    /// What people read.
    pub fn title(self) -> Text {
        match self {
            Need::Text => both("文字说明", "a few words"),
            Need::Reason => both("理由", "a reason"),
            Need::Photo => both("照片", "a photo"),
            Need::File => both("附件", "a file"),
            Need::Unit => both("承办单位", "a unit"),
        }
    }
}

impl MayOpen {
    /// What files and the API call it.
    pub fn word(self) -> &'static str {
        word(OPENERS, self)
    }

    /// What people read.
    pub fn title(self) -> Text {
        match self {
            MayOpen::Resident => both("居民", "residents"),
            MayOpen::Staff => both("工作人员", "staff"),
            MayOpen::Partner => both("合作单位", "partners"),
            MayOpen::Anyone => both("任何人", "anybody"),
        }
    }
}

impl Named {
    /// What files and the API call it.
    pub fn word(self) -> &'static str {
        word(NAMES, self)
    }

    /// What the opener reads before sending.
    pub fn title(self) -> Text {
        match self {
            Named::Full => both(
                "看到这件事的人都能看到您的姓名。",
                "Everybody who sees this also sees your name.",
            ),
            Named::Masked => both(
                "经办人员能看到您的姓名；公开时只显示姓，如“李**”。",
                "Those who work on it see your name; in public it is shown as “李**”.",
            ),
            Named::Handlers => both(
                "只有经办人员能看到您的姓名。",
                "Only those who work on it see your name.",
            ),
            Named::Nameless => both(
                "不用留姓名，凭链接和查询码看进展。",
                "You need not say who you are; follow it by its link and code.",
            ),
        }
    }
}
