//! What each command is for, by its words. A command that is not here does nothing, and a test walks the whole
//! command line for it.

use crate::door::Act;

/// Every command with the act it is.
pub(crate) const ACTS: &[(&str, Act)] = &[
    ("serve", Act::Run),
    ("demo", Act::Run),
    ("backup", Act::Run),
    ("restore", Act::Run),
    ("move", Act::Run),
    ("verify", Act::Run),
    ("heads", Act::Run),
    (crate::house::COMPILE_COMMAND, Act::Run),
    ("check", Act::Configure),
    ("simulate", Act::Configure),
    ("plan", Act::Configure),
    ("apply", Act::Configure),
    ("rollback", Act::Configure),
    ("rule list", Act::SeeOperations),
    ("rule history", Act::SeeOperations),
    ("rule shadow", Act::SeeOperations),
    ("rule replay", Act::SeeOperations),
    ("rule export", Act::SeeOperations),
    ("rule watch", Act::Configure),
    ("rule pack", Act::Configure),
    ("rule add", Act::Configure),
    ("rule new", Act::Configure),
    ("rule build", Act::Configure),
    ("rule check", Act::Configure),
    ("rule test", Act::Configure),
    ("rule run", Act::Configure),
    ("rule bench", Act::Configure),
    ("rule explain", Act::Configure),
    ("person add", Act::Enrol),
    ("person import", Act::Enrol),
    ("person export", Act::ReadPerson),
    ("person erase", Act::ErasePerson),
    ("person pin", Act::ResetPin),
    ("person unlock", Act::ResetPin),
    ("person devices", Act::ResetPin),
    ("household add", Act::Enrol),
    ("household import", Act::Enrol),
    ("resident add", Act::Enrol),
    ("resident import", Act::Enrol),
    ("resident traits", Act::Enrol),
    ("resident find", Act::FindResident),
    ("resident leave", Act::Enrol),
    ("resident move", Act::Enrol),
    ("staff add", Act::ManageStaff),
    ("staff import", Act::ManageStaff),
    ("staff password", Act::ManageStaff),
    ("staff disable", Act::ManageStaff),
    ("staff enable", Act::ManageStaff),
    ("staff role", Act::ManageStaff),
    ("staff person", Act::ManageStaff),
    ("staff seal", Act::ManageStaff),
    ("staff devices", Act::ManageStaff),
    ("item add", Act::ManageStock),
    ("item import", Act::ManageStock),
    ("item off", Act::ManageStock),
    ("item on", Act::ManageStock),
    ("stock receive", Act::ManageStock),
    ("stock import", Act::ManageStock),
    ("stock lose", Act::ManageStock),
    ("stock count", Act::ManageStock),
    ("token add", Act::ManageTokens),
    ("token revoke", Act::ManageTokens),
    ("token list", Act::ManageTokens),
    ("import balances", Act::Import),
    ("import history", Act::Import),
    ("import events", Act::Import),
    ("orders", Act::ReadOrder),
    ("balance", Act::ReadBalance),
    ("passbook", Act::ReadPassbook),
    ("report list", Act::SeeReports),
    ("report show", Act::SeeReports),
    ("period preview", Act::StepPeriod),
    ("period withdraw", Act::StepPeriod),
    ("period sign-off", Act::StepPeriod),
    ("period close", Act::StepPeriod),
    ("period ask-back", Act::StepPeriod),
    ("period agree-back", Act::StepPeriod),
    ("period keep-closed", Act::StepPeriod),
    ("period status", Act::SeePeriods),
    ("statement", Act::State),
    ("reverse", Act::Reverse),
    ("correct propose", Act::Propose),
    ("correct approve", Act::Approve),
    ("correct decline", Act::Decline),
    ("correct list", Act::SeeDesk),
    ("case list", Act::SeeCases),
    ("case show", Act::SeeCases),
    ("marks list", Act::SeeDesk),
    ("refused list", Act::SeeDesk),
    ("refused retry", Act::Import),
    ("marks see", Act::Review),
    ("notice list", Act::SeePublic),
    ("notice object", Act::Object),
    ("notice review", Act::Review),
    ("proof make", Act::ReadProof),
    ("proof check", Act::SeePublic),
];

/// What a command is for; `None` for one that nobody has said it of.
pub(crate) fn of(words: &str) -> Option<Act> {
    let found = ACTS.iter().find(|(command, _)| *command == words);
    found.map(|(_, act)| *act)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::door::{May, Right, may};
    use clap::CommandFactory;
    use std::collections::BTreeSet;

    #[test]
    fn every_command_is_for_something_that_the_terminal_may_do() {
        fn leaves(command: &clap::Command, words: &str, found: &mut BTreeSet<String>) {
            let below: Vec<_> = command.get_subcommands().collect();
            if below.is_empty() {
                found.insert(words.trim().to_owned());
            }
            for subcommand in below {
                leaves(
                    subcommand,
                    &format!("{words} {}", subcommand.get_name()),
                    found,
                );
            }
        }
        let mut real = BTreeSet::new();
        leaves(&crate::cli::Cli::command(), "", &mut real);
        let named: BTreeSet<String> = ACTS.iter().map(|(words, _)| (*words).to_owned()).collect();
        assert_eq!(named, real, "left: cli/acts.rs, right: the command line");
        assert_eq!(named.len(), ACTS.len(), "a command stands there twice");
        for (words, act) in ACTS {
            assert_eq!(may(Right::Terminal, *act), May::Yes, "{words}: {act:?}");
        }
    }
}
