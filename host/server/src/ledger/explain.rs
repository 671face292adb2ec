//! Sentences for people out of what rules and the book answered: breakdowns, refusals, kinds, holes filled.
//!
//! It knows the two languages and nothing of HTML or HTTP.

pub mod carried;

use rongyi_core::book::Frame;
use rongyi_core::ids::{Code, RuleSetNo};
use rongyi_core::record::Event;
use rongyi_core::rule::texts::TITLE_MAX;
use rongyi_core::rule::{Arg, KindPlan, Line, Mark, Plan, Refusal, Text};
use rongyi_core::sentence;
use rongyi_core::shown;
use rongyi_core::time::LocalDate;

/// The language of a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// Simplified Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// This language's half of a text.
    pub fn of(self, text: &Text) -> &str {
        match self {
            Lang::Zh => &text.zh,
            Lang::En => &text.en,
        }
    }
}

/// Refusals that the book itself gives, whatever the rule.
const BOOK_PHRASES: &[(&str, &str, &str)] = &[
    (
        "balance.short",
        "需要 {0} 分，现在可用 {1} 分，积分不够。",
        "This needs {0} points and {1} can be spent, which is not enough.",
    ),
    (
        "balance.floor",
        "要扣 {0} 分，现在可用 {1} 分，超出了本社区允许的欠分下限 {2} 分。",
        "{0} points would be taken, {1} are there; the lowest balance allowed here is {2}.",
    ),
    (
        "stock.out",
        "“{0}”只剩 {1} 件了。可以少换几件，或等补货。",
        "Only {1} of “{0}” are left. Take fewer, or wait until there are more.",
    ),
    (
        "price.changed",
        "价格变成了 {0} 分，刚才看到的是 {1} 分。请看过新价格再确认。",
        "The price is now {0} points; the page showed {1}. Look at the new price and confirm again.",
    ),
    (
        "host.award-max",
        "规则给了 {0} 分，超过本社区单次 {1} 分的上限，没有入账。请告诉社区工作人员。",
        "The rule gave {0} points, above this community's limit of {1} for one award; nothing was posted. Please tell the staff.",
    ),
    (
        "host.budget-month",
        "本月全社区最多发放 {0} 分，已经发了 {1} 分，这一笔放不下了。",
        "The community gives at most {0} points a month and has given {1}; this one does not fit any more.",
    ),
    (
        "host.same-holder",
        "送的和收的是同一个账户（同一个人或同一户），没有转。请核对收的人。",
        "The giver and the receiver have the same account (one person or one household); nothing was moved. Check who receives.",
    ),
    (
        "host.same-person",
        "“{0}”和“{1}”填的是同一个人，要两个人才行，没有入账。请核对居民号码，用同一个编号再交一次。",
        "“{0}” and “{1}” are the same person, and have to be two; nothing was posted. Check the resident numbers and send it again under the same reference.",
    ),
    (
        "host.same-household",
        "“{0}”不能是同一户的人，没有入账。请核对居民号码，用同一个编号再交一次。",
        "“{0}” must not be of the same household; nothing was posted. Check the resident number and send it again under the same reference.",
    ),
    (
        "host.overlap",
        "这段时间和 {0} 的第 {1} 笔重叠，同一个人不能同时在两处。请核对几点几分和时长。",
        "This time overlaps with that of entry {1} on {0}; one person is not at two places at once. Check the time of day and the minutes.",
    ),
    (
        "host.minutes-max-day",
        "这件事要记 {0} 分钟，{3} 这一天已经记了 {2} 分钟，本社区每人每天最多记 {1} 分钟，没有入账。请核对时长。",
        "This would count {0} minutes; {2} are counted on {3} already, and this community counts at most {1} minutes for one person and day. Nothing was posted: check the time.",
    ),
    (
        "host.role",
        "这件事要写明谁是“{0}”，但没有写。补上这个角色的居民号码，用同一个编号再交一次。",
        "This event has to name who is “{0}” and does not. Add that resident's number and send it again under the same reference.",
    ),
    (
        "host.asset",
        "规则要给“{0}”，但本社区没有这种积分。请管理员在社区文件的 assets 里写上它。",
        "The rule gives “{0}”, which this community does not count. The operator can declare it in the community's file, under assets.",
    ),
];

