//! Runs one scenario and says what differs. Everything that must hold for any answer is here too.

use std::collections::BTreeMap;

use super::{Candidate, Expect, ExpectedAward, ExpectedLine, ExpectedWrong, File, Scenario, given};
use crate::params::Exact;
use crate::types::{Arg, Award, Date, Decision, Line, Plan, Quote, Refusal, Text};

/// What differs; empty when all is as written.
///
/// # Errors
/// The scenario could not be run at all.
pub(super) fn scenario(
    file: &File,
    scenario: &Scenario,
    candidate: &mut dyn Candidate,
) -> Result<Vec<String>, String> {
    let params = file
        .params
        .get(&scenario.params)
        .ok_or_else(|| format!("there is no [params.{}]", scenario.params))?;
    let expect = &scenario.expect;
    let plan = match (
        candidate.configure(&super::params_json(params))?,
        &expect.wrong,
    ) {
        (Ok(plan), None) => plan,
        (Ok(_), Some(_)) => return Err("the parameters were accepted".to_owned()),
        (Err(found), None) => return Err(format!("the parameters were refused: {found:?}")),
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
            return Ok(different("diagnostics", &got, &wanted));
        }
    };
    let mut differs = plan_holds(&plan);
    match (&scenario.event, &scenario.basket) {
        (Some(event), None) => {
            let kind = plan.kinds.iter().find(|kind| kind.code == event.kind);
            let kind = kind.ok_or_else(|| format!("the plan has no kind “{}”", event.kind))?;
            let event = given::event(event, kind, &scenario.facts)?;
            match candidate.earn(&event)? {
                Ok(decision) => decided(&plan, &decision, expect, &mut differs),
                Err(refusal) => refused(&plan, &refusal, expect, &mut differs)?,
            }
        }
        (None, Some(basket)) => {
            let pricing = plan.pricing.as_ref().ok_or("the plan prices nothing")?;
            let asked = given::basket(basket, pricing, &scenario.facts)?;
            match candidate.price(&asked)? {
                Ok(quote) => quoted(&plan, asked.lines.len(), &quote, expect, &mut differs),
                Err(refusal) => refused(&plan, &refusal, expect, &mut differs)?,
            }
        }
        _ => return Err("write either an event or a basket".to_owned()),
    }
    Ok(differs)
}

fn different<T: PartialEq + std::fmt::Debug>(what: &str, got: &T, wanted: &T) -> Vec<String> {
    if got == wanted {
        Vec::new()
    } else {
        vec![format!("{what}: got {got:?}, expected {wanted:?}")]
    }
}

fn decided(plan: &Plan, decision: &Decision, expect: &Expect, differs: &mut Vec<String>) {
    if let Some(code) = &expect.refusal {
        differs.push(format!("decided, but a refusal {code} was expected"));
    }
    if expect.awards.is_none() && expect.lines.is_none() && expect.refusal.is_none() {
        differs.push("a decision was made, but the scenario expects none".to_owned());
    }
    let award = |award: &Award| ExpectedAward {
        role: award.role.clone(),
        asset: award.asset.clone(),
        amount: award.amount,
    };
    if let Some(wanted) = &expect.awards {
        let mut got: Vec<_> = decision.awards.iter().map(award).collect();
        let mut wanted = wanted.clone();
        got.sort();
        wanted.sort();
        differs.extend(different("awards", &got, &wanted));
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

fn quoted(plan: &Plan, lines: usize, quote: &Quote, expect: &Expect, differs: &mut Vec<String>) {
    if let Some(code) = &expect.refusal {
        differs.push(format!("quoted, but a refusal {code} was expected"));
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
    differs.extend(different("the sum of the lines", &lines, &total));
}

fn refused(
    plan: &Plan,
    refusal: &Refusal,
    expect: &Expect,
    differs: &mut Vec<String>,
) -> Result<(), String> {
    let said = say(plan, &refusal.code, &refusal.args, differs);
    let Some(code) = &expect.refusal else {
        differs.push(format!(
            "refused: {} {said} (opens {:?})",
            refusal.code, refusal.opens
        ));
        return Ok(());
    };
    differs.extend(different("refusal", &refusal.code, code));
    if let Some(says) = &expect.says {
        differs.extend(different("the refusal says", &said, says));
    }
    let opens = expect.opens.as_ref().map(given::date).transpose()?;
    differs.extend(different("opens", &refusal.opens, &opens));
    Ok(())
}

fn said_lines(plan: &Plan, lines: &[Line], expect: &Expect, differs: &mut Vec<String>) {
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
fn say(plan: &Plan, code: &str, args: &[Arg], differs: &mut Vec<String>) -> String {
    let Some(phrase) = plan.phrases.iter().find(|phrase| phrase.code == code) else {
        differs.push(format!("there is no phrase “{code}”"));
        return String::new();
    };
    let fill = |template: &str, zh: bool| {
        let mut said = template.to_owned();
        for (at, arg) in args.iter().enumerate() {
            said = said.replace(&format!("{{{at}}}"), &spoken(plan, arg, zh));
        }
        said
    };
    let (zh, en) = (fill(&phrase.text.zh, true), fill(&phrase.text.en, false));
    for said in [&zh, &en] {
        if said.contains('{') {
            differs.push(format!("a hole stays open in “{said}”"));
        }
    }
    zh
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
        Arg::Day(Date { year, month, day }) => format!("{year:04}-{month:02}-{day:02}"),
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
fn plan_holds(plan: &Plan) -> Vec<String> {
    let mut differs = Vec::new();
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
