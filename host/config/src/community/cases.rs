//! `[case.message]`, `[case_units.grid]` and `claims`: what may be asked of a community, who works on it, and what
//! residents may claim. What a kind of case means is read by `rongyi-cases`; here its mistakes get their lines.

use std::ops::Range;
use std::sync::Arc;

use rongyi_cases::Kind;
use rongyi_cases::kind::Filling;
use rongyi_core::ids::Code;
use rongyi_core::rule::Text;
use toml::de::DeValue;

use crate::community::Community;
use crate::diagnostic::Diagnostic;
use crate::reader::{Field, both};
use crate::words::nearest;

/// Roles of staff that a unit may consist of, as `staff` calls them.
const STAFF_ROLES: [(&str, &str); 3] = [
    ("leader", "leader"),
    ("reviewer", "reviewer"),
    ("operator", "operator"),
];
/// The most kinds of cases, and units, of one community.
const KINDS_MAX: usize = 40;

/// A kind of case of a community.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfCase {
    /// The kind, read and checked.
    pub kind: Arc<Kind>,
    at: Range<usize>,
}

/// A unit that cases are given to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseUnit {
    /// Its name in files and steps.
    pub code: Code,
    /// What people read.
    pub title: Text,
    /// The sign-in names of those who belong to it.
    pub staff: Vec<String>,
    /// Everybody in these roles belongs to it, too.
    pub roles: Vec<String>,
    /// Whether its people receive what comes in: they take it, give it to a unit, or answer it.
    pub desk: bool,
}

/// `[case.KIND]`, one table for each kind.
pub(super) fn read(field: &Field<'_>) -> Vec<OfCase> {
    let mut kinds = Vec::new();
    for (name, section, at) in sections(field) {
        let Some(code) = name_of(&section, &name) else {
            continue;
        };
        let DeValue::Table(rows) = section.value.get_ref() else {
            section.wrong_type("一张表", "a table", "{ like = \"message\" }");
            continue;
        };
        // `[case.message]` alone takes the kind that comes with the program.
        if rows.is_empty() {
            match rongyi_cases::bundled(code.as_str()) {
                Some(kind) => kinds.push(OfCase {
                    kind: Arc::new(kind),
                    at,
                }),
                None => not_bundled(&section, &code),
            }
            continue;
        }
        match Kind::from_table(&code, rows, section.span()) {
            Ok(kind) => kinds.push(OfCase {
                kind: Arc::new(kind),
                at,
            }),
            Err(found) => {
                for finding in found {
                    let place = finding.at.unwrap_or_else(|| section.span());
                    let code = format!("case.{}", finding.code);
                    section
                        .desk
                        .error(place, &code, finding.message, finding.help);
                }
            }
        }
    }
    opens_known(field, &kinds);
    kinds
}

/// The tables below one, with their names and places; too many are a mistake.
fn sections<'t>(field: &Field<'t>) -> Vec<(String, Field<'t>, Range<usize>)> {
    let Some(table) = field.table() else {
        return Vec::new();
    };
    let places: Vec<Range<usize>> = table.names().map(|name| table.key_span(name)).collect();
    let all: Vec<_> = table
        .free()
        .into_iter()
        .zip(places)
        .map(|((name, section), at)| (name, section, at))
        .collect();
    if all.len() > KINDS_MAX {
        let has = all.len();
        field.refuse(
            both(
                format!("“{}” 里有 {has} 个，最多 {KINDS_MAX} 个。", field.key),
                format!(
                    "“{}” has {has} of them, at most {KINDS_MAX} are allowed.",
                    field.key
                ),
            ),
            both("删掉不用的。", "Delete those that are not used."),
        );
    }
    all
}

fn name_of(section: &Field<'_>, name: &str) -> Option<Code> {
    let code = name.parse::<Code>().ok();
    let code = code.filter(|code| !code.as_str().contains('/'));
    if code.is_none() {
        section.refuse(
            both(
                format!("“{name}” 不能用作代号。"),
                format!("“{name}” cannot be a code here."),
            ),
            both(
                "用小写字母、数字、- 和 .，例如 [case.message]。",
                "Use a-z, 0-9, '-' and '.', such as [case.message].",
            ),
        );
    }
    code
}