/// The same where the second number is nothing: “only 0 left” and “0 can be spent” are no sentences, and whoever owes
/// has nothing to spend either.
const AT_NOTHING: &[(&str, &str, &str)] = &[
    (
        "balance.short",
        "需要 {0} 分，现在没有可以用的积分。",
        "This needs {0} points, and there are none to spend.",
    ),
    (
        "balance.floor",
        "要扣 {0} 分，现在没有可以用的积分，会超出本社区允许的欠分下限 {2} 分。",
        "{0} points would be taken and there are none; the lowest balance allowed here is {2}.",
    ),
    (
        "stock.out",
        "“{0}”刚刚换完了。可以先换别的，或等补货。",
        "“{0}” has just run out. Choose something else, or wait until there is more.",
    ),
];

/// The same for those who may not know what somebody has: the first hole is what was asked, the others are left out.
const UNTOLD_PHRASES: &[(&str, &str, &str)] = &[
    (
        "balance.short",
        "需要 {0} 分，现在的积分不够。",
        "This needs {0} points, and there are not that many.",
    ),
    (
        "balance.floor",
        "要扣 {0} 分，超出了本社区允许的欠分下限。",
        "{0} points would be taken, below the lowest balance allowed here.",
    ),
];

/// A refusal as it is told to somebody who may not read what the person has.
pub fn without_balance(refusal: &Refusal) -> Refusal {
    let mut told = refusal.clone();
    if UNTOLD_PHRASES
        .iter()
        .any(|(phrase_code, ..)| *phrase_code == refusal.code.as_str())
    {
        told.args.truncate(1);
    }
    told
}

/// A number with thousands marks.
fn grouped(number: i32) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if number < 0 { format!("−{out}") } else { out }
}

/// A date as people say it.
pub fn day(date: LocalDate, lang: Lang) -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (year, month, day) = date.parts();
    match lang {
        Lang::Zh => format!("{year}年{month}月{day}日"),
        Lang::En => format!(
            "{day} {} {year}",
            MONTHS
                .get(usize::from(month.saturating_sub(1)))
                .unwrap_or(&"?")
        ),
    }
}

/// What a code is called: an event kind or unit of the plan, an item of the shop, or one of the plan's phrases.
fn name(code: &Code, plan: &Plan, frame: Option<&Frame>, lang: Lang) -> String {
    let kind = plan
        .kinds
        .iter()
        .find(|kind| kind.code == *code)
        .map(|kind| &kind.title);
    let phrase = || {
        plan.phrases
            .iter()
            .find(|phrase| phrase.code == *code)
            .map(|phrase| &phrase.text)
    };
    let item = || {
        frame?
            .items
            .iter()
            .find(|item| item.code == *code)
            .map(|item| &item.title)
    };
    kind.or_else(phrase)
        .or_else(item)
        .map_or_else(|| role(code, lang), |text| lang.of(text).to_owned())
}

/// The roles that rules of this house name, in words; any other code stands for itself.
fn role(code: &Code, lang: Lang) -> String {
    let (zh, en) = match code.as_str() {
        "doer" => ("办理人", "doer"),
        "partner" => ("搭档", "partner"),
        "referrer" => ("推荐人", "referrer"),
        "giver" => ("送的人", "giver"),
        "receiver" => ("收的人", "receiver"),
        "fund" => ("基金", "fund"),
        other => return other.to_owned(),
    };
    match lang {
        Lang::Zh => zh.to_owned(),
        Lang::En => en.to_owned(),
    }
}

