//! What residents of the demonstration asked their community, and how far it has come: claims at each of their steps, messages
//! given to a unit and answered, a council matter. Through the functions that pages call, each under a form of its own, so
//! that a fill that was broken off goes on where it was.

mod pictures;

use rongyi_cases::{Ask, Input};
use rongyi_core::ids::{Code, ResidentNo};

use crate::access::{Role, StaffMember};
use crate::cases::minutes::SentMinutes;
use crate::cases::opening::{SentCase, open};
use crate::cases::{CaseError, SentAct, find, photos, take};
use crate::door::Actor;
use crate::house::House;

/// Who takes a step.
#[derive(Clone, Copy)]
enum Who {
    Resident,
    Lead,
    Reviewer,
    Boss,
}

/// Somebody's step: its code, who takes it, the words, the unit.
type Step = (&'static str, Who, &'static str, &'static str);

/// Something that was asked: by whom, about or by which resident, the kind, its answers, what was done (event kind and quantity), and what followed.
struct Asked {
    by: Who,
    resident: u32,
    kind: &'static str,
    answers: &'static [(&'static str, &'static str)],
    event: (&'static str, &'static str),
    steps: &'static [Step],
}

const NONE: (&str, &str) = ("", "");
/// The question that photos answer in the bundled kinds.
const PHOTOS: &str = "photos";

const ASKED: [Asked; 10] = [
    Asked {
        by: Who::Resident,
        resident: 1005,
        kind: "message",
        answers: &[
            ("class", "help"),
            (
                "text",
                "三号楼楼道的灯坏了三天，晚上看不见台阶，老人不敢下楼。",
            ),
            ("place", "榕树巷三号楼二单元"),
        ],
        event: NONE,
        steps: &[
            ("dispatch", Who::Boss, "请今天去看一下", "grid"),
            ("contacted", Who::Lead, "和黄大勇约好了，下午带灯泡去", ""),
        ],
    },
    Asked {
        by: Who::Resident,
        resident: 1010,
        kind: "message",
        answers: &[
            ("class", "ask"),
            ("text", "下个月的爱心义剪哪一天？我可以多带一个徒弟来吗？"),
        ],
        event: NONE,
        steps: &[(
            "answer",
            Who::Boss,
            "欢迎。日子在“活动”页里，徒弟也报个名，时长一样记。",
            "",
        )],
    },
    Asked {
        by: Who::Resident,
        resident: 1016,
        kind: "message",
        answers: &[
            ("class", "complain"),
            ("text", "巷口的垃圾桶满了两天没有人收，味道很大。"),
            ("place", "榕树巷口"),
        ],
        event: NONE,
        steps: &[],
    },
    Asked {
        by: Who::Resident,
        resident: 1009,
        kind: "matter",
        answers: &[
            ("subject", "大榕树下装两张长椅"),
            (
                "text",
                "等孩子放学的老人没有地方坐。想商量装两张，怎么装、谁来管。",
            ),
            ("place", "榕树巷口大榕树下"),
        ],
        event: NONE,
        steps: &[],
    },
    Asked {
        by: Who::Resident,
        resident: 1013,
        kind: "claim",
        answers: &[],
        event: ("tree.plant", "2"),
        steps: &[],
    },
    Asked {
        by: Who::Resident,
        resident: 1016,
        kind: "claim",
        answers: &[],
        event: ("tree.plant", "1"),
        steps: &[("check", Who::Reviewer, "", "")],
    },
    Asked {
        by: Who::Resident,
        resident: 1019,
        kind: "claim",
        answers: &[],
        event: ("council.attend", "1"),
        steps: &[(
            "return",
            Who::Reviewer,
            "请写清楚是哪一次会，签到表上没有找到您的名字。",
            "",
        )],
    },
    Asked {
        by: Who::Resident,
        resident: 1003,
        kind: "claim",
        answers: &[],
        event: ("tree.plant", "3"),
        steps: &[],
    },
    Asked {
        by: Who::Reviewer,
        resident: 1012,
        kind: "deduction",
        answers: &[(
            "why",
            "三号楼一单元的楼道里放了旧沙发，11 号提醒过，今天还在，老人走不过去。",
        )],
        event: ("littering", "1"),
        steps: &[("confirm", Who::Lead, "到现场看过，情况属实。", "")],
    },
    Asked {
        by: Who::Lead,
        resident: 1013,
        kind: "deduction",
        answers: &[("why", "傍晚在后山坡地看到烧秸秆，浇水灭了。")],
        event: ("straw.burn", "1"),
        steps: &[
            ("confirm", Who::Reviewer, "看了当时的情况记录，属实。", ""),
            (
                "object",
                Who::Resident,
                "不是秸秆，是扫起来的树叶，火很小。",
                "",
            ),
            (
                "keep",
                Who::Boss,
                "问过在场的两位邻居，确实在烧秸秆；树叶也不能烧。",
                "",
            ),
        ],
    },
];

/// Why somebody appeals against what they were deducted.
const APPEAL: &str = "那天我在女儿家，地是亲戚在种。请再查一查，扣错人了。";

/// Asks all of it in a community.
///
/// # Errors
/// What the engine, the book or the database said.
pub(super) async fn ask(
    house: &House,
    community: &Code,
    (lead, reviewer, boss): (i64, &StaffMember, &StaffMember),
) -> Result<(), CaseError> {
    let yesterday = house.today(community).0.plus_days(-1);
    for (no, asked) in (1..).zip(&ASKED) {
        let mut sent = SentCase {
            event: asked.event.0.to_owned(),
            token: format!("demo-case-{no}"),
            ..SentCase::default()
        };
        for (question, answer) in asked.answers {
            sent.answers
                .insert((*question).to_owned(), (*answer).to_owned());
        }
        sent.claim.quantity = asked.event.1.to_owned();
        sent.claim.on = yesterday.to_string();
        let about = ResidentNo(asked.resident);
        let who = |who: Who| match who {
            Who::Resident => Actor::Resident(about),
            Who::Lead => Actor::staff(lead, Role::Leader),
            Who::Reviewer => Actor::staff(reviewer.staff_id, reviewer.role),
            Who::Boss => Actor::staff(boss.staff_id, boss.role),
        };
        let by = who(asked.by);
        sent.resident = match by {
            Actor::Resident(_) => None,
            Actor::Staff { .. }
            | Actor::For { .. }
            | Actor::Device { .. }
            | Actor::Job
            | Actor::Terminal(_) => Some(about),
        };
        let kind = Code::literal(asked.kind);
        let class = asked.answers.iter().find(|(key, _)| *key == "class");
        let painted = match class {
            Some((_, class)) => pictures::of_message(class),
            None => pictures::of(asked.kind, asked.event),
        };
        for picture in painted {
            let digest = photos::keep(house, community, picture).await?;
            sent.photos.push((PHOTOS.to_owned(), digest));
        }
        let case_no = open(house, community, (&by, &kind), &sent).await?;
        for (at, (step, by, words, unit)) in (1..).zip(asked.steps) {
            let by = who(*by);
            let at_hand = find(house, community, case_no).await?;
            let act = SentAct {
                ask: Ask::Move(Code::literal(step)),
                input: Input {
                    seen: at_hand.stored.steps.len(),
                    words: (*words).to_owned(),
                    unit: (!unit.is_empty()).then(|| Code::literal(unit)),
                    ..Input::default()
                },
                papers: Vec::new(),
                minutes: SentMinutes::default(),
                photos: Vec::new(),
                token: Some(format!("demo-case-{no}-{at}")),
            };
            take(house, community, &by, case_no, &act).await?;
        }
        let booked = find(house, community, case_no).await?.stored.file.entry;
        if let (Some(entry), Actor::Staff { .. }) = (booked, &by) {
            appeal(house, community, (about, entry)).await?;
        }
    }
    Ok(())
}

/// Somebody appeals against what was taken from them.
async fn appeal(
    house: &House,
    community: &Code,
    (resident, entry): (ResidentNo, u64),
) -> Result<(), CaseError> {
    let answers = [("entry", entry.to_string()), ("text", APPEAL.to_owned())];
    let answers = answers
        .into_iter()
        .map(|(question, answer)| (question.to_owned(), answer));
    let sent = SentCase {
        answers: answers.collect(),
        token: format!("demo-appeal-{entry}"),
        ..SentCase::default()
    };
    let by = Actor::Resident(resident);
    open(house, community, (&by, &Code::literal("appeal")), &sent).await?;
    Ok(())
}
