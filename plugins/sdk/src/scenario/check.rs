//! Runs one scenario and says what differs. Everything that must hold for any answer is here too.

use std::collections::BTreeMap;

use super::{
    Candidate, Difference, Expect, ExpectedAward, ExpectedLine, ExpectedWrong, File, Question,
    Scenario, given,
};
use crate::params::Exact;
use crate::types::{Arg, Award, Date, Decision, Diagnostic, Line, Plan, Quote, Refusal, Text};

/// What differs; empty when all is as written.
///
/// # Errors
/// The scenario could not be run at all.
pub(super) fn scenario(
    file: &File,
    scenario: &Scenario,
    own_params: Option<&str>,
    candidate: &mut dyn Candidate,
) -> Result<Vec<Difference>, String> {
    let params = match &scenario.params {
        Some(name) => file
            .params
            .get(name)
            .map(super::params_json)
            .ok_or_else(|| {
                let all: Vec<_> = file.params.keys().map(String::as_str).collect();
                let all = all.join(", ");
                format!("the file has no parameters [params.{name}]; it has: {all}")
            })?,
        None => own_params
            .map(str::to_owned)
            .ok_or("write params = \"…\", the name of one of the [params.…] of this file")?,
    };
    let expect = &scenario.expect;
    let plan = match (candidate.configure(&params)?, &expect.wrong) {
        (Ok(plan), None) => plan,
        (Ok(_), Some(_)) => {
            return Err(
                "the parameters were accepted, but the scenario expects them to be wrong"
                    .to_owned(),
            );
        }
        (Err(found), None) => {
            let one = |one: &Diagnostic| {
                let (path, code) = (&one.path, &one.code);
                format!("{path}: {code}: {} {}", one.message.zh, one.message.en)
            };
            let found: Vec<_> = found.iter().map(one).collect();
            return Err(format!("the parameters were refused\n{}", found.join("\n")));
        }
        (Err(found), Some(wanted)) => {
            let mut got: Vec<_> = found
                .into_iter()
                .map(|one| ExpectedWrong {
                    path: one.path,
                    code: one.code,
                })
                .collect();
            let mut wanted = wanted.clone();
            got.sort();
            wanted.sort();
            return Ok(different("wrong", &got, &wanted).into_iter().collect());
        }
    };
    let mut differs = plan_holds(&plan);
    match super::question(&plan, scenario)? {
        Question::Earn(event) => match candidate.earn(&event)? {
            Ok(decision) => decided(&plan, &decision, expect, &mut differs),
            Err(refusal) => refused(&plan, &refusal, expect, &mut differs)?,
        },
        Question::Price(basket) => match candidate.price(&basket)? {
            Ok(quote) => quoted(&plan, basket.lines.len(), &quote, expect, &mut differs),
            Err(refusal) => refused(&plan, &refusal, expect, &mut differs)?,
        },
        Question::Close(closing) => match candidate.close(&closing)? {
            Ok(decision) => decided(&plan, &decision, expect, &mut differs),
            Err(refusal) => refused(&plan, &refusal, expect, &mut differs)?,
        },
    }
    Ok(differs.0)
}

/// What was found so far.
#[derive(Default)]
struct Differs(Vec<Difference>);

impl Differs {
    fn push(&mut self, says: impl Into<Difference>) {
        self.0.push(says.into());
    }

    fn extend(&mut self, found: Option<Difference>) {
        self.0.extend(found);
    }
}

/// The two sides, unless they are the same.
fn different<T: PartialEq + ToString>(what: &str, got: &[T], wanted: &[T]) -> Option<Difference> {
    (got != wanted).then(|| Difference::Sides {
        what: what.to_owned(),
        got: got.iter().map(T::to_string).collect(),
        expected: wanted.iter().map(T::to_string).collect(),
    })
}

fn award(award: &Award) -> ExpectedAward {
    ExpectedAward {
        role: award.role.clone(),
        asset: award.asset.clone(),
        amount: award.amount,
        expires: award.expires.and_then(|day| iso(day).parse().ok()),
    }
}

/// In any order. The days on which awards lapse are compared when one of them is written.
fn awarded(got: &[Award], wanted: &[ExpectedAward]) -> Option<Difference> {
    let days = wanted.iter().any(|award| award.expires.is_some());
    let mut got: Vec<_> = got.iter().map(award).collect();
    for award in got.iter_mut().filter(|_| !days) {
        award.expires = None;
    }
    let mut wanted = wanted.to_vec();
    got.sort_by_key(ToString::to_string);
    wanted.sort_by_key(ToString::to_string);
    different("awards", &got, &wanted)
}