/// Words that sentences of rules count with; what an operator counts in is the unit of a kind, see [`counted`].
const COUNTABLE: [&str; 12] = [
    "times",
    "points",
    "minutes",
    "hours",
    "days",
    "weeks",
    "months",
    "years",
    "pieces",
    "events",
    "units",
    "fractions",
];

/// The singular of an English plural, by the rules that hold for nearly all of them: `boxes` becomes `box`.
fn singular(plural: &str) -> String {
    if let Some(stem) = plural.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    let hissing = ["ches", "shes", "xes", "sses"];
    if hissing.iter().any(|end| plural.ends_with(end)) {
        return plural[..plural.len() - 2].to_owned();
    }
    let kept = ["ss", "us", "is"].iter().any(|end| plural.ends_with(end));
    match plural
        .strip_suffix('s')
        .filter(|stem| !kept && stem.len() > 1)
    {
        Some(stem) => stem.to_owned(),
        None => plural.to_owned(),
    }
}

/// `7.6 公斤`, `1 time`, `2 times`: a quantity with what it counts. English units are written as plurals.
pub fn counted(quantity: &str, unit: &Text, lang: Lang) -> String {
    let unit = &*shown::short(lang.of(unit), TITLE_MAX);
    if lang == Lang::Zh || quantity != "1" {
        return format!("{quantity} {unit}");
    }
    // `bags of waste`: the first word is the one that is counted.
    let (first, rest) = match unit.split_once(" of ") {
        Some((first, rest)) => (first, format!(" of {rest}")),
        None => (unit, String::new()),
    };
    format!("{quantity} {}{rest}", singular(first))
}

/// An English sentence whose holes were filled with numbers: `1 times` becomes `1 time`, `1 points are` becomes
/// `1 point is`. Rules have one phrase for every number.
fn agreeing(sentence: &str) -> String {
    let mut words: Vec<String> = sentence.split(' ').map(str::to_owned).collect();
    for at in 1..words.len() {
        let one = words[at - 1].trim_start_matches(['(', '“', '+', '−']) == "1";
        let punctuated = words[at].clone();
        let word = punctuated.trim_end_matches([',', '.', ';', ':', ')', '?', '!']);
        if !one || !COUNTABLE.contains(&word) {
            continue;
        }
        let mark = &punctuated[word.len()..];
        words[at] = format!("{}{mark}", singular(word));
        if let Some(verb) = words.get_mut(at + 1).filter(|_| mark.is_empty()) {
            match verb.as_str() {
                "are" => *verb = "is".to_owned(),
                "were" => *verb = "was".to_owned(),
                _ => {}
            }
        }
    }
    words.join(" ")
}

fn fill(template: &str, args: &[Arg], plan: &Plan, frame: Option<&Frame>, lang: Lang) -> String {
    let out = sentence::fill(template, args.len(), |place| match args.get(place) {
        Some(Arg::Integer(number)) => grouped(*number),
        Some(Arg::Decimal(number)) => number.to_string(),
        Some(Arg::Day(date)) => day(*date, lang),
        Some(Arg::Code(code)) => name(code, plan, frame, lang),
        None => String::new(),
    });
    match lang {
        Lang::Zh => out,
        Lang::En => agreeing(&out),
    }
}

fn said(code: &Code, args: &[Arg], plan: &Plan, frame: Option<&Frame>, lang: Lang) -> String {
    if let Some(phrase) = plan.phrases.iter().find(|phrase| phrase.code == *code) {
        return fill(lang.of(&phrase.text), args, plan, frame, lang);
    }
    let nothing = matches!(args.get(1), Some(Arg::Integer(..=0)));
    let special = AT_NOTHING.iter().filter(|_| nothing);
    let untold = UNTOLD_PHRASES.iter().filter(|_| args.len() == 1);
    match untold
        .chain(special)
        .chain(BOOK_PHRASES)
        .find(|(phrase_code, _, _)| *phrase_code == code.as_str())
    {
        Some((_, zh, en)) => fill(
            if lang == Lang::Zh { zh } else { en },
            args,
            plan,
            frame,
            lang,
        ),
        None => code.to_string(),
    }
}

