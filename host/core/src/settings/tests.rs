//! Forms of expiry and the days they end on; settings as they are written and read again.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

/// Nothing but what must be said.
fn plain() -> Settings {
    Settings {
        expiry: of_year((1, 31), 1),
        ..Settings::plain(Unit::Person, "2026-01-01".parse().unwrap())
    }
}

#[test]
fn everything_that_is_set_is_written_and_read_again() {
    let code = |text: &str| -> Code { text.parse().unwrap() };
    let day = |text: &str| -> LocalDate { text.parse().unwrap() };
    let plain = plain();
    let block = InForce {
        set: RuleSetNo(2),
        from: day("2026-02-01"),
        until: Some(day("2026-03-31")),
    };
    let full = Settings {
        unit: Unit::Household,
        award_max: Amount::new(50).ok(),
        issue_budget_month: Amount::new(900).ok(),
        assets: vec![(code("coin"), AssetNo(9)), (code("star"), AssetNo(10))],
        debt_floors: vec![(AssetNo::POINTS, Amount::from(-5))],
        notice_days: vec![(code("serve"), 3)],
        in_force: Some(vec![block]),
        minutes_max_day: Amount::new(600).ok(),
        timed: vec![code("guard")],
        roles: Some(vec![RoleRule {
            kind: code("gift"),
            same_person: vec![code("fund")],
            other_household: vec![code("receiver")],
        }]),
        overlaps: vec![(code("serve"), Overlap::Mark)],
        unit_minutes: vec![(code("serve"), 60)],
        written: Some([7; 32]),
        beside: Some(Beside {
            asset: AssetNo(9),
            each: Some(1),
            groups: vec![(code("hardship"), 1, 5)],
            days: vec![(day("2026-01-01"), day("2026-01-31"))],
        }),
        by_scale: true,
        agreements: vec![(code("serve"), 2)],
        ..plain.clone()
    };
    for settings in [plain, full.clone()] {
        let mut w = Writer::default();
        settings.write(&mut w);
        let bytes = w.done();
        assert_eq!(Settings::read(&mut Reader::new(&bytes)), Ok(settings));
    }
    for (name, no) in [
        ("points", AssetNo::POINTS),
        ("minutes", AssetNo::MINUTES),
        ("conduct", AssetNo::CONDUCT),
        ("coin", AssetNo(9)),
        ("star", AssetNo(10)),
    ] {
        assert_eq!(full.asset(&code(name)), Some(no), "{name}");
    }
    assert_eq!(full.asset(&code("gold")), None);
    let open = InForce {
        until: None,
        ..block
    };
    for (on, covered, for_ever) in [
        ("2026-01-31", false, false),
        ("2026-02-01", true, true),
        ("2026-03-31", true, true),
        ("2026-04-01", false, true),
    ] {
        let found = (block.covers(day(on)), open.covers(day(on)));
        assert_eq!(found, (covered, for_ever), "{on}");
    }
}

#[test]
fn a_notice_of_no_days_is_none_and_nothing_is_said_twice() {
    let code = |text: &str| -> Code { text.parse().unwrap() };
    let mut settings = plain();
    settings.notice_days = vec![(code("serve"), 0), (code("model"), 7)];
    assert_eq!(settings.notice_of(&code("serve")), None);
    assert_eq!(settings.notice_of(&code("model")), Some(7));
    let written = |settings: &Settings| {
        let mut w = Writer::default();
        settings.write(&mut w);
        w.done()
    };
    let without = written(&plain());
    let mut twice = written(&Settings {
        by_scale: true,
        ..plain()
    });
    let said = twice.split_at(without.len()).1.to_vec();
    assert!(Settings::read(&mut Reader::new(&twice)).is_ok());
    twice.extend(said);
    assert!(Settings::read(&mut Reader::new(&twice)).is_err());
}

fn of_year((month, day): (u8, u8), years: u8) -> Expiry {
    Expiry::DayOfYear { month, day, years }
}

