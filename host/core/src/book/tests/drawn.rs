//! Drawn sequences of whatever can be asked: the records add up beside naive models, and replay to the same book.

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Step {
    Earn {
        kind: usize,
        resident: u32,
        quantity: i32,
        back: i32,
    },
    Place {
        resident: u32,
        seen: i64,
        pieces: i32,
    },
    Settle(u32),
    Release(u32, bool),
    Lapse,
    SettlePart(u32, i32),
    /// Back this many records.
    Reverse(u64),
    Adjust(i64),
    Approve(u64, bool),
    Notice(u64, u8),
    Receive(i32),
    Later(i32),
    Seal,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0usize..6, 1u32..5, 0i32..60, 0i32..40).prop_map(|(kind, resident, quantity, back)| Step::Earn { kind, resident, quantity, back }),
        3 => (1u32..4, 60i64..300, 0i32..4).prop_map(|(resident, seen, pieces)| Step::Place { resident, seen, pieces }),
        2 => (1u32..8).prop_map(Step::Settle),
        2 => (1u32..8, any::<bool>()).prop_map(|(no, due)| Step::Release(no, due)),
        1 => Just(Step::Lapse),
        2 => (1u32..8, 0i32..3).prop_map(|(no, pieces)| Step::SettlePart(no, pieces)),
        4 => (1u64..30).prop_map(Step::Reverse),
        2 => (-200i64..200).prop_map(Step::Adjust),
        3 => (1u64..12, any::<bool>()).prop_map(|(back, other)| Step::Approve(back, other)),
        4 => (1u64..12, 0u8..4).prop_map(|(back, what)| Step::Notice(back, what)),
        1 => (0i32..4).prop_map(Step::Receive),
        2 => (1i32..25).prop_map(Step::Later),
        2 => Just(Step::Seal),
    ];
    proptest::collection::vec(step, 1..60)
}

fn run(steps: &[Step]) -> Desk {
    let mut desk = Desk::open();
    for (n, step) in steps.iter().enumerate() {
        let ask = match step {
            Step::Earn {
                kind,
                resident,
                quantity,
                back,
            } => {
                let name = ["waste", "take", "strict", "owe", "boom", "serve"][*kind];
                Ask::Earn(event(
                    name,
                    *resident,
                    *quantity,
                    desk.today.plus_days(-back),
                ))
            }
            Step::Place {
                resident,
                seen,
                pieces,
            } => Ask::Place(Place {
                no: OrderNo(0),
                resident: ResidentNo(*resident),
                lines: vec![OrderLine::new(code("rice"), *pieces)],
                seen: Amount::new(*seen).unwrap(),
                code: if n % 2 == 0 {
                    PickupCode::Clear(format!("{:08}", n % 7))
                } else {
                    PickupCode::Sealed([u8::try_from(n % 7).unwrap(); 32])
                },
            }),
            Step::Settle(no) => Ask::Settle(Settle(OrderNo(*no))),
            Step::Release(no, due) => Ask::Release(Release {
                order: OrderNo(*no),
                reason: if *due {
                    ReleaseReason::TimedOut
                } else {
                    ReleaseReason::Cancelled
                },
            }),
            Step::Lapse => Ask::Lapse(Lapse(vec![POINTS])),
            Step::SettlePart(no, pieces) => Ask::SettlePart(SettlePart {
                order: OrderNo(*no),
                lines: vec![OrderLine::new(code("rice"), *pieces)],
                price: PartPrice::Again,
            }),
            Step::Reverse(back) => match back % 3 {
                0 => Ask::Amend(Amend::Propose(
                    Change::Reverse {
                        entry: desk.back(*back),
                    },
                    [9; 32],
                )),
                _ => Ask::Amend(Amend::Reverse(desk.back(*back), [9; 32])),
            },
            Step::Adjust(amount) => later::adjust(*amount),
            Step::Approve(back, other) => {
                let proposal = desk.back(*back);
                let ask = if back % 4 == 0 {
                    Ask::Amend(Amend::Decline(proposal, [9; 32]))
                } else {
                    Ask::Amend(Amend::Approve(proposal))
                };
                let who = if *other { "staff/2" } else { "staff/1" };
                let _ = desk.ask_as(who, ask);
                continue;
            }
            Step::Notice(back, what) => {
                let entry = desk.back(*back);
                let ask = Ask::Notice(match what {
                    0 => NoticeStep::Post(entry),
                    1 => NoticeStep::Object(entry, [9; 32]),
                    2 => NoticeStep::Review(entry, true, [9; 32]),
                    _ => NoticeStep::Review(entry, false, [9; 32]),
                });
                let who = ["staff/1", "resident/2", "staff/3", "staff/3"][usize::from(*what)];
                let _ = desk.ask_as(who, ask);
                continue;
            }
            Step::Receive(pieces) => Ask::Receive(Receive {
                item: code("rice"),
                quantity: *pieces,
                reason: [0; 32],
            }),
            Step::Later(days) => {
                desk.today = desk.today.plus_days(*days);
                continue;
            }
            Step::Seal => {
                desk.seal();
                continue;
            }
        };
        let _ = desk.ask(ask);
    }
    desk.seal();
    desk
}

