//! A rule that does everything a rule must not: one event kind for each misdeed, and `good`, which behaves.
//! It is never bundled; only the host's tests build it.

use std::hint::black_box;

use rongyi_sdk::types::{
    About, Award, Basket, Decision, Diagnostic, Event, KindPlan, Line, Plan, PricingPlan, Quote,
    Refusal, Short,
};
use rongyi_sdk::{Level, Rule, log, say, text};

/// The rule.
pub struct Hostile;

/// Every kind it handles.
const KINDS: [&str; 19] = [
    "good",
    "loop",
    "memory",
    "recursion",
    "panic",
    "unreachable",
    "division",
    "many",
    "long",
    "log",
    "role",
    "sum",
    "phrase",
    "amount",
    "code",
    "expired",
    "refusal",
    "date",
    "state",
];

static mut CALLS: i32 = 0;

fn award(role: &str, amount: i32) -> Award {
    Award {
        role: role.into(),
        asset: "points".into(),
        amount,
        short: Short::Clamp,
        expires: None,
    }
}

fn line(code: &str, amount: i32) -> Line {
    Line {
        code: code.into(),
        args: vec![],
        asset: "points".into(),
        amount: Some(amount),
    }
}

fn decision(awards: Vec<Award>, lines: Vec<Line>) -> Result<Decision, Refusal> {
    Ok(Decision {
        awards,
        lines,
        marks: vec![],
    })
}

fn deep(level: u64) -> u64 {
    let frame = black_box([level; 64]);
    if black_box(level) == u64::MAX {
        0
    } else {
        frame[7].wrapping_add(deep(level.wrapping_add(1)))
    }
}

fn eat() -> Vec<Vec<u8>> {
    let mut eaten = Vec::new();
    loop {
        eaten.push(black_box(Vec::<u8>::with_capacity(256 << 10)));
    }
}

#[expect(
    unsafe_code,
    reason = "counts calls in a global, to show that nothing survives a call"
)]
fn count_call() -> i32 {
    // SAFETY: a guest has one thread.
    unsafe {
        CALLS += 1;
        CALLS
    }
}

impl Rule for Hostile {
    fn describe() -> About {
        About {
            name: "hostile".into(),
            version: "1.0.0".into(),
            title: text("坏规则", "Hostile"),
            authors: vec![],
            license: "Apache-2.0".into(),
            config_schema: r#"{"type":"object"}"#.into(),
            scenarios: String::new(),
        }
    }

    fn configure(params: &str) -> Result<(Self, Plan), Vec<Diagnostic>> {
        if params.contains("refuse") {
            return Err(vec![rongyi_sdk::wrong(
                "kinds[0].cap",
                "cap.odd",
                "上限不能是单数",
                "a cap must be even",
            )]);
        }
        if params.contains("spin") {
            loop {
                black_box(());
            }
        }
        let kind = |code: &&str| KindPlan {
            code: (*code).into(),
            title: text(*code, *code),
            unit: text("次", "times"),
            scale: 0,
            quantity_min: 1,
            quantity_max: 100,
            fields: vec![],
            facts: vec![],
        };
        let pricing = Some(PricingPlan {
            order_facts: vec![],
            line_facts: vec![],
        });
        let phrases = vec![say::phrase("ok", "好", "fine")];
        let kinds = if params.contains("twice") {
            vec![kind(&"good"), kind(&"good")]
        } else {
            KINDS.iter().map(kind).collect()
        };
        Ok((
            Hostile,
            Plan {
                kinds,
                pricing,
                traits: vec![],
                phrases,
                summary: vec![],
            },
        ))
    }

    fn earn(&self, event: &Event) -> Result<Decision, Refusal> {
        match event.kind.as_str() {
            "loop" => loop {
                black_box(());
            },
            "memory" => decision(
                vec![award("doer", i32::try_from(eat().len()).unwrap_or(0))],
                vec![],
            ),
            "recursion" => decision(
                vec![award("doer", i32::try_from(deep(0) % 7).unwrap_or(0))],
                vec![],
            ),
            "panic" => panic!("the author's own words"),
            "unreachable" => std::process::abort(),
            "division" => decision(vec![award("doer", 1 / black_box(0))], vec![]),
            "many" => decision(vec![award("doer", 1); 1_000], vec![line("ok", 1_000)]),
            "long" => Err(say::refuse("x".repeat(600 << 10), vec![], None)),
            "log" => {
                for _ in 0..200 {
                    log(Level::Info, &"spam ".repeat(1_000));
                }
                decision(vec![award("doer", 1)], vec![line("ok", 1)])
            }
            "role" => decision(vec![award("mayor", 1)], vec![line("ok", 1)]),
            "sum" => decision(vec![award("doer", 5)], vec![line("ok", 4)]),
            "phrase" => decision(vec![award("doer", 1)], vec![line("undeclared", 1)]),
            "amount" => decision(vec![award("doer", i32::MIN)], vec![]),
            "code" => decision(
                vec![Award {
                    asset: "Points!".into(),
                    ..award("doer", 1)
                }],
                vec![],
            ),
            "expired" => {
                let expires = Some(rongyi_sdk::types::Date {
                    year: 2001,
                    month: 1,
                    day: 1,
                });
                decision(
                    vec![Award {
                        expires,
                        ..award("doer", 1)
                    }],
                    vec![line("ok", 1)],
                )
            }
            "refusal" => Err(say::refuse("undeclared", vec![], None)),
            "date" => {
                let expires = Some(rongyi_sdk::types::Date {
                    year: 2026,
                    month: 13,
                    day: 40,
                });
                decision(
                    vec![Award {
                        expires,
                        ..award("doer", 1)
                    }],
                    vec![line("ok", 1)],
                )
            }
            "state" => {
                let calls = count_call();
                decision(vec![award("doer", calls)], vec![line("ok", calls)])
            }
            _ => decision(vec![award("doer", 1)], vec![line("ok", 1)]),
        }
    }

    fn price(&self, basket: &Basket) -> Result<Quote, Refusal> {
        match basket.lines.first().map(|line| line.item.as_str()) {
            Some("negative") => Ok(Quote {
                points: vec![-5],
                lines: vec![line("ok", -5)],
            }),
            Some("short") => Ok(Quote {
                points: vec![],
                lines: vec![],
            }),
            _ => Ok(Quote {
                points: vec![7],
                lines: vec![line("ok", 7)],
            }),
        }
    }
}

rongyi_sdk::export!(Hostile);