fn or_nothing(rows: Vec<String>, nothing: &str) -> Vec<String> {
    if rows.is_empty() {
        vec![nothing.to_owned()]
    } else {
        rows
    }
}

fn decided(plan: &Plan, decision: &Decision, expect: &Expect, differs: &mut Differs) {
    if let Some(code) = &expect.refusal {
        let got = decision
            .awards
            .iter()
            .map(award)
            .map(|award| award.to_string());
        differs.push(Difference::Sides {
            what: "refusal".to_owned(),
            got: or_nothing(got.collect(), "an award of nothing"),
            expected: vec![code.clone()],
        });
    }
    let silent = expect.awards.is_none() && expect.lines.is_none() && expect.marks.is_none();
    if silent && expect.refusal.is_none() {
        differs.push("a decision was made, but the scenario expects none".to_owned());
    }
    if let Some(wanted) = &expect.awards {
        differs.extend(awarded(&decision.awards, wanted));
    }
    let marks: Vec<String> = decision
        .marks
        .iter()
        .map(|mark| say(plan, &mark.code, &mark.args, differs))
        .collect();
    if let Some(wanted) = &expect.marks {
        differs.extend(different("marks", &marks, wanted));
    }
    said_lines(plan, &decision.lines, expect, differs);
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for award in &decision.awards {
        let sum = sums.entry(award.asset.as_str()).or_default();
        *sum = sum.saturating_add(award.amount.into());
    }
    for line in &decision.lines {
        let sum = sums.entry(line.asset.as_str()).or_default();
        *sum = sum.saturating_sub(line.amount.unwrap_or(0).into());
    }
    for (asset, left) in sums.into_iter().filter(|(_, left)| *left != 0) {
        differs.push(format!("the lines of {asset} miss its awards by {left}"));
    }
}

fn quoted(plan: &Plan, lines: usize, quote: &Quote, expect: &Expect, differs: &mut Differs) {
    if let Some(code) = &expect.refusal {
        let got = quote.points.iter().map(|points| format!("{points} points"));
        differs.push(Difference::Sides {
            what: "refusal".to_owned(),
            got: got.collect(),
            expected: vec![code.clone()],
        });
    }
    if expect.points.is_none() && expect.lines.is_none() && expect.refusal.is_none() {
        differs.push("a quote was made, but the scenario expects none".to_owned());
    }
    if let Some(wanted) = &expect.points {
        differs.extend(different("points", &quote.points, wanted));
    }
    if quote.points.len() != lines {
        differs.push(format!("{} amounts for {lines} lines", quote.points.len()));
    }
    said_lines(plan, &quote.lines, expect, differs);
    let total: i64 = quote.points.iter().copied().map(i64::from).sum();
    let lines: i64 = quote
        .lines
        .iter()
        .map(|line| i64::from(line.amount.unwrap_or(0)))
        .sum();
    differs.extend(different("the sum of the lines", &[lines], &[total]));
}

fn refused(
    plan: &Plan,
    refusal: &Refusal,
    expect: &Expect,
    differs: &mut Differs,
) -> Result<(), String> {
    let said = say(plan, &refusal.code, &refusal.args, differs);
    let Some(code) = &expect.refusal else {
        let opens = refusal.opens.map(|day| format!(", opens {}", iso(day)));
        let awards = expect.awards.iter().flatten().map(ToString::to_string);
        let points = expect.points.iter().flatten();
        let points = points.map(|points| format!("{points} points"));
        differs.push(Difference::Sides {
            what: "answer".to_owned(),
            got: vec![format!(
                "refused: {}: {said}{}",
                refusal.code,
                opens.unwrap_or_default()
            )],
            expected: or_nothing(awards.chain(points).collect(), "an answer"),
        });
        return Ok(());
    };
    differs.extend(different(
        "refusal",
        std::slice::from_ref(&refusal.code),
        std::slice::from_ref(code),
    ));
    if let Some(says) = &expect.says {
        differs.extend(different(
            "says",
            std::slice::from_ref(&said),
            std::slice::from_ref(says),
        ));
    }
    let opens = expect.opens.as_ref().map(given::date).transpose()?;
    let day = |day: Option<Date>| vec![day.map_or_else(|| "-".to_owned(), iso)];
    differs.extend(different("opens", &day(refusal.opens), &day(opens)));
    Ok(())
}

fn said_lines(plan: &Plan, lines: &[Line], expect: &Expect, differs: &mut Differs) {
    let got: Vec<_> = lines
        .iter()
        .map(|line| ExpectedLine {
            zh: say(plan, &line.code, &line.args, differs),
            amount: line.amount,
        })
        .collect();
    if let Some(wanted) = &expect.lines {
        differs.extend(different("lines", &got, wanted));
    }
}

