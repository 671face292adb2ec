//! The one table of permissions: who may do what, with the least that each role needs. Asked by every door; the
//! manual's table is made from it, and a test walks all of it.

use super::Act;
use crate::access::{AccessError, Role, Scope, SignedIn};

/// By what right somebody asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// Nobody is signed in.
    Nobody,
    /// A resident.
    Resident,
    /// A member of staff with this role.
    Staff(Role),
    /// A device with this scope.
    Device(Scope),
    /// A user at the command line, as themselves.
    Terminal,
}

/// What the table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum May {
    /// Not at all.
    No,
    /// What is their own, and only that.
    Own,
    /// For whomever it concerns.
    Yes,
}

impl Right {
    /// All of them, in the order of the table.
    pub const ALL: [Right; 12] = [
        Right::Nobody,
        Right::Resident,
        Right::Staff(Role::Shopkeeper),
        Right::Staff(Role::Leader),
        Right::Staff(Role::Reviewer),
        Right::Staff(Role::Operator),
        Right::Staff(Role::Merchant),
        Right::Device(Scope::Events),
        Right::Device(Scope::Till),
        Right::Device(Scope::Read),
        Right::Device(Scope::People),
        Right::Terminal,
    ];

    /// Whose right a browser has.
    pub fn of(who: Option<&SignedIn>) -> Right {
        match who {
            None => Right::Nobody,
            Some(SignedIn::Resident(_)) => Right::Resident,
            Some(SignedIn::Staff(staff)) => Right::Staff(staff.role),
        }
    }

    /// What it is called in the manual, in Chinese and English.
    pub fn titles(self) -> (&'static str, &'static str) {
        match self {
            Right::Nobody => ("任何人", "anybody"),
            Right::Resident => ("居民", "resident"),
            Right::Staff(Role::Shopkeeper) => ("超市管理员", "shopkeeper"),
            Right::Staff(Role::Leader) => ("活动组织者", "leader"),
            Right::Staff(Role::Reviewer) => ("审核员", "reviewer"),
            Right::Staff(Role::Operator) => ("运营", "operator"),
            Right::Staff(Role::Merchant) => ("商家", "merchant"),
            Right::Device(Scope::Events) => ("设备 events", "device `events`"),
            Right::Device(Scope::Till) => ("设备 till", "device `till`"),
            Right::Device(Scope::Read) => ("设备 read", "device `read`"),
            Right::Device(Scope::People) => ("设备 people", "device `people`"),
            Right::Terminal => ("终端", "terminal"),
        }
    }
}

/// A line of the table: what a resident may, and which staff, devices and doors may for everybody; and whether a merchant
/// may for itself.
struct Line {
    resident: May,
    merchant: bool,
    staff: &'static [Role],
    devices: &'static [Scope],
    terminal: bool,
}

const fn line(resident: May, staff: &'static [Role], devices: &'static [Scope]) -> Line {
    Line {
        resident,
        merchant: false,
        staff,
        devices,
        terminal: false,
    }
}

/// The same, and at the terminal too.
const fn and_terminal(line: Line) -> Line {
    Line {
        terminal: true,
        ..line
    }
}

/// The same, and for whoever works for a merchant, about that merchant.
const fn and_merchant(line: Line) -> Line {
    Line {
        merchant: true,
        ..line
    }
}

