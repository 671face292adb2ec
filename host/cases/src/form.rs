//! Answers to a form, and whether they are what was asked for.

use rongyi_core::amount::Decimal;
use rongyi_core::ids::Code;
use rongyi_core::rule::Text;
use rongyi_core::time::LocalDate;

use crate::finding::both;
use crate::kind::{AnswerKind, Kind, Question};
use crate::refusal::Refusal;

/// What somebody answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Words.
    Text(String),
    /// One of the choices.
    Choice(Code),
    /// A number.
    Number(Decimal),
    /// A day.
    Day(LocalDate),
    /// Yes or no.
    YesNo(bool),
    /// So many photos.
    Photos(u8),
    /// The number of an entry of the book.
    Entry(u64),
}

impl Answer {
    /// Whether nothing was said.
    fn is_empty(&self) -> bool {
        match self {
            Answer::Text(text) => text.trim().is_empty(),
            Answer::Photos(count) => *count == 0,
            Answer::Choice(_)
            | Answer::Number(_)
            | Answer::Day(_)
            | Answer::YesNo(_)
            | Answer::Entry(_) => false,
        }
    }
}

/// Every answer that is not what the kind asks for.
pub(crate) fn wrong_answers(kind: &Kind, answers: &[(Code, Answer)]) -> Vec<Refusal> {
    let mut wrong = Vec::new();
    for question in kind.questions() {
        let mut given = answers.iter().filter(|(key, _)| *key == question.key);
        let answer = given.next().map(|(_, answer)| answer);
        let title = &question.title;
        let is_given = answer.is_some_and(|answer| !answer.is_empty());
        if !is_given && question.required {
            wrong.push(about(
                question,
                "case.answer-missing",
                both(
                    format!("请填写“{}”。", title.zh),
                    format!("Please fill in “{}”.", title.en),
                ),
            ));
        } else if let Some(answer) = answer.filter(|_| is_given)
            && let Some(text) = mismatch(question, answer)
        {
            wrong.push(about(question, "case.answer", text));
        }
        if given.next().is_some() {
            wrong.push(about(
                question,
                "case.answer-twice",
                both(
                    format!("“{}”填了两次，请只填一次。", title.zh),
                    format!("“{}” is answered twice; answer it once.", title.en),
                ),
            ));
        }
    }
    for (key, _) in answers {
        let known = kind.question(key).is_some();
        if !known {
            wrong.push(
                Refusal::new(
                    "case.answer-unknown",
                    both(
                        format!("表单里没有“{key}”这一项，请刷新页面再填。"),
                        format!("The form has no question “{key}”; load it again."),
                    ),
                )
                .of_field(key),
            );
        }
    }
    wrong
}

fn about(question: &Question, code: &'static str, text: Text) -> Refusal {
    Refusal::new(code, text).of_field(&question.key)
}

/// What is wrong with an answer.
fn mismatch(question: &Question, answer: &Answer) -> Option<Text> {
    let (zh, en) = (&question.title.zh, &question.title.en);
    match (&question.answer, answer) {
        (AnswerKind::Text { max }, Answer::Text(text)) => {
            let has = text.chars().count();
            (has > usize::from(*max)).then(|| {
                both(
                    format!("“{zh}”写了 {has} 个字，最多 {max} 个，请缩短一些。"),
                    format!("“{en}” has {has} characters, at most {max}; please shorten it."),
                )
            })
        }
        (AnswerKind::Choice(of), Answer::Choice(choice)) => {
            let known = of.iter().any(|(code, _)| code == choice);
            (!known).then(|| {
                let zh_list: Vec<&str> = of.iter().map(|(_, title)| title.zh.as_str()).collect();
                let en_list: Vec<&str> = of.iter().map(|(_, title)| title.en.as_str()).collect();
                both(
                    format!("“{zh}”里没有“{choice}”，可以选：{}。", zh_list.join("、")),
                    format!(
                        "“{en}” has no choice “{choice}”; choose one of: {}.",
                        en_list.join(", ")
                    ),
                )
            })
        }
        (AnswerKind::Number { scale, min, max }, Answer::Number(number)) => {
            let fits = number
                .at(*scale)
                .is_some_and(|at| (*min..=*max).contains(&at.units));
            let bound = |units: i32| Decimal {
                units,
                scale: *scale,
            };
            let (low, high) = (bound(*min), bound(*max));
            (!fits).then(|| {
                both(
                    format!("“{zh}”是 {number}，应该在 {low} 到 {high} 之间，最多 {scale} 位小数。"),
                    format!("“{en}” is {number}; it should be from {low} to {high} with at most {scale} decimal places."),
                )
            })
        }
        (AnswerKind::Photos { max }, Answer::Photos(count)) => (count > max).then(|| {
            both(
                format!("“{zh}”有 {count} 张，最多 {max} 张，请去掉几张。"),
                format!("“{en}” has {count} photos, at most {max}; please leave some out."),
            )
        }),
        (AnswerKind::Day, Answer::Day(_))
        | (AnswerKind::YesNo, Answer::YesNo(_))
        | (AnswerKind::Entry, Answer::Entry(_)) => None,
        (
            AnswerKind::Text { .. }
            | AnswerKind::Choice(_)
            | AnswerKind::Number { .. }
            | AnswerKind::Day
            | AnswerKind::YesNo
            | AnswerKind::Photos { .. }
            | AnswerKind::Entry,
            other,
        ) => Some(both(
            format!("“{zh}”要的不是{}。", word(other).0),
            format!("“{en}” does not ask for {}.", word(other).1),
        )),
    }
}

fn word(answer: &Answer) -> (&'static str, &'static str) {
    match answer {
        Answer::Text(_) => ("文字", "words"),
        Answer::Choice(_) => ("选项", "a choice"),
        Answer::Number(_) => ("数", "a number"),
        Answer::Day(_) => ("日期", "a day"),
        Answer::YesNo(_) => ("是或否", "yes or no"),
        Answer::Photos(_) => ("照片", "photos"),
        Answer::Entry(_) => ("记录号", "the number of an entry"),
    }
}
