//! How far below zero, and with how many people: one may reverse down to the floor that the operator set (zero where
//! none is set), two may pass it; a rule's "owe" goes to the floor of its own asset. And who counts as two.

use super::later::adjust;
use super::*;

/// A desk whose operator set these floors.
fn open(common: i64, points: Option<i64>) -> Desk {
    let mut desk = Desk::open();
    let points = points.map(|floor| (AssetNo::POINTS, Amount::new(floor).unwrap()));
    let set = desk.ask(Ask::Settings(Settings {
        debt_floor: Amount::new(common).unwrap(),
        debt_floors: points.into_iter().collect(),
        ..settings()
    }));
    // Some of them are what the desk begins with.
    assert!(
        matches!(set, Ok(_) | Err(Rejection::NothingToDo)),
        "{set:?}"
    );
    desk
}

/// A household with 40 points left of an award of 90.
fn spent(common: i64, points: Option<i64>) -> (Desk, u64) {
    let mut desk = open(common, points);
    let award = desk.earn("waste", 1, 9);
    desk.earn("take", 1, 50);
    assert_eq!(desk.spendable(), 40);
    (desk, award.entry)
}

#[test]
fn one_person_reverses_to_the_operators_floor_and_two_beyond_it() {
    for (common, points, enough) in [
        (0, None, false),
        (-49, None, false),
        (-50, None, true),
        (-50, Some(0), false),
        (-50, Some(-49), false),
        (0, Some(-50), true),
    ] {
        let (mut desk, award) = spent(common, points);
        let alone = desk.ask(Ask::Amend(Amend::Reverse(award, [8; 32])));
        assert_eq!(alone.is_ok(), enough, "{common} {points:?}: {alone:?}");
        if let Err(rejection) = alone {
            assert_eq!(rejection.code(), "reverse.short");
            assert_eq!(desk.spendable(), 40, "nothing moved");
            let change = Change::Reverse { entry: award };
            let proposal = desk.must(Ask::Amend(Amend::Propose(change, [8; 32])));
            desk.ask_as_beyond("staff/2", Ask::Amend(Amend::Approve(proposal.entry)));
        }
        assert_eq!(desk.spendable(), -50, "{common} {points:?}");
    }
}

#[test]
fn an_owe_goes_to_the_floor_of_its_own_asset() {
    for (common, points, quantity, refused) in [
        (0, None, 1, true),
        (-50, None, 50, false),
        (-50, None, 51, true),
        (0, Some(-30), 30, false),
        (0, Some(-30), 31, true),
        (-50, Some(0), 1, true),
    ] {
        let mut desk = open(common, points);
        let answer = desk.earn("owe", 1, quantity);
        let code = answer.refusal().map(|refusal| refusal.code.to_string());
        let expected = refused.then(|| "balance.floor".to_owned());
        assert_eq!(code, expected, "{common} {points:?} {quantity}");
    }
}

#[test]
fn the_users_of_the_terminal_are_not_two_people() {
    let mut desk = Desk::open();
    let propose = desk.ask_as("terminal/root", adjust(500)).unwrap();
    let Applied::Fresh(receipt) = propose else {
        panic!("it is new")
    };
    let approve = || Ask::Amend(Amend::Approve(receipt.entry));
    for same in ["terminal/root", "terminal/li"] {
        let answer = desk.ask_as(same, approve());
        assert_eq!(answer.unwrap_err().code(), "proposal.same-person", "{same}");
    }
    assert!(desk.ask_as("staff/1", approve()).is_ok());
    assert_eq!(desk.spendable(), 500);
}

#[test]
fn the_terminals_keys_are_shared_by_its_users_and_with_older_programs() {
    let mut desk = Desk::open();
    let receive = |actor: &str, desk: &mut Desk| {
        let command = Command {
            actor: code(actor),
            key: Some(Key {
                text: "stock/1".to_owned(),
                input: [1; 32],
            }),
            ..desk.command(Ask::Receive(Receive {
                item: code("rice"),
                quantity: 5,
                reason: [0; 32],
            }))
        };
        desk.send(&command).unwrap()
    };
    assert!(matches!(receive("import", &mut desk), Applied::Fresh(_)));
    for again in ["terminal/root", "terminal/li", "import"] {
        let answer = receive(again, &mut desk);
        assert!(matches!(answer, Applied::Replay(_)), "{again}: {answer:?}");
    }
    assert!(matches!(receive("staff/1", &mut desk), Applied::Fresh(_)));
}