fn of(act: Act) -> Line {
    use May::{No, Own, Yes};
    use Role::{Leader, Merchant, Operator, Reviewer, Shopkeeper};
    use Scope::{Events, People, Read, Till};
    const ALL: &[Role] = &[Shopkeeper, Leader, Reviewer, Operator];
    const EVERYBODY: &[Role] = &[Shopkeeper, Leader, Reviewer, Operator, Merchant];
    const SHOP: &[Role] = &[Shopkeeper, Operator];
    const DESK: &[Role] = &[Reviewer, Operator];
    const OFFICE: &[Role] = &[Operator];
    const WORKERS: &[Role] = &[Leader, Reviewer, Operator];
    match act {
        Act::SeePublic => and_terminal(line(Yes, EVERYBODY, &[Events, Till, Read, People])),
        Act::ChangeSecret => line(Own, EVERYBODY, &[]),
        Act::SeeOwn | Act::OrderOwn | Act::ManageOwn | Act::AskOwn | Act::JoinOwn => {
            line(Own, &[], &[])
        }
        // A program of a partner opens cases and follows them; what else it may is decided by the kind.
        Act::SeeCases => and_terminal(line(No, WORKERS, &[People])),
        Act::WorkCases => line(No, WORKERS, &[People]),
        Act::LeadActivities | Act::ConfirmHours => line(No, WORKERS, &[]),
        Act::OpenInspections => line(No, OFFICE, &[]),
        Act::SeeShop => line(Yes, SHOP, &[Till, Read, People]),
        Act::Quote | Act::PlaceOrder | Act::CancelOrder => line(Own, SHOP, &[]),
        Act::ReadOrder => and_terminal(line(Own, SHOP, &[Till, People])),
        Act::HandOver => and_merchant(line(No, SHOP, &[Till])),
        Act::SeeMerchants => and_merchant(line(No, OFFICE, &[Read])),
        Act::OfferGoods | Act::SignStatement => and_merchant(line(No, OFFICE, &[])),
        Act::ManageMerchants => line(No, OFFICE, &[]),
        Act::RecordEvent => line(No, &[Leader, Reviewer, Operator], &[Events]),
        Act::ReadBalance | Act::ReadPassbook => and_terminal(line(Own, OFFICE, &[People])),
        // Whoever serves people at a counter must know whom they serve; the page with everything is for those who may
        // correct it.
        Act::FindResident => and_terminal(line(No, ALL, &[People])),
        Act::SeeResident => line(No, DESK, &[]),
        Act::ReadEntry | Act::ReadProof => and_terminal(line(Own, DESK, &[People])),
        Act::Certify => line(No, DESK, &[]),
        Act::SetListing | Act::ResetPin => and_terminal(line(No, DESK, &[])),
        Act::Object => and_terminal(line(Yes, ALL, &[])),
        Act::SeeDesk | Act::Reverse | Act::Propose | Act::Approve | Act::Decline | Act::Review => {
            and_terminal(line(No, DESK, &[]))
        }
        Act::SeePeriods => and_terminal(line(No, OFFICE, &[Read, People])),
        Act::ReadPeriodHolders => and_terminal(line(No, OFFICE, &[People])),
        Act::SeeReports => and_terminal(line(No, DESK, &[])),
        Act::PrintLists => line(No, ALL, &[]),
        Act::ManageStock => and_terminal(line(No, SHOP, &[])),
        Act::ReadPerson
        | Act::ErasePerson
        | Act::State
        | Act::StepPeriod
        | Act::SeeOperations
        | Act::ManageStaff
        | Act::Enrol
        | Act::ManageTokens
        | Act::Import
        | Act::Configure => and_terminal(line(No, OFFICE, &[])),
        Act::Run => and_terminal(line(No, &[], &[])),
    }
}

/// What somebody may do. What is one's own stays one's own: staff and devices have nothing of that kind but their
/// password.
pub fn may(right: Right, act: Act) -> May {
    let line = of(act);
    let yes = |may: bool| if may { May::Yes } else { May::No };
    match right {
        Right::Nobody => yes(act == Act::SeePublic),
        Right::Resident => line.resident,
        Right::Staff(Role::Merchant) if line.merchant => May::Own,
        Right::Staff(role) if act == Act::ChangeSecret => {
            yes(line.staff.contains(&role)).min(May::Own)
        }
        Right::Staff(role) => yes(line.staff.contains(&role)),
        Right::Device(scope) => yes(line.devices.contains(&scope)),
        Right::Terminal => yes(line.terminal),
    }
}

/// Why a page refuses: it leads on to the sign-in that is missing, where another one would help.
pub fn refused(right: Right, act: Act) -> AccessError {
    let line = of(act);
    match right {
        Right::Nobody | Right::Staff(_) if line.resident != May::No && line.staff.is_empty() => {
            AccessError::SignInNeeded
        }
        Right::Nobody if line.resident != May::No => AccessError::SignInNeeded,
        Right::Nobody | Right::Resident => AccessError::StaffSignInNeeded,
        Right::Staff(_) | Right::Device(_) | Right::Terminal => AccessError::Forbidden,
    }
}

