//! Sequences of edits, each taken over, against what the last of them says: nothing else may decide on any day.
#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use rongyi_core::book::Applied;
use rongyi_core::rule::{KindPlan, Plan, Text};

use super::*;

const FIRST: i32 = 20_400;
const DAYS: i32 = 12;

fn text(words: &str) -> Text {
    Text {
        zh: words.into(),
        en: words.into(),
    }
}

fn day(at: i32) -> LocalDate {
    LocalDate::from_days(FIRST + at).unwrap()
}

fn kind(name: &'static str) -> KindPlan {
    KindPlan {
        code: Code::literal(name),
        title: text(name),
        unit: text("个"),
        scale: 0,
        quantity_min: 1,
        quantity_max: 9,
        fields: vec![],
        facts: vec![],
    }
}

/// A block as somebody might write it.
#[derive(Debug, Clone, Copy)]
struct Written {
    name: &'static str,
    from: i32,
    until: Option<i32>,
    waste: bool,
    tree: bool,
    params: u8,
}

impl Written {
    fn block(self) -> Block {
        let mut kinds = Vec::new();
        kinds.extend(self.waste.then(|| kind("waste")));
        kinds.extend(self.tree.then(|| kind("tree")));
        Block {
            set: RuleSet {
                no: RuleSetNo(0),
                name: Code::literal(self.name),
                title: text(self.name),
                version: "1".into(),
                component: [1; 32],
                params: [self.params; 32],
                active_from: day(self.from),
                plan: Plan {
                    kinds,
                    summary: vec![text("总有一句")],
                    ..Plan::default()
                },
            },
            until: self.until.map(day),
        }
    }

    fn covers(self, on: i32) -> bool {
        self.from <= on && self.until.is_none_or(|last| on <= last)
    }

    fn has(self, kind: &str) -> bool {
        (kind == "waste" && self.waste) || (kind == "tree" && self.tree)
    }
}

/// What a file says about a kind on a day: the blocks that decide it. Two are a mistake that is told before.
fn decides(file: &[Written], kind: &str, on: i32) -> Vec<(&'static str, i32, u8)> {
    let covering: Vec<Written> = file
        .iter()
        .copied()
        .filter(|written| written.covers(on))
        .collect();
    let newest = |written: &Written| {
        let later = |other: &Written| other.name == written.name && other.from > written.from;
        !covering.iter().any(later)
    };
    let all = covering
        .iter()
        .filter(|written| newest(written) && written.has(kind));
    all.map(|written| (written.name, written.from, written.params))
        .collect()
}

fn file() -> impl Strategy<Value = Vec<Written>> {
    let block = (
        prop::sample::select(vec!["table", "own"]),
        0..DAYS,
        prop::option::of(0..DAYS),
        any::<(bool, bool)>(),
        0_u8..3,
    );
    let block = block.prop_map(|(name, from, until, (waste, tree), params)| Written {
        name,
        from,
        until: until.map(|days| from + days),
        waste,
        tree,
        params,
    });
    prop::collection::vec(block, 0..5).prop_map(|mut blocks| {
        // Two of one rule from one day are refused when the file is read.
        let mut seen = Vec::new();
        blocks.retain(|written| {
            let new = !seen.contains(&(written.name, written.from));
            seen.push((written.name, written.from));
            new
        });
        blocks
    })
}

fn apply(book: &mut Book, asks: Vec<Ask>, today: i32) {
    for ask in asks {
        let command = Command {
            actor: Code::literal("job"),
            key: None,
            today: day(today),
            ask,
            text: None,
            reference: None,
        };
        let applied = book.apply(&command, Instant(0), &Nobody).unwrap();
        assert!(matches!(applied, Applied::Fresh(_)));
    }
}

fn settings_with(in_force: Option<Vec<InForce>>) -> Settings {
    Settings {
        unit: Unit::Person,
        began_on: day(0),
        expiry: rongyi_core::settings::Expiry::Never,
        debt_floor: Amount::ZERO,
        order_hold_days: 1,
        award_max: None,
        issue_budget_month: None,
        assets: vec![],
        debt_floors: vec![],
        notice_days: vec![],
        in_force,
        minutes_max_day: None,
        timed: vec![],
        roles: None,
        overlaps: vec![],
        unit_minutes: vec![],
        by_scale: true,
        written: None,
        beside: None,
        leaving: None,
        agreements: vec![],
    }
}

fn take_over(book: &mut Book, file: &[Written], today: i32) {
    let blocks: Vec<Block> = file.iter().map(|written| written.block()).collect();
    apply(book, unknown_sets(Some(book.frame()), &blocks), today);
    let wanted = settings_with(Some(named(Some(book.frame()), &blocks)));
    if book.frame().settings.as_ref() != Some(&wanted) {
        apply(book, vec![Ask::Settings(wanted)], today);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 400, ..ProptestConfig::default() })]

    /// Whatever was written before, planned, withdrawn, put off or taken out: on every day, past and coming, the last
    /// file decides, and a file that was there before comes back as it was, without a new rule set.
    #[test]
    fn the_last_file_decides_on_every_day(
        old in prop::collection::vec((0..DAYS, any::<(bool, bool)>(), 0_u8..3), 0..4),
        edits in prop::collection::vec(file(), 1..6),
        today in 0..DAYS,
    ) {
        let mut book = Book::empty(Code::literal("nanmen"));
        // A ledger of before: activations alone, the last of them perhaps an end.
        let before = old.iter().map(|(from, (waste, tree), params)| {
            let written = Written { name: "table", from: *from, until: None, waste: *waste, tree: *tree, params: *params };
            Ask::Activate(Box::new(written.block().set))
        });
        apply(&mut book, before.collect(), today);
        apply(&mut book, vec![Ask::Settings(settings_with(None))], today);
        for file in &edits {
            take_over(&mut book, file, today);
            for on in 0..(2 * DAYS) {
                for kind in ["waste", "tree"] {
                    let wanted = decides(file, kind, on);
                    if wanted.len() > 1 {
                        continue;
                    }
                    let found = book.rule_for(&Code::literal(kind), day(on));
                    let found = found.map(|(set, _)| (set.name.to_string(), set.active_from, set.params[0]));
                    let wanted = wanted.first().map(|(name, from, params)| ((*name).to_owned(), day(*from), *params));
                    prop_assert_eq!(found, wanted, "{} on {}", kind, day(on));
                }
            }
        }
        let sets = book.frame().sets.len();
        take_over(&mut book, &edits[0], today);
        prop_assert_eq!(book.frame().sets.len(), sets);
    }
}

#[test]
fn a_set_that_nobody_knows_cannot_be_in_force() {
    let mut book = Book::empty(Code::literal("nanmen"));
    let one = InForce {
        set: RuleSetNo(7),
        from: day(0),
        until: None,
    };
    let command = Command {
        actor: Code::literal("job"),
        key: None,
        today: day(0),
        ask: Ask::Settings(settings_with(Some(vec![one]))),
        text: None,
        reference: None,
    };
    let refused = book.apply(&command, Instant(0), &Nobody).unwrap_err();
    assert_eq!(refused.code(), "rule-set.unknown");
}