/// One line of a breakdown.
pub fn line(plan: &Plan, frame: Option<&Frame>, line: &Line, lang: Lang) -> String {
    said(&line.code, &line.args, plan, frame, lang)
}

/// A refusal, with the day from which it may be otherwise.
pub fn refusal(plan: &Plan, frame: Option<&Frame>, refusal: &Refusal, lang: Lang) -> String {
    let mut said = said(&refusal.code, &refusal.args, plan, frame, lang);
    if !said.ends_with(['。', '.', '！', '!', '？', '?']) {
        said.push_str(if lang == Lang::Zh { "。" } else { "." });
    }
    match (refusal.opens, lang) {
        (None, _) => said,
        (Some(date), Lang::Zh) => format!("{said}{}起可以再来。", day(date, lang)),
        (Some(date), Lang::En) => format!("{said} It opens again on {}.", day(date, lang)),
    }
}

/// Something that a reviewer should look at.
pub fn mark(plan: &Plan, frame: Option<&Frame>, mark: &Mark, lang: Lang) -> String {
    said(&mark.code, &mark.args, plan, frame, lang)
}

/// The plan of a rule set of a frame; an empty one when it is not there.
pub fn plan_of(frame: &Frame, set: Option<RuleSetNo>) -> Plan {
    frame
        .sets
        .iter()
        .find(|rule_set| Some(rule_set.no) == set)
        .map(|rule_set| rule_set.plan.clone())
        .unwrap_or_default()
}

/// What the kind of an event is called and counted in: by the rule set that was asked about it, or else the one of its
/// day, or else the newest that knows it.
pub fn kind_of<'f>(
    frame: &'f Frame,
    event: &Event,
    set: Option<RuleSetNo>,
) -> Option<&'f KindPlan> {
    let of_set = |set| {
        let kinds = frame.set(set)?.plan.kinds.iter();
        kinds.into_iter().find(|kind| kind.code == event.kind)
    };
    set.and_then(of_set)
        .or_else(|| frame.rule_for(&event.kind, event.on).map(|(_, kind)| kind))
        .or_else(|| kind(frame, &event.kind))
}

