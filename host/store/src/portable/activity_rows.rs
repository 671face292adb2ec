//! Activities, read: with shifts, lists, marks and what was confirmed, of one moment; what waits to be booked; what somebody
//! attended. It writes nothing.

use std::collections::BTreeMap;

use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::Instant;

use super::forms::{code, date, narrow, place, uint};
use super::{Own, community, row, statements};
use crate::activities::{
    ActivityFilter, ActivityWords, Attended, Clearance, PresenceState, StoredActivity, StoredMark,
    StoredPresence, StoredShift, StoredSignup, WaitingPresence,
};
use crate::error::StoreError;

/// Behind the community in `$1`: one activity.
macro_rules! one {
    () => {
        " AND a.activity_no = $2"
    };
}

/// Those with a shift that ends after `$2` and begins before `$3`.
macro_rules! between {
    () => {
        concat!(
            " AND a.activity_no IN (SELECT w.activity_no FROM activity_shift AS w WHERE w.community_id = ",
            community!(),
            " AND w.ends > $2 AND w.starts < $3)"
        )
    };
}

/// Those on whose lists resident `$2` stands or stood.
macro_rules! whose {
    () => {
        concat!(
            " AND a.activity_no IN (SELECT w.activity_no FROM activity_signup AS w WHERE w.community_id = ",
            community!(),
            " AND w.resident = $2)"
        )
    };
}

macro_rules! activity_rows {
    ($which:expr) => {
        concat!(
            "SELECT a.activity_no, a.version, a.state, a.kind, a.template, a.title, a.about, a.location, a.bring, \
             a.insurance, a.training, a.leader, a.adult, a.consent, a.insured, a.made_by, a.passed_by, a.told \
             FROM activity AS a WHERE a.community_id = ",
            community!(),
            $which,
            " ORDER BY a.activity_no"
        )
    };
}

macro_rules! shift_rows {
    ($which:expr) => {
        concat!(
            "SELECT a.activity_no, a.shift_no, a.role, a.starts, a.ends, a.seats, a.ended_at FROM activity_shift AS a \
             WHERE a.community_id = ",
            community!(),
            $which,
            " ORDER BY a.activity_no, a.shift_no"
        )
    };
}

macro_rules! signup_rows {
    ($which:expr) => {
        concat!(
            "SELECT a.activity_no, a.shift_no, a.resident, a.turn, a.place, a.team FROM activity_signup AS a \
             WHERE a.community_id = ",
            community!(),
            $which,
            " ORDER BY a.activity_no, a.shift_no, a.turn, a.resident"
        )
    };
}

macro_rules! mark_rows {
    ($which:expr) => {
        concat!(
            "SELECT a.activity_no, a.shift_no, a.resident, a.mark_no, a.what, a.proof, a.at, a.noted_at, a.by_actor \
             FROM activity_mark AS a WHERE a.community_id = ",
            community!(),
            $which,
            " ORDER BY a.activity_no, a.shift_no, a.resident, a.mark_no"
        )
    };
}

// States 4 to 6 of a fate are those of an award that waits out its notice, is objected to, or is upheld.
macro_rules! presence_rows {
    ($which:expr) => {
        concat!(
            "SELECT a.activity_no, a.shift_no, a.resident, a.minutes, a.first_by, a.second_by, a.state, a.entry, \
             a.counted, a.told, f.state AS fate FROM activity_presence AS a \
             LEFT JOIN fate AS f ON f.community_id = a.community_id AND f.entry = a.entry WHERE a.community_id = ",
            community!(),
            $which,
            " ORDER BY a.activity_no, a.shift_no, a.resident"
        )
    };
}