fn not_bundled(section: &Field<'_>, code: &Code) {
    let names: Vec<&str> = rongyi_cases::BUNDLED
        .iter()
        .map(|(name, _)| *name)
        .collect();
    let help = match nearest(code.as_str(), names.iter().copied()) {
        Some(near) => both(
            format!(
                "是不是想写 [case.{near}]？自己的一种，要写出标题、表单和状态，或写 like = \"message\" 再改。"
            ),
            format!(
                "Did you mean [case.{near}]? A kind of your own has a title, a form and states, or is `like = \"message\"` and changes it."
            ),
        ),
        None => both(
            format!(
                "自带的有：{}。自己的一种，要写出标题、表单和状态，或写 like = \"message\" 再改。",
                names.join("、")
            ),
            format!(
                "Bundled are: {}. A kind of your own has a title, a form and states, or is `like = \"message\"` and changes it.",
                names.join(", ")
            ),
        ),
    };
    section.desk.error(
        section.span(),
        "case.kind",
        both(
            format!("程序没有自带“{code}”这种办件，这里也没有写它是什么样的。"),
            format!(
                "No kind of case “{code}” comes with the program, and nothing here says what it is."
            ),
        ),
        help,
    );
}

/// A move that opens a case of another kind opens one that is there.
fn opens_known(field: &Field<'_>, kinds: &[OfCase]) {
    for of_case in kinds {
        let known = |code: &Code| kinds.iter().any(|other| other.kind.code == *code);
        for opened in of_case.kind.opens().filter(|code| !known(code)) {
            field.desk.error(
                of_case.at.clone(),
                "case.opens",
                both(
                    format!("“{}”要开一件“{opened}”，本社区没有这一种。", of_case.kind.code),
                    format!("“{}” opens a case of the kind “{opened}”, which this community does not have.", of_case.kind.code),
                ),
                both(
                    format!("加上 [case.{opened}]，或去掉这个 open。"),
                    format!("Add [case.{opened}], or take that `open` away."),
                ),
            );
        }
    }
}

/// `[case_units.grid]`.
pub(super) fn read_units(field: &Field<'_>) -> Vec<CaseUnit> {
    let mut units = Vec::new();
    for (name, section, _) in sections(field) {
        let (Some(code), Some(table)) = (name_of(&section, &name), section.table()) else {
            continue;
        };
        let title = table.need("title").and_then(|title| title.text());
        let logins = table.get("staff").and_then(|list| list.list());
        let logins = logins.unwrap_or_default();
        let roles = table.get("roles").and_then(|list| list.list());
        let roles = roles.unwrap_or_default();
        let staff: Vec<String> = logins
            .iter()
            .filter_map(|login| Some(login.string()?.to_owned()))
            .collect();
        let roles: Vec<String> = roles
            .iter()
            .filter_map(|role| role.one_of(&STAFF_ROLES))
            .map(str::to_owned)
            .collect();
        let desk = table.get("desk").and_then(|desk| desk.yes_no());
        table.finish();
        if staff.is_empty() && roles.is_empty() {
            section.refuse(
                both(
                    format!("“{code}” 里没有人，派给它的事没有人办。"),
                    format!(
                        "Nobody belongs to “{code}”, so nobody would work on what it is given."
                    ),
                ),
                both(
                    "写上登录名 staff = [\"wuye\"]，或角色 roles = [\"leader\"]。",
                    "Name sign-ins, staff = [\"wuye\"], or roles = [\"leader\"].",
                ),
            );
        }
        units.extend(title.map(|title| CaseUnit {
            code,
            title,
            staff,
            roles,
            desk: desk.unwrap_or(false),
        }));
    }
    units
}

/// `claims = ["tree.plant"]`: the event kinds that may be chosen when a claim is opened.
pub(super) fn read_claims(field: &Field<'_>) -> Option<Vec<(Code, Range<usize>)>> {
    let listed = field.list()?;
    let claims = listed
        .iter()
        .filter_map(|kind| Some((kind.code()?, kind.span())));
    Some(claims.collect())
}