/// What an event kind is called and counted in, by the newest rule set that knows it.
pub fn kind<'f>(frame: &'f Frame, code: &Code) -> Option<&'f KindPlan> {
    frame
        .sets
        .iter()
        .rev()
        .find_map(|set| set.plan.kinds.iter().find(|kind| kind.code == *code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_counts_one_of_a_thing() {
        let check = |said: &str, wanted: &str| assert_eq!(agreeing(said), wanted);
        check(
            "This person: at most 1 times, already 1",
            "This person: at most 1 time, already 1",
        );
        check("Only 1 of “Salt” are left.", "Only 1 of “Salt” are left.");
        check("1 points are kept", "1 point is kept");
        check("11 points are kept", "11 points are kept");
        check("reached 1 times, now", "reached 1 time, now");
        check("0.1 points", "0.1 points");
        let unit = |en: &str| Text {
            zh: "个".into(),
            en: en.into(),
        };
        for (plural, one) in [
            ("times", "1 time"),
            ("trees", "1 tree"),
            ("boxes", "1 box"),
            ("batteries", "1 battery"),
            ("houses", "1 house"),
            ("bags of leaves", "1 bag of leaves"),
            ("kg", "1 kg"),
            ("glass", "1 glass"),
        ] {
            assert_eq!(counted("1", &unit(plural), Lang::En), one);
        }
        assert_eq!(counted("7.6", &unit("boxes"), Lang::En), "7.6 boxes");
        assert_eq!(counted("1", &unit("times"), Lang::Zh), "1 个");
    }

    #[test]
    fn holes_are_filled_in_both_languages() {
        let refused = Refusal {
            code: Code::literal("balance.short"),
            args: vec![Arg::Integer(1600), Arg::Integer(1286)],
            opens: None,
        };
        let plan = Plan::default();
        assert_eq!(
            refusal(&plan, None, &refused, Lang::Zh),
            "需要 1,600 分，现在可用 1,286 分，积分不够。"
        );
        // Somebody who may not know what she has is not told it by a refusal either.
        let untold = without_balance(&refused);
        for lang in [Lang::Zh, Lang::En] {
            let told = refusal(&plan, None, &untold, lang);
            assert!(told.contains("1,600") && !told.contains("1,286"), "{told}");
        }
        let opens = Refusal {
            opens: "2026-12-01".parse().ok(),
            ..refused
        };
        assert!(refusal(&plan, None, &opens, Lang::En).ends_with("It opens again on 1 Dec 2026."));
    }

    fn code(text: &str) -> Code {
        text.parse().expect("a code")
    }

    fn both(text: &str) -> Text {
        Text {
            zh: text.into(),
            en: text.into(),
        }
    }

    /// A plan whose every text is full of holes that name each other.
    fn nasty(template: &str) -> (Plan, Line) {
        let phrase = |code_: &str, text: &str| rongyi_core::rule::Phrase {
            code: code(code_),
            text: both(text),
        };
        let plan = Plan {
            kinds: vec![rongyi_core::rule::KindPlan {
                code: code("kind"),
                title: both(&"{0}{1}{15}".repeat(20)),
                unit: both("1 times {0}"),
                scale: 0,
                quantity_min: 1,
                quantity_max: 1,
                fields: Vec::new(),
                facts: Vec::new(),
            }],
            phrases: vec![
                phrase("base", template),
                phrase("own", &"{0}{1}{2}{3}".repeat(32)),
                phrase(
                    "again",
                    "{0} 1 points are {1} {2} \n\u{1b}]0;x\u{7}\u{202e}",
                ),
            ],
            ..Plan::default()
        };
        let names = ["own", "base", "kind", "again", "nothing.known"];
        let args = (0..16).map(|at| Arg::Code(code(names[at % names.len()])));
        let line = Line {
            code: code("base"),
            args: args.collect(),
            asset: code("points"),
            amount: Some(1),
        };
        (plan, line)
    }

    #[test]
    fn no_sentence_feeds_on_itself() {
        for template in [
            &*"{0}".repeat(128),
            &*"{0}{1}{2}{3}".repeat(32),
            "{{0}} {99} {0",
            &*"1 points are ".repeat(80),
            &*"{15}".repeat(250),
        ] {
            let (plan, line_of) = nasty(template);
            let mut all = 0;
            for _ in 0..1_000 {
                for lang in [Lang::Zh, Lang::En] {
                    let text = line(&plan, None, &line_of, lang);
                    let chars = text.chars().count();
                    assert!(
                        chars <= sentence::SENTENCE_MAX * 2,
                        "{chars} of {template:?}"
                    );
                    assert_eq!(shown::line(&text), text, "nothing raw goes out");
                    all += chars;
                }
            }
            assert!(all <= 2_000 * sentence::SENTENCE_MAX * 2);
        }
        let (plan, line_of) = nasty("{{0}} {99} {0 {2}");
        let text = line(&plan, None, &line_of, Lang::Zh);
        let shortened: String = "{0}{1}{2}{3}"
            .repeat(32)
            .chars()
            .take(sentence::HOLE_MAX)
            .collect();
        let title = "{0}{1}{15}".repeat(20);
        assert_eq!(text, format!("{{{shortened}…}} {{99}} {{0 {title}"));
        let unit = counted("1", &both(&"x".repeat(100_000)), Lang::En);
        assert!(unit.chars().count() <= TITLE_MAX + 3);
    }
}