statements! {
    WAITING = concat!("SELECT p.activity_no, p.shift_no, p.resident, p.minutes, p.planned, p.proof, p.signed_out, \
        COALESCE(p.second_by, p.first_by) AS by_actor, a.kind, s.starts FROM activity_presence AS p \
        JOIN activity AS a ON a.community_id = p.community_id AND a.activity_no = p.activity_no \
        JOIN activity_shift AS s ON s.community_id = p.community_id AND s.activity_no = p.activity_no \
        AND s.shift_no = p.shift_no WHERE p.community_id = ", community!(),
        " AND p.state = 2 ORDER BY p.activity_no, p.shift_no, p.resident LIMIT $2");
    // What was withdrawn or reversed counts no longer.
    ATTENDED = concat!("SELECT p.activity_no, a.title, a.kind, s.starts, p.proof, p.counted, p.entry \
        FROM activity_presence AS p \
        JOIN activity AS a ON a.community_id = p.community_id AND a.activity_no = p.activity_no \
        JOIN activity_shift AS s ON s.community_id = p.community_id AND s.activity_no = p.activity_no \
        AND s.shift_no = p.shift_no WHERE p.community_id = ", community!(),
        " AND p.resident = $2 AND p.state = 3 AND NOT EXISTS (SELECT 1 FROM fate AS f \
        WHERE f.community_id = p.community_id AND f.entry = p.entry AND f.state IN (8, 9)) \
        ORDER BY s.starts DESC, p.activity_no, p.shift_no LIMIT $3");
    CLEARANCES = concat!("SELECT what, until FROM clearance WHERE community_id = ", community!(),
        " AND resident = $2 ORDER BY what");
    ONE = activity_rows!(one!());
    BETWEEN = activity_rows!(between!());
    WHOSE = activity_rows!(whose!());
    ONE_SHIFTS = shift_rows!(one!());
    BETWEEN_SHIFTS = shift_rows!(between!());
    WHOSE_SHIFTS = shift_rows!(whose!());
    ONE_SIGNUPS = signup_rows!(one!());
    BETWEEN_SIGNUPS = signup_rows!(between!());
    WHOSE_SIGNUPS = signup_rows!(whose!());
    ONE_MARKS = mark_rows!(one!());
    BETWEEN_MARKS = mark_rows!(between!());
    WHOSE_MARKS = mark_rows!(whose!());
    ONE_PRESENCES = presence_rows!(one!());
    BETWEEN_PRESENCES = presence_rows!(between!());
    WHOSE_PRESENCES = presence_rows!(whose!());
}

row! {
    struct ActivityRow {
        activity_no: i64,
        version: i64,
        state: i64,
        kind: String,
        template: String,
        title: String,
        about: String,
        location: String,
        bring: String,
        insurance: String,
        training: String,
        leader: i64,
        adult: i64,
        consent: i64,
        insured: i64,
        made_by: String,
        passed_by: Option<String>,
        told: String,
    }
}

row! {
    struct ShiftRow {
        activity_no: i64,
        shift_no: i64,
        role: String,
        starts: i64,
        ends: i64,
        seats: i64,
        ended_at: Option<i64>,
    }
}

row! {
    struct SignupRow {
        activity_no: i64,
        shift_no: i64,
        resident: i64,
        turn: i64,
        place: i64,
        team: Option<i64>,
    }
}

row! {
    struct MarkRow {
        activity_no: i64,
        shift_no: i64,
        resident: i64,
        mark_no: i64,
        what: i64,
        proof: i64,
        at: i64,
        noted_at: i64,
        by_actor: String,
    }
}

row! {
    struct PresenceRow {
        activity_no: i64,
        shift_no: i64,
        resident: i64,
        minutes: i64,
        first_by: String,
        second_by: Option<String>,
        state: i64,
        entry: Option<i64>,
        counted: Option<i64>,
        told: Option<String>,
        fate: Option<i64>,
    }
}

row! {
    struct WaitingRow {
        activity_no: i64,
        shift_no: i64,
        resident: i64,
        minutes: i64,
        planned: i64,
        proof: i64,
        signed_out: i64,
        by_actor: String,
        kind: String,
        starts: i64,
    }
}