/// The naive model: nothing but the records, added up.
fn naive_balances(journal: &[Record]) -> BTreeMap<Account, i64> {
    let mut sums = BTreeMap::new();
    for record in journal {
        if let Record::Moved(_, transfer) = record {
            *sums.entry(transfer.debit).or_insert(0) -= transfer.amount.get();
            *sums.entry(transfer.credit).or_insert(0) += transfer.amount.get();
        }
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}

/// The naive model of what happened to entries: the journal read once more, without any state of the book.
#[derive(Debug, Default)]
struct Naive {
    /// Quantity by kind of all decided events that still stand.
    standing: BTreeMap<Code, i64>,
    /// Points and minutes under notice.
    under_notice: i64,
}

fn naive_fates(journal: &[Record]) -> Naive {
    let mut naive = Naive::default();
    let mut gone = std::collections::BTreeSet::new();
    let mut posted = std::collections::BTreeSet::new();
    let target = |entry: u64| match &journal[usize::try_from(entry - 1).unwrap()] {
        Record::Asked(_, Asked::Notice(NoticeStep::Post(award))) => *award,
        _ => entry,
    };
    for (place, record) in journal.iter().enumerate() {
        let taken = match record {
            Record::Asked(_, Asked::Amend(Amend::Reverse(entry, _))) => Some(target(*entry)),
            Record::Asked(_, Asked::Amend(Amend::Approve(proposal))) => {
                match &journal[usize::try_from(proposal - 1).unwrap()] {
                    Record::Asked(
                        _,
                        Asked::Amend(Amend::Propose(Change::Reverse { entry }, _)),
                    ) => Some(target(*entry)),
                    _ => None,
                }
            }
            Record::Asked(_, Asked::Notice(NoticeStep::Review(entry, false, _))) => Some(*entry),
            _ => None,
        };
        if let Some(entry) = taken {
            assert!(gone.insert(entry), "{entry} was taken back twice");
        }
        let moves = journal
            .get(place + 1)
            .is_some_and(|next| next.kind() == Record::MOVED);
        match record {
            Record::Asked(
                _,
                Asked::Notice(NoticeStep::Post(entry) | NoticeStep::Review(entry, true, _)),
            ) if moves => {
                assert!(posted.insert(*entry), "{entry} was posted twice");
            }
            _ => {}
        }
    }
    for (place, record) in journal.iter().enumerate() {
        let entry = place as u64 + 1;
        let decided = matches!(journal.get(place + 1), Some(Record::Decided(..)));
        let Some(event) = record.event() else {
            continue;
        };
        if !decided || gone.contains(&entry) {
            continue;
        }
        *naive.standing.entry(event.kind.clone()).or_default() +=
            i64::from(event.quantity.at(0).unwrap());
        if event.kind == code("serve") && !posted.contains(&entry) {
            let records = entry_at(journal, entry).unwrap();
            naive.under_notice += records
                .iter()
                .filter_map(|record| match record {
                    Record::Moved(_, transfer) => Some(transfer.amount.get()),
                    _ => None,
                })
                .sum::<i64>();
        }
    }
    naive
}

proptest! {
    #[test]
    fn whatever_is_asked_the_records_add_up_and_replay_to_the_same_book(steps in steps()) {
        let desk = run(&steps);
        let mut totals: BTreeMap<Account, i64> = desk.book.accounts().into_iter().map(|(a, s)| (a, s.total)).collect();
        totals.retain(|_, total| *total != 0);
        prop_assert_eq!(&totals, &naive_balances(&desk.journal));

        let naive = naive_fates(&desk.journal);
        let noticed = totals.iter().filter(|(a, _)| a.purpose == Purpose::Notice);
        let under_notice: i64 = noticed.map(|(_, total)| total).sum();
        prop_assert_eq!(under_notice, naive.under_notice, "what is under notice belongs to awards that still are");
        for kind in ["waste", "take", "strict", "owe", "serve"] {
            let key = crate::counters::CounterKey {
                subject: crate::counters::CounterSubject::Community,
                kind: code(kind),
                month: 0,
            };
            let counted = desk.book.counters().get(&key).map_or(0, |row| row.total.quantity);
            prop_assert_eq!(counted, naive.standing.get(&code(kind)).copied().unwrap_or(0), "{}", kind);
        }

        let mut replayed = Book::empty(code("nanmen"));
        let mut leaves = Vec::new();
        let mut given = Vec::new();
        let mut carried = false;
        let half = desk.journal.len() / 2;
        for (place, record) in desk.journal.iter().enumerate() {
            // Put away as bytes, at the first entry behind the middle, and taken up again.
            if place >= half && !carried && record.envelope().is_some() {
                carried = true;
                replayed.seal();
                let head = replayed.frame().head;
                let image = replayed.image(head).unwrap();
                replayed = Book::from_image(&image).unwrap();
                prop_assert_eq!(replayed.image(head), Some(image.clone()));
                prop_assert!(Book::from_image(&image[..image.len() - 1]).is_err());
            }
            leaves.push(crate::chain::leaf(crate::chain::VERSION, leaves.len() as u64 + 1, record.kind(), &record.encode()));
            let items = replayed.frame().items.clone();
            let by_no = |no| items.iter().find(|item| item.no == no).map(|item| item.code.clone());
            let Some(command) = Command::from_record(record, by_no) else { continue };
            let at = record.envelope().unwrap().at;
            load_entries(&mut replayed, &command, &desk.journal);
            let Ok(Applied::Fresh(receipt)) = replayed.apply(&command, at, &Native) else {
                return Err(TestCaseError::fail(format!("{record:?} is not applied again")));
            };
            given.extend(receipt.records);
        }
        prop_assert_eq!(&given, &desk.journal, "replay gives the same records");
        prop_assert_eq!(replayed.accounts(), desk.book.accounts());
        prop_assert_eq!(replayed.counters(), desk.book.counters());
        prop_assert_eq!(replayed.orders(), desk.book.orders());
        prop_assert_eq!(replayed.fates(), desk.book.fates());
        prop_assert_eq!(replayed.members(), desk.book.members());
        prop_assert_eq!(replayed.sources(), desk.book.sources());
        prop_assert_eq!(replayed.keys(), desk.book.keys());
        prop_assert_eq!(replayed.standings(), desk.book.standings());
        prop_assert_eq!(replayed.waiting(), desk.book.waiting());
        prop_assert!(desk.heads.windows(2).all(|pair| pair[0].height + 1 == pair[1].height));
        prop_assert_ne!(merkle_root(&leaves), [0; 32]);
    }

    #[test]
    fn a_month_of_counters_is_the_sum_of_its_events(days in proptest::collection::vec((1u8..29, 1i32..5), 1..20)) {
        let mut desk = Desk::open();
        desk.today = date("2026-03-31");
        let mut quantity = 0i64;
        for (day, pieces) in &days {
            let mut one = event("take", 1, *pieces, desk.today);
            one.on = LocalDate::new(2026, 3, *day).unwrap();
            desk.must(Ask::Earn(one));
            quantity += i64::from(*pieces);
        }
        let key = crate::counters::CounterKey {
            subject: crate::counters::CounterSubject::Resident(ResidentNo(1)),
            kind: code("take"),
            month: date("2026-03-01").month_index(),
        };
        let month = desk.book.counters()[&key].clone();
        let all = desk.book.counters()[&crate::counters::CounterKey { month: 0, ..key }].clone();
        prop_assert_eq!((month.total.events, month.total.quantity), (days.len() as i64, quantity));
        prop_assert_eq!(month.total, all.total);
        let distinct: std::collections::BTreeSet<_> = days.iter().map(|(day, _)| day).collect();
        prop_assert_eq!((month.distinct_days, all.distinct_days), (distinct.len() as i64, distinct.len() as i64));
        prop_assert_eq!(crate::counters::CounterRow::decode(&month.encode()), Ok(month));
    }
}
