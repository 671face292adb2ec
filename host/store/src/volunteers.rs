//! The rows of teams and certificates as callers hand them over and get them back. No statement, and nothing about what may be
//! done with them.

use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::{Instant, LocalDate};

use crate::{Store, StoreError, each_engine};

/// What is written about a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamWords {
    /// 1 a reporting unit, 2 students, 3 an organisation, 4 residents.
    pub sort: i64,
    /// What it is called.
    pub title: String,
    /// Whom to call; for staff.
    pub contact: String,
    /// Minutes it means to serve in a year; 0 for no target.
    pub year_minutes: i64,
    /// Whether nobody joins it any more.
    pub closed: bool,
}

/// A team to be written.
#[derive(Debug, Clone)]
pub struct NewTeam<'a> {
    /// Where.
    pub community: &'a Code,
    /// What is written about it.
    pub words: &'a TeamWords,
    /// When.
    pub at: Instant,
    /// Who writes it.
    pub by: &'a Code,
    /// The form that was sent.
    pub token: &'a str,
}

/// A team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTeam {
    /// Its number.
    pub no: u32,
    /// What is written about it.
    pub words: TeamWords,
    /// How many belong to it now.
    pub members: u64,
}

/// Somebody who belongs, or belonged, to a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TeamMember {
    /// The team.
    pub team: u32,
    /// Who.
    pub resident: ResidentNo,
    /// From which day.
    pub since: LocalDate,
    /// Until which day; nobody knows yet for those who belong to it.
    pub until: Option<LocalDate>,
}

/// Whose memberships.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberFilter {
    /// Everybody's of a team.
    Team(u32),
    /// All of a resident.
    Resident(ResidentNo),
}

/// What was served in a window of time, by kind of hours, class of proof and team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServedSum {
    /// The event kind.
    pub kind: Code,
    /// The weakest proof: 1 machine, 2 organiser, 3 make-up, 4 imported.
    pub proof: i64,
    /// The team they came with.
    pub team: Option<u32>,
    /// How often.
    pub times: i64,
    /// Minutes counted.
    pub minutes: i64,
}

/// How a certificate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateState {
    /// Somebody asked for it.
    Asked,
    /// Its hours were checked; it may be under notice.
    Checked,
    /// It is issued.
    Issued,
    /// A later revision took its place.
    Replaced,
    /// It was refused.
    Refused,
    /// It was withdrawn: before its issue by its holder, afterwards by the office.
    Withdrawn,
}

impl CertificateState {
    const ALL: [CertificateState; 6] = [
        CertificateState::Asked,
        CertificateState::Checked,
        CertificateState::Issued,
        CertificateState::Replaced,
        CertificateState::Refused,
        CertificateState::Withdrawn,
    ];

    /// The stored number.
    pub(crate) fn number(self) -> i64 {
        match self {
            CertificateState::Asked => 1,
            CertificateState::Checked => 2,
            CertificateState::Issued => 3,
            CertificateState::Replaced => 4,
            CertificateState::Refused => 5,
            CertificateState::Withdrawn => 6,
        }
    }

    /// The state of a stored number.
    pub(crate) fn of(number: i64) -> Option<CertificateState> {
        let mut all = CertificateState::ALL.into_iter();
        all.find(|state| state.number() == number)
    }
}

/// A wish for a certificate.
#[derive(Debug, Clone)]
pub struct NewCertificate<'a> {
    /// Where.
    pub community: &'a Code,
    /// Whose hours.
    pub resident: ResidentNo,
    /// The team for which it is asked, with others.
    pub team: Option<u32>,
    /// The certificate that it corrects; a new one without.
    pub corrects: Option<u64>,
    /// Its period, both days included.
    pub days: (LocalDate, LocalDate),
    /// The minutes that the ledger has now.
    pub minutes: i64,
    /// When.
    pub at: Instant,
    /// Who asks.
    pub by: &'a Code,
    /// The form that was sent.
    pub token: &'a str,
}