/// The five statements of one way to choose activities.
struct Choice {
    activities: &'static str,
    shifts: &'static str,
    signups: &'static str,
    marks: &'static str,
    presences: &'static str,
}

fn choice(filter: ActivityFilter) -> (Choice, i64, Option<i64>) {
    match filter {
        ActivityFilter::One(no) => (
            Choice {
                activities: ONE,
                shifts: ONE_SHIFTS,
                signups: ONE_SIGNUPS,
                marks: ONE_MARKS,
                presences: ONE_PRESENCES,
            },
            place(no),
            None,
        ),
        ActivityFilter::Between(from, until) => (
            Choice {
                activities: BETWEEN,
                shifts: BETWEEN_SHIFTS,
                signups: BETWEEN_SIGNUPS,
                marks: BETWEEN_MARKS,
                presences: BETWEEN_PRESENCES,
            },
            from.0,
            Some(until.0),
        ),
        ActivityFilter::Of(resident) => (
            Choice {
                activities: WHOSE,
                shifts: WHOSE_SHIFTS,
                signups: WHOSE_SIGNUPS,
                marks: WHOSE_MARKS,
                presences: WHOSE_PRESENCES,
            },
            i64::from(resident.0),
            None,
        ),
    }
}

fn resident(number: i64) -> Result<ResidentNo, StoreError> {
    Ok(ResidentNo(narrow(number)?))
}

impl ActivityRow {
    fn activity(self) -> Result<StoredActivity, StoreError> {
        Ok(StoredActivity {
            no: uint(self.activity_no)?,
            version: narrow(self.version)?,
            state: self.state,
            kind: code(&self.kind)?,
            template: self.template,
            words: ActivityWords {
                title: self.title,
                about: self.about,
                location: self.location,
                bring: self.bring,
                insurance: self.insurance,
                training: self.training,
            },
            leader: self.leader,
            needs: (self.adult == 1, self.consent == 1, self.insured == 1),
            made_by: code(&self.made_by)?,
            passed_by: self.passed_by.as_deref().map(code).transpose()?,
            told: self.told,
            shifts: Vec::new(),
        })
    }
}

impl ShiftRow {
    fn shift(self) -> Result<StoredShift, StoreError> {
        Ok(StoredShift {
            no: narrow(self.shift_no)?,
            role: self.role,
            starts: Instant(self.starts),
            ends: Instant(self.ends),
            seats: narrow(self.seats)?,
            ended_at: self.ended_at.map(Instant),
            signups: Vec::new(),
            marks: Vec::new(),
            presences: Vec::new(),
        })
    }
}

impl PresenceRow {
    fn presence(self) -> Result<StoredPresence, StoreError> {
        let state = PresenceState::of(self.state).ok_or_else(|| StoreError::Corrupt {
            what: "activity_presence",
            place: self.state.to_string(),
        })?;
        Ok(StoredPresence {
            resident: resident(self.resident)?,
            minutes: self.minutes,
            first_by: code(&self.first_by)?,
            second_by: self.second_by.as_deref().map(code).transpose()?,
            state,
            entry: self.entry.map(uint).transpose()?,
            counted: self.counted,
            told: self.told,
            on_notice: matches!(self.fate, Some(4..=6)),
        })
    }
}

