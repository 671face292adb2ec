//! The forms about a team: what they ask, and what was typed as what can be stored.

use rongyi_core::time::LocalDate;
use rongyi_pages::{CaseField, CaseInput, DossierForm};
use rongyi_store::{StoredTeam, TeamWords};
use serde::Deserialize;

use crate::activities::teams;
use crate::activities::web::form::{At, at, input, line};
use crate::door::Act;
use crate::door::visit::{OnDuty, Visit};
use crate::earning;

/// The most hours a team can mean to serve in a year.
const HOURS_MAX: i64 = 1_000_000;

/// What a form about a team sends; each uses what it needs.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Sent {
    #[serde(default)]
    pub(super) key: String,
    #[serde(default)]
    pub(super) act: String,
    #[serde(default)]
    pub(super) title: String,
    #[serde(default)]
    pub(super) sort: String,
    #[serde(default)]
    pub(super) contact: String,
    #[serde(default)]
    pub(super) hours: String,
    #[serde(default)]
    pub(super) closed: String,
    #[serde(default)]
    pub(super) people: String,
    #[serde(default)]
    pub(super) resident: String,
    #[serde(default)]
    pub(super) from: String,
    #[serde(default)]
    pub(super) to: String,
}

fn field(name: &str, title: String, input: CaseInput, value: &str) -> CaseField {
    CaseField {
        name: name.to_owned(),
        title,
        hint: String::new(),
        required: true,
        input,
        value: value.to_owned(),
    }
}

/// What is written about a team, as fields.
pub(super) fn words_fields(visit: &Visit, sent: &Sent) -> Vec<CaseField> {
    let t = |zh: &str, en: &str| visit.either(zh, en);
    let sorts = teams::SORTS
        .iter()
        .map(|(no, title)| (no.to_string(), t(title.0, title.1)));
    let mut contact = field(
        "contact",
        t("联系人和电话", "Whom to call"),
        CaseInput::Short(80),
        &sent.contact,
    );
    contact.required = false;
    contact.hint = t("只有工作人员看得到。", "Only staff see it.");
    let mut hours = field(
        "hours",
        t("一年打算服务多少小时", "Hours it means to serve in a year"),
        CaseInput::Number,
        &sent.hours,
    );
    hours.hint = t("没有目标就写 0。", "0 for no target.");
    vec![
        field(
            "title",
            t("队名或单位名", "Name of the team or unit"),
            CaseInput::Short(80),
            &sent.title,
        ),
        field(
            "sort",
            t("哪一类", "What sort"),
            CaseInput::Choice(sorts.collect()),
            &sent.sort,
        ),
        hours,
        contact,
    ]
}

pub(super) fn words(visit: &Visit, sent: &Sent) -> Result<TeamWords, At> {
    let text = |field: &'static str, typed: &str| line(typed).map_err(|fault| (field, fault));
    let title = text("title", &sent.title)?;
    if title.is_empty() {
        return Err(("title", input("请写名称。", "Write its name.")));
    }
    let known = |sort: &i64| teams::SORTS.iter().any(|(no, _)| no == sort);
    let sort = sent.sort.parse().ok().filter(known);
    let sort = sort.ok_or_else(|| ("sort", input("请选一类。", "Choose one.")))?;
    let column = visit.either("小时", "hours");
    let hours = earning::whole(&sent.hours, &column, (0, HOURS_MAX)).map_err(at("hours"))?;
    Ok(TeamWords {
        sort,
        title,
        contact: text("contact", &sent.contact)?,
        year_minutes: hours.saturating_mul(60),
        closed: sent.closed == "yes",
    })
}

pub(super) fn forms(
    duty: &OnDuty,
    (team, sent): (&StoredTeam, &Sent),
    choices: Vec<(String, String)>,
) -> Vec<DossierForm> {
    let visit = &duty.visit;
    let t = |zh: &str, en: &str| visit.either(zh, en);
    let action = visit.path(&format!("/volunteering/teams/{}", team.no));
    let form = |act, title: String, fields, button: String| DossierForm {
        act,
        action: action.clone(),
        title,
        about: String::new(),
        fields,
        button,
        get: false,
        folded: true,
        main: true,
    };
    let mut all = Vec::new();
    let mut people = field(
        "people",
        t("号码或姓名", "Numbers or names"),
        CaseInput::Long(8_000),
        &sent.people,
    );
    people.hint = t(
        "一行一个，也可以从表格里粘贴一列。",
        "One on each line; a column of a sheet can be pasted.",
    );
    all.push(form(
        "add",
        t("加人", "Add people"),
        vec![people],
        t("加进来", "Add them"),
    ));
    if !choices.is_empty() {
        let (first, last) = (visit.today().year_start(), visit.today());
        let typed = |typed: &str, day: LocalDate| {
            if typed.is_empty() {
                day.to_string()
            } else {
                typed.to_owned()
            }
        };
        if duty.may(Act::Certify) {
            let fields = vec![
                field(
                    "from",
                    t("从哪天", "From"),
                    CaseInput::Day,
                    &typed(&sent.from, first),
                ),
                field(
                    "to",
                    t("到哪天", "To"),
                    CaseInput::Day,
                    &typed(&sent.to, last),
                ),
            ];
            all.push(form(
                "ask",
                t("给全队申请证明", "Ask for everybody’s certificates"),
                fields,
                t("申请", "Ask"),
            ));
        }
        let who = field(
            "resident",
            t("谁退出", "Who leaves"),
            CaseInput::Choice(choices),
            &sent.resident,
        );
        all.push(form(
            "remove",
            t("有人退出", "Somebody leaves"),
            vec![who],
            t("退出", "Take out"),
        ));
    }
    all.push(save_form(
        visit,
        (team, sent),
        form(
            "save",
            t("改名称、目标", "Change name or target"),
            Vec::new(),
            t("存好", "Save"),
        ),
    ));
    all
}

/// The form that changes what is written about a team, with what stands there or what was typed.
fn save_form(visit: &Visit, (team, sent): (&StoredTeam, &Sent), form: DossierForm) -> DossierForm {
    let t = |zh: &str, en: &str| visit.either(zh, en);
    let now = if sent.act == "save" {
        sent.clone()
    } else {
        Sent {
            title: team.words.title.clone(),
            sort: team.words.sort.to_string(),
            contact: team.words.contact.clone(),
            hours: team.words.year_minutes.div_euclid(60).to_string(),
            closed: if team.words.closed { "yes" } else { "no" }.to_owned(),
            ..Sent::default()
        }
    };
    let mut fields = words_fields(visit, &now);
    let closed = CaseInput::Choice(vec![
        ("no".to_owned(), t("在用", "in use")),
        (
            "yes".to_owned(),
            t("停用，不再加人", "closed, nobody joins"),
        ),
    ]);
    fields.push(field("closed", t("状态", "State"), closed, &now.closed));
    DossierForm { fields, ..form }
}