impl Community {
    /// Bookings of cases that no rule decides, or that nobody could do. `kinds` are the event kinds of the community's
    /// rules, which are known only once they are loaded.
    pub fn unknown_bookings(&self, kinds: &[&str]) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for (kind, at) in self.claims.iter().flatten() {
            if !kinds.contains(&kind.as_str()) {
                found.push(self.unknown_event(kind, at, "claims", kinds));
            }
        }
        for of_case in &self.cases {
            let case = of_case.kind.code.as_str();
            let events = of_case.kind.events.as_deref();
            for event in events.unwrap_or_default() {
                if !kinds.contains(&event.as_str()) {
                    found.push(self.unknown_event(event, &of_case.at, case, kinds));
                }
            }
            if events.is_some_and(<[Code]>::is_empty) {
                found.push(self.nothing_to_choose(case, of_case));
            }
            for booking in of_case.kind.bookings() {
                if let Some(event) = booking.event
                    && !kinds.contains(&event.as_str())
                {
                    found.push(self.unknown_event(event, &of_case.at, case, kinds));
                }
                found.extend(self.too_few_checks(of_case, booking.event, kinds));
                let by_unit = booking
                    .roles
                    .iter()
                    .any(|(_, filling)| *filling == Filling::Unit);
                let doer = booking
                    .roles
                    .iter()
                    .any(|(role, _)| role.as_str() == "doer");
                if by_unit || !doer {
                    found.push(self.wrong_roles(case, of_case, by_unit));
                }
            }
        }
        found
    }

    fn unknown_event(
        &self,
        event: &Code,
        at: &Range<usize>,
        case: &str,
        kinds: &[&str],
    ) -> Diagnostic {
        let message = both(
            format!("“{case}”要记的“{event}”，本社区的规则里没有这种事项。"),
            format!("“{case}” books “{event}”, which no rule of this community decides."),
        );
        let help = match nearest(event.as_str(), kinds.iter().copied()) {
            Some(near) => both(
                format!("是不是想写 \"{near}\"？"),
                format!("Did you mean \"{near}\"?"),
            ),
            None => both(
                format!("有的是：{}。", kinds.join("、")),
                format!("There are: {}.", kinds.join(", ")),
            ),
        };
        Diagnostic::at(&self.code_at.0, at.clone(), "case.event", message, help)
    }

    /// An event kind that needs more people than a case of this kind brings along would never be booked.
    fn too_few_checks(
        &self,
        of_case: &OfCase,
        event: Option<&Code>,
        kinds: &[&str],
    ) -> Vec<Diagnostic> {
        let kind = &of_case.kind;
        // Whoever writes something down about somebody else is one of those who agree.
        let brings = u16::from(kind.checks).saturating_add(u16::from(kind.open.others_only));
        let claims = self.claims.as_ref();
        let chosen = |code: &Code| match (event, &kind.events) {
            (Some(event), _) => event == code,
            (None, Some(events)) => events.contains(code),
            (None, None) => claims.map_or(kinds.contains(&code.as_str()), |claims| {
                claims.iter().any(|(listed, _)| listed == code)
            }),
        };
        let few = self.kinds.iter().filter_map(|of_kind| {
            let needs = of_kind.checks.filter(|needs| *needs > brings)?;
            chosen(&of_kind.kind).then_some((&of_kind.kind, needs))
        });
        let told = |(event, needs): (&Code, u16)| {
            let case = &kind.code;
            Diagnostic::at(
                &self.code_at.0,
                of_case.at.clone(),
                "case.checks",
                both(
                    format!("“{event}”要 {needs} 个人同意才能入账，“{case}”只有 {brings} 个人。"),
                    format!(
                        "“{event}” is booked when {needs} people agreed; “{case}” brings {brings}."
                    ),
                ),
                both(
                    format!(
                        "把 [case.{case}] 的 checks 写成 {needs}，或者改 [kinds.\"{event}\"] 的 checks。"
                    ),
                    format!(
                        "Write checks = {needs} in [case.{case}], or change `checks` of [kinds.\"{event}\"]."
                    ),
                ),
            )
        };
        few.map(told).collect()
    }

    fn nothing_to_choose(&self, case: &str, of_case: &OfCase) -> Diagnostic {
        let base = match rongyi_cases::bundled_text(case) {
            Some(_) => format!("like = \"{case}\"\n"),
            None => String::new(),
        };
        Diagnostic::at(
            &self.code_at.0,
            of_case.at.clone(),
            "case.events",
            both(
                format!("“{case}”没有写可以选哪些事项，谁也提不出来。"),
                format!(
                    "“{case}” does not say which event kinds can be chosen, so nobody can open one."
                ),
            ),
            both(
                format!("写成\n[case.{case}]\n{base}events = [\"…\"]，写规则里的事项代号。"),
                format!(
                    "Write\n[case.{case}]\n{base}events = [\"…\"], naming event kinds of the rules."
                ),
            ),
        )
    }

    fn wrong_roles(&self, case: &str, of_case: &OfCase, by_unit: bool) -> Diagnostic {
        let message = if by_unit {
            both(
                format!("“{case}”要给一个单位记账，单位没有账户。"),
                format!("“{case}” books something for a unit, which has no account."),
            )
        } else {
            both(
                format!("“{case}”要记账，没有说是谁做的。"),
                format!("“{case}” books something and does not say who did it."),
            )
        };
        let help = both(
            "写 roles = { doer = \"opener\" }（提出的人）或 doer = \"for\"（为谁提出的）。",
            "Write roles = { doer = \"opener\" }, or doer = \"for\" for those it was opened for.",
        );
        Diagnostic::at(
            &self.code_at.0,
            of_case.at.clone(),
            "case.roles",
            message,
            help,
        )
    }
}