impl Own {
    pub(crate) async fn activities(
        &self,
        community: &Code,
        filter: ActivityFilter,
    ) -> Result<Vec<StoredActivity>, StoreError> {
        let (of, first, second) = choice(filter);
        let mut sight = self.moment().await?;
        macro_rules! rows {
            ($text:expr) => {{
                let query = sqlx::query_as($text).bind(community.as_str()).bind(first);
                let query = match second {
                    Some(second) => query.bind(second),
                    None => query,
                };
                query.fetch_all(&mut *sight).await?
            }};
        }
        let activities: Vec<ActivityRow> = rows!(of.activities);
        let shifts: Vec<ShiftRow> = rows!(of.shifts);
        let signups: Vec<SignupRow> = rows!(of.signups);
        let marks: Vec<MarkRow> = rows!(of.marks);
        let presences: Vec<PresenceRow> = rows!(of.presences);
        drop(sight);
        let mut by_shift: BTreeMap<(i64, i64), StoredShift> = BTreeMap::new();
        for row in shifts {
            by_shift.insert((row.activity_no, row.shift_no), row.shift()?);
        }
        for row in signups {
            if let Some(shift) = by_shift.get_mut(&(row.activity_no, row.shift_no)) {
                shift.signups.push(StoredSignup {
                    resident: resident(row.resident)?,
                    turn: narrow(row.turn)?,
                    place: row.place,
                    team: row.team.map(narrow).transpose()?,
                });
            }
        }
        for row in marks {
            if let Some(shift) = by_shift.get_mut(&(row.activity_no, row.shift_no)) {
                shift.marks.push(StoredMark {
                    resident: resident(row.resident)?,
                    no: narrow(row.mark_no)?,
                    what: row.what,
                    proof: row.proof,
                    at: Instant(row.at),
                    noted_at: Instant(row.noted_at),
                    by: code(&row.by_actor)?,
                });
            }
        }
        for row in presences {
            if let Some(shift) = by_shift.get_mut(&(row.activity_no, row.shift_no)) {
                shift.presences.push(row.presence()?);
            }
        }
        let mut all = Vec::new();
        for row in activities {
            let no = row.activity_no;
            let mut activity = row.activity()?;
            let own = by_shift.range((no, 0)..=(no, i64::MAX));
            activity.shifts = own.map(|(_, shift)| shift.clone()).collect();
            all.push(activity);
        }
        Ok(all)
    }

    pub(crate) async fn waiting_presences(
        &self,
        community: &Code,
        limit: u32,
    ) -> Result<Vec<WaitingPresence>, StoreError> {
        let rows: Vec<WaitingRow> = sqlx::query_as(WAITING)
            .bind(community.as_str())
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        let waiting = |row: WaitingRow| {
            Ok(WaitingPresence {
                activity_no: uint(row.activity_no)?,
                shift: narrow(row.shift_no)?,
                resident: resident(row.resident)?,
                minutes: row.minutes,
                planned: row.planned,
                proof: row.proof,
                signed_out: row.signed_out == 1,
                by: code(&row.by_actor)?,
                kind: code(&row.kind)?,
                starts: Instant(row.starts),
            })
        };
        rows.into_iter().map(waiting).collect()
    }

    pub(crate) async fn attended(
        &self,
        community: &Code,
        resident: ResidentNo,
        limit: u32,
    ) -> Result<Vec<Attended>, StoreError> {
        type Columns = (i64, String, String, i64, i64, Option<i64>, Option<i64>);
        let rows: Vec<Columns> = sqlx::query_as(ATTENDED)
            .bind(community.as_str())
            .bind(i64::from(resident.0))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        let attended = |(no, title, kind, starts, proof, counted, entry): Columns| {
            Ok(Attended {
                activity_no: uint(no)?,
                title,
                kind: code(&kind)?,
                starts: Instant(starts),
                proof,
                counted: counted.unwrap_or(0),
                entry: uint(entry.unwrap_or(0))?,
            })
        };
        rows.into_iter().map(attended).collect()
    }

    pub(crate) async fn clearances(
        &self,
        community: &Code,
        resident: ResidentNo,
    ) -> Result<Vec<Clearance>, StoreError> {
        let rows: Vec<(String, i64)> = sqlx::query_as(CLEARANCES)
            .bind(community.as_str())
            .bind(i64::from(resident.0))
            .fetch_all(&self.readers)
            .await?;
        let clearance = |(what, until): (String, i64)| {
            Ok(Clearance {
                what,
                until: date(until)?,
            })
        };
        rows.into_iter().map(clearance).collect()
    }
}
