//! What the book has to know about the codes of actors: which of them are one person, and whose keys are whose.
//! Who somebody is, and what they may do, is the host's matter.

use crate::ids::Code;

/// What the codes of the machine's own users begin with.
const TERMINAL: &str = "terminal/";

/// Whether two actors count as one where two different people must agree. Whoever sits at the terminal of the
/// machine can be any of its users, so all of them are one person.
pub fn same_person(one: &Code, other: &Code) -> bool {
    let terminal = |actor: &Code| actor.as_str().starts_with(TERMINAL);
    one == other || (terminal(one) && terminal(other))
}

/// Under whose name an actor's idempotency keys are kept. All users of the terminal share theirs, under the name
/// that the terminal had before it wrote who sat there: a file that was imported is known again by whoever imports
/// it a second time.
pub fn key_owner(actor: &Code) -> Code {
    if actor.as_str().starts_with(TERMINAL) {
        Code::literal("import")
    } else {
        actor.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_of_the_terminal_are_one_person() {
        let check = |one: &'static str, other: &'static str, same: bool| {
            let (one, other) = (Code::literal(one), Code::literal(other));
            assert_eq!(same_person(&one, &other), same, "{one} {other}");
            assert_eq!(same_person(&other, &one), same, "{other} {one}");
        };
        check("staff/1", "staff/1", true);
        check("staff/1", "staff/2", false);
        check("terminal/root", "terminal/li", true);
        check("terminal/root", "staff/1", false);
        check("terminal", "terminal/li", false);
        let owner = |actor| key_owner(&Code::literal(actor));
        assert_eq!(owner("terminal/li"), owner("import"));
        assert_eq!(owner("token/2").as_str(), "token/2");
    }
}