/// The Chinese sentence; complains about a missing phrase, and about holes and arguments that do not match
/// in either language.
fn say(plan: &Plan, code: &str, args: &[Arg], differs: &mut Differs) -> String {
    let Some(phrase) = plan.phrases.iter().find(|phrase| phrase.code == code) else {
        differs.push(format!("there is no phrase “{code}”"));
        return String::new();
    };
    let mut fill = |template: &str, zh: bool| {
        let (said, open) = filled(template, args.len(), |at| {
            args.get(at)
                .map(|arg| spoken(plan, arg, zh))
                .unwrap_or_default()
        });
        if open {
            differs.push(format!("a hole stays open in “{said}”"));
        }
        said
    };
    let zh = fill(&phrase.text.zh, true);
    fill(&phrase.text.en, false);
    zh
}

/// The longest sentence in a report, in characters.
const SAID_MAX: usize = 2_000;

/// The template with its holes filled, and whether one stayed open. One pass, as the host fills them: what stands in
/// a hole is not looked at again, however many braces it has.
fn filled(template: &str, args: usize, said: impl Fn(usize) -> String) -> (String, bool) {
    let (mut out, mut open, mut rest) = (String::new(), false, template);
    while let Some((before, from)) = rest.split_once('{') {
        out.push_str(before);
        let hole = from.split_once('}').and_then(|(number, after)| {
            let good = number.len() <= 3 && number.bytes().all(|byte| byte.is_ascii_digit());
            let at: usize = number.parse().ok().filter(|at| good && *at < args)?;
            Some((at, after))
        });
        rest = match hole {
            Some((at, after)) => {
                out.extend(said(at).chars().take(SAID_MAX / 10));
                after
            }
            None => {
                open = true;
                out.push('{');
                from
            }
        };
        if out.len() > SAID_MAX * 4 {
            break;
        }
    }
    out.push_str(rest);
    if let Some((end, _)) = out.char_indices().nth(SAID_MAX) {
        out.truncate(end);
        out.push('…');
    }
    (out, open)
}

fn iso(date: Date) -> String {
    let Date { year, month, day } = date;
    format!("{year:04}-{month:02}-{day:02}")
}

/// An argument as a person reads it. A code without a text in the plan stays as it is: items belong to the
/// host.
fn spoken(plan: &Plan, arg: &Arg, zh: bool) -> String {
    let pick = |text: &Text| if zh { text.zh.clone() } else { text.en.clone() };
    match arg {
        Arg::Integer(number) => number.to_string(),
        Arg::Decimal(number) => Exact {
            units: number.units.into(),
            scale: number.scale,
        }
        .to_string(),
        Arg::Day(day) => iso(*day),
        Arg::Code(code) => {
            let kind = plan.kinds.iter().find(|kind| kind.code == *code);
            let phrase = plan.phrases.iter().find(|phrase| phrase.code == *code);
            kind.map(|kind| pick(&kind.title))
                .or_else(|| phrase.map(|phrase| pick(&phrase.text)))
                .unwrap_or_else(|| code.clone())
        }
    }
}

/// What the host demands of every plan: codes in its alphabet, none twice, no text empty.
fn plan_holds(plan: &Plan) -> Differs {
    let mut differs = Differs::default();
    let kinds = plan.kinds.iter().map(|kind| kind.code.as_str());
    let fields = plan.kinds.iter().flat_map(|kind| kind.fields.iter());
    let fields = fields.map(|field| field.name.as_str());
    let phrases: Vec<_> = plan
        .phrases
        .iter()
        .map(|phrase| phrase.code.as_str())
        .collect();
    for code in kinds.chain(fields).chain(phrases.iter().copied()) {
        let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let rest = |byte: u8| good(byte) || b"-._/".contains(&byte);
        let begins = code.bytes().next().is_some_and(good);
        if !begins || !code.bytes().all(rest) || code.len() > 48 {
            differs.push(format!(
                "“{code}” is not a code of at most 48 letters a-z, digits and -._/"
            ));
        }
    }
    for (at, code) in phrases.iter().enumerate() {
        if phrases
            .iter()
            .skip(at.saturating_add(1))
            .any(|other| other == code)
        {
            differs.push(format!("the phrase “{code}” is written twice"));
        }
    }
    let texts = plan
        .phrases
        .iter()
        .map(|phrase| &phrase.text)
        .chain(&plan.summary);
    for text in texts.filter(|text| text.zh.trim().is_empty() || text.en.trim().is_empty()) {
        differs.push(format!("an empty text: {text:?}"));
    }
    differs
}