/// A revision of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCertificate {
    /// Its running number.
    pub no: u64,
    /// Its revision.
    pub revision: u32,
    /// Whose hours.
    pub resident: ResidentNo,
    /// The team for which it was asked.
    pub team: Option<u32>,
    /// How it stands.
    pub state: CertificateState,
    /// Its period, both days included.
    pub days: (LocalDate, LocalDate),
    /// The minutes when it was last looked at.
    pub minutes: i64,
    /// When it was asked for, and by whom.
    pub asked: (Instant, Code),
    /// Who checked it.
    pub checked_by: Option<Code>,
    /// The last day of its notice.
    pub notice_until: Option<LocalDate>,
    /// When it was issued, and by whom.
    pub issued: Option<(Instant, Code)>,
    /// Its number as printed.
    pub number: Option<String>,
    /// What was signed; gone with its holder's data.
    pub statement: Option<Vec<u8>>,
    /// Why it was refused or withdrawn.
    pub told: String,
}

/// Which certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateFilter<'f> {
    /// All revisions of one.
    One(u64),
    /// What waits to be checked or issued.
    Open,
    /// The newest, whatever became of them; at most so many.
    Newest(u32),
    /// All of a resident.
    Of(ResidentNo),
    /// All that were asked for a team, by number.
    Team(u32),
    /// All revisions under a printed number.
    Number(&'f str),
}

/// What becomes of a certificate.
#[derive(Debug, Clone)]
pub enum CertificateStep<'s> {
    /// Its hours are right.
    Check {
        /// The minutes that were looked at.
        minutes: i64,
        /// The last day of its notice.
        notice_until: Option<LocalDate>,
    },
    /// It is issued; the revisions before it are replaced, whatever step they were at.
    Issue {
        /// The minutes that it says.
        minutes: i64,
        /// As printed.
        number: &'s str,
        /// What was signed.
        statement: &'s [u8],
    },
    /// It is refused, with the reason.
    Refuse(&'s str),
    /// It is withdrawn, with the reason.
    Withdraw(&'s str),
}

each_engine! {
    /// Writes a team; answers its number. The same form of the same person writes one.
    fn add_team(new: &NewTeam<'_>) -> u32;
    /// Writes what is said about a team anew; `false` when there is none.
    fn change_team(community: &Code, team: u32, words: &TeamWords) -> bool;
    /// All teams, by number.
    fn teams(community: &Code) -> Vec<StoredTeam>;
    /// Notes that somebody belongs to a team from a day on; `false` when they do already.
    fn put_team_member(community: &Code, of: (u32, ResidentNo), since: LocalDate, by: (&Code, Instant)) -> bool;
    /// Notes the last day on which somebody belongs to a team; `false` when they do not.
    fn end_team_member(community: &Code, of: (u32, ResidentNo), until: LocalDate, by: (&Code, Instant)) -> bool;
    /// Who belongs, or belonged, to a team, or to which teams somebody; by team, number and day.
    fn team_members(community: &Code, filter: MemberFilter) -> Vec<TeamMember>;
    /// What was served in shifts that began in a window and is booked, by kind, proof and team; nothing that was taken back.
    fn served_sums(community: &Code, window: (Instant, Instant)) -> Vec<ServedSum>;
    /// Seats of shifts that ended in a window: all of them, those confirmed within so many µs of the end, those confirmed at all.
    fn confirmed_in_time(community: &Code, window: (Instant, Instant), within: i64) -> (i64, i64, i64);
    /// Writes a wish for a certificate, or for its correction; answers its number and revision. The same form asks once.
    fn ask_certificate(new: &NewCertificate<'_>) -> (u64, u32);
    /// Certificates, the newest first; of one or under one number the newest revision first.
    fn certificates(community: &Code, filter: &CertificateFilter<'_>) -> Vec<StoredCertificate>;
    /// Takes a step, if the revision still stands as it was seen; `false` when somebody was faster.
    fn step_certificate(
        community: &Code,
        of: (u64, u32),
        seen: CertificateState,
        step: &CertificateStep<'_>,
        by: (&Code, Instant)
    ) -> bool;
    /// Removes what names somebody from their certificates.
    fn forget_certificates(community: &Code, resident: ResidentNo) -> u64;
}