/// The table as the manual has it, in Chinese or English.
pub fn table(zh: bool) -> String {
    let half = |both: (&'static str, &'static str)| if zh { both.0 } else { both.1 };
    let mut text = format!("| {} |", if zh { "事情" } else { "act" });
    let mut rule = "| --- |".to_owned();
    for right in Right::ALL {
        text.push_str(&format!(" {} |", half(right.titles())));
        rule.push_str(" --- |");
    }
    text = format!("{text}\n{rule}\n");
    for act in Act::ALL {
        text.push_str(&format!("| {} |", half(act.titles())));
        for right in Right::ALL {
            let sign = match (may(right, act), zh) {
                (May::No, _) => " ",
                (May::Own, true) => " 自己的 ",
                (May::Own, false) => " own ",
                (May::Yes, true) => " 是 ",
                (May::Yes, false) => " yes ",
            };
            text.push_str(&format!("{sign}|"));
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manuals_have_the_table_that_is_asked() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config/");
        for (file, zh) in [("README.zh.md", true), ("README.md", false)] {
            let manual = std::fs::read_to_string(format!("{folder}{file}")).unwrap();
            let real = table(zh);
            assert!(
                manual.contains(&real),
                "config/{file} lacks the table of permissions, which is:\n{real}"
            );
        }
    }

    #[test]
    fn each_role_has_the_least_it_needs() {
        let can = |right: Right| -> Vec<Act> {
            let all = Act::ALL.into_iter();
            all.filter(|act| may(right, *act) == May::Yes).collect()
        };
        assert_eq!(can(Right::Nobody), [Act::SeePublic]);
        assert_eq!(
            can(Right::Staff(Role::Shopkeeper)),
            [
                Act::SeePublic,
                Act::SeeShop,
                Act::Quote,
                Act::PlaceOrder,
                Act::ReadOrder,
                Act::CancelOrder,
                Act::HandOver,
                Act::FindResident,
                Act::Object,
                Act::PrintLists,
                Act::ManageStock
            ]
        );
        assert_eq!(
            can(Right::Staff(Role::Leader)),
            [
                Act::SeePublic,
                Act::RecordEvent,
                Act::FindResident,
                Act::Object,
                Act::SeeCases,
                Act::WorkCases,
                Act::LeadActivities,
                Act::ConfirmHours,
                Act::PrintLists
            ]
        );
        let merchant = Right::Staff(Role::Merchant);
        assert_eq!(can(merchant), [Act::SeePublic]);
        let own = Act::ALL.into_iter();
        let own: Vec<Act> = own.filter(|act| may(merchant, *act) == May::Own).collect();
        assert_eq!(
            own,
            [
                Act::ChangeSecret,
                Act::HandOver,
                Act::SeeMerchants,
                Act::OfferGoods,
                Act::SignStatement
            ],
            "only what is the merchant's"
        );
        let scope = |scope| can(Right::Device(scope));
        assert_eq!(scope(Scope::Events), [Act::SeePublic, Act::RecordEvent]);
        assert_eq!(
            scope(Scope::Read),
            [
                Act::SeePublic,
                Act::SeeShop,
                Act::SeePeriods,
                Act::SeeMerchants
            ]
        );
        let personal = [
            Act::ReadBalance,
            Act::ReadPassbook,
            Act::ReadPerson,
            Act::ReadPeriodHolders,
        ];
        for act in personal {
            let who: Vec<Right> = Right::ALL
                .into_iter()
                .filter(|right| may(*right, act) == May::Yes)
                .collect();
            let office = [Right::Staff(Role::Operator), Right::Terminal];
            let rest = who.iter().filter(|right| !office.contains(right));
            let rest: Vec<_> = rest.collect();
            assert!(
                rest.is_empty() || rest == [&Right::Device(Scope::People)],
                "{act:?}: {who:?}"
            );
        }
    }

    #[test]
    fn a_residents_page_is_for_those_who_correct_it() {
        let who: Vec<Right> = Right::ALL
            .into_iter()
            .filter(|right| may(*right, Act::SeeResident) != May::No)
            .collect();
        assert_eq!(
            who,
            [Right::Staff(Role::Reviewer), Right::Staff(Role::Operator)]
        );
    }

    #[test]
    fn a_resident_has_only_what_is_theirs() {
        for act in Act::ALL {
            let public = [Act::SeePublic, Act::SeeShop, Act::Object];
            let may = may(Right::Resident, act);
            assert!(may != May::Yes || public.contains(&act), "{act:?}");
        }
    }
}