#[test]
fn every_expiry_is_written_one_way_and_read_again() {
    let all = [
        (Expiry::Never, 0, 0),
        (Expiry::Days(300), 1, 300),
        (Expiry::EndOfMonth(2), 2, 2),
        (Expiry::EndOfYear(1), 3, 1),
        (Expiry::EndOfQuarter(0), 4, 0),
        (Expiry::Months(14), 5, 14),
        (Expiry::EndOfHalfYear(1), 6, 1),
        (Expiry::DayOfMonth { day: 20, months: 3 }, 7, 0x314),
        (of_year((1, 31), 1), 8, 0x01_011f),
        (of_year((2, 29), 0), 8, 0x021d),
    ];
    for (expiry, kind, number) in all {
        assert_eq!(expiry.form(), (kind, number), "{expiry:?}");
        assert_eq!(Expiry::from_form(kind, number), Ok(expiry));
    }
    for (kind, number) in [
        (0, 1),
        (6, 256),
        (7, 0),
        (7, 0x114 << 8),
        (7, 0x120),
        (7, 0x014),
        (8, 0),
        (8, 0x021e),
        (8, 0x0d01),
        (8, 0x0100_011f),
        (9, 0),
    ] {
        assert_eq!(
            Expiry::from_form(kind, number),
            Err(Malformed),
            "{kind} {number}"
        );
    }
}

#[test]
fn expiry_ends_where_it_says() {
    let check = |expiry: Expiry, day: &str, last: &str| {
        let day: LocalDate = day.parse().unwrap();
        let found = expiry.last_day(day).map(|last| last.to_string());
        assert_eq!(found.as_deref(), Some(last), "{expiry:?} from {day}");
    };
    check(Expiry::EndOfQuarter(0), "2026-02-10", "2026-03-31");
    check(Expiry::EndOfQuarter(1), "2026-12-31", "2027-03-31");
    check(Expiry::EndOfMonth(2), "2026-12-31", "2027-02-28");
    check(Expiry::Months(1), "2026-01-31", "2026-02-28");
    check(Expiry::Months(14), "2026-12-30", "2028-02-29");
    check(Expiry::Months(12), "2026-11-23", "2027-11-23");
    check(Expiry::EndOfYear(1), "2026-11-23", "2027-12-31");
    check(Expiry::EndOfMonth(0), "2028-02-01", "2028-02-29");
    check(Expiry::EndOfHalfYear(0), "2026-06-30", "2026-06-30");
    check(Expiry::EndOfHalfYear(0), "2026-07-01", "2026-12-31");
    check(Expiry::EndOfHalfYear(1), "2026-11-23", "2027-06-30");
    check(Expiry::EndOfHalfYear(3), "2026-01-01", "2027-12-31");
    let on = |day, months| Expiry::DayOfMonth { day, months };
    check(on(20, 1), "2026-12-05", "2027-01-20");
    check(on(20, 1), "2026-12-31", "2027-01-20");
    check(on(31, 1), "2028-01-31", "2028-02-29");
    check(on(31, 3), "2026-11-30", "2027-02-28");
    // Points of 2023 until the end of January 2024, whenever in the year they came.
    check(of_year((1, 31), 1), "2023-01-01", "2024-01-31");
    check(of_year((1, 31), 1), "2023-12-31", "2024-01-31");
    check(of_year((2, 29), 1), "2026-03-01", "2027-02-28");
    check(of_year((2, 29), 2), "2026-03-01", "2028-02-29");
    check(of_year((12, 31), 3), "2026-01-01", "2029-12-31");
    // The next end of August, the day itself included.
    check(of_year((8, 31), 0), "2026-08-31", "2026-08-31");
    check(of_year((8, 31), 0), "2026-09-01", "2027-08-31");
    check(of_year((8, 31), 0), "2026-01-01", "2026-08-31");
    assert_eq!(Expiry::Never.last_day(LocalDate::FIRST), None);
    assert_eq!(
        Expiry::Months(u16::MAX).last_day(LocalDate::FIRST),
        Some(LocalDate::LAST)
    );
    for expiry in [
        Expiry::EndOfHalfYear(u8::MAX),
        on(31, u8::MAX),
        of_year((12, 31), u8::MAX),
    ] {
        let last = expiry.last_day(LocalDate::LAST);
        assert_eq!(last, Some(LocalDate::LAST), "{expiry:?}");
    }
}
