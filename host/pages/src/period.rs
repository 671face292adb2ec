//! The operator's pages for closing a month, quarter, half-year or year: where every period stands, and what closing gives
//! each holder. Closes nothing itself.

use askama::Template;

use crate::format::Day;
use crate::shell::Shell;

/// Where a period stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeriodStage {
    /// Cut off, waiting to be signed.
    CutOff,
    /// Signed; holders are being closed.
    Signed,
    /// Sealed.
    Sealed,
    /// Its cut-off, or all of it, was taken back.
    Withdrawn,
    /// Sealed; somebody asks that it be taken back.
    AskedBack,
    /// Two agreed; holders are being taken back.
    TakingBack,
}

impl PeriodStage {
    fn key(self) -> &'static str {
        match self {
            PeriodStage::CutOff => "period-cut-off",
            PeriodStage::Signed => "period-signed",
            PeriodStage::Sealed => "period-sealed",
            PeriodStage::Withdrawn => "period-withdrawn",
            PeriodStage::AskedBack => "period-asked-back",
            PeriodStage::TakingBack => "period-taking-back",
        }
    }

    fn seal(self) -> &'static str {
        match self {
            PeriodStage::CutOff
            | PeriodStage::Signed
            | PeriodStage::AskedBack
            | PeriodStage::TakingBack => "seal",
            PeriodStage::Sealed => "seal seal-good",
            PeriodStage::Withdrawn => "seal seal-quiet",
        }
    }
}

/// A period and where it stands.
#[derive(Debug, Clone)]
pub struct PeriodCard {
    /// `2026-10`, `2026-q4`, `2026-h2` or `2026`; also the end of its address.
    pub period: String,
    /// How long it is and which rule decides, in words.
    pub about: String,
    /// Its first day.
    pub first: Day,
    /// Its last day.
    pub last: Day,
    /// Where it stands.
    pub stage: PeriodStage,
    /// How many holders it has.
    pub holders: i64,
    /// How many of them are closed.
    pub closed: i64,
    /// Who made the cut-off.
    pub cut_by: String,
    /// Who signed.
    pub signed_by: Option<String>,
    /// Whether nobody else could have signed.
    pub signed_alone: bool,
}

impl PeriodCard {
    fn is_cut_off(&self) -> bool {
        self.stage == PeriodStage::CutOff
    }

    fn is_signed(&self) -> bool {
        self.stage == PeriodStage::Signed
    }

    fn is_sealed(&self) -> bool {
        self.stage == PeriodStage::Sealed
    }

    fn is_asked_back(&self) -> bool {
        self.stage == PeriodStage::AskedBack
    }

    fn has_result(&self) -> bool {
        matches!(self.stage, PeriodStage::Signed | PeriodStage::Sealed)
    }
}

/// A period that can be cut off.
#[derive(Debug, Clone)]
pub struct PeriodDue {
    /// Which.
    pub period: String,
    /// How long it is and which rule will be asked, in words.
    pub about: String,
}

/// `/{community}/operator/periods`. The forms post `step=cut-off` to `…/periods/{period}`.
#[derive(Debug, Clone, Template)]
#[template(path = "periods.html")]
pub struct PeriodsView {
    /// Around the page.
    pub shell: Shell,
    /// What can be cut off next, of each length one; the one that ended first in front.
    pub due: Vec<PeriodDue>,
    /// All that were cut off, the newest first.
    pub cards: Vec<PeriodCard>,
}

impl PeriodsView {
    /// While a period is being closed, none is due and that is no news.
    fn is_one_open(&self) -> bool {
        self.cards
            .iter()
            .any(|card| card.is_cut_off() || card.is_signed())
    }
}

/// What may still be open before a cut-off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StillOpen {
    /// Events that wait for their rule.
    Events,
    /// Cases that go on.
    Cases,
    /// Awards under notice.
    Notices,
    /// Orders that nobody collected.
    Orders,
}

impl StillOpen {
    fn key(self) -> &'static str {
        match self {
            StillOpen::Events => "period-open-events",
            StillOpen::Cases => "period-open-cases",
            StillOpen::Notices => "period-open-notices",
            StillOpen::Orders => "period-open-orders",
        }
    }

    fn note_key(self) -> &'static str {
        match self {
            StillOpen::Events => "period-open-events-note",
            StillOpen::Cases => "period-open-cases-note",
            StillOpen::Notices => "period-open-notices-note",
            StillOpen::Orders => "period-open-orders-note",
        }
    }
}

/// How much of it.
#[derive(Debug, Clone)]
pub struct PeriodOpen {
    /// What.
    pub what: StillOpen,
    /// How many.
    pub count: i64,
    /// Where it is worked on.
    pub path: String,
}

/// `/{community}/operator/periods/{period}` before its cut-off. The form posts `step=cut-off` to the same address.
#[derive(Debug, Clone, Template)]
#[template(path = "period_prepare.html")]
pub struct PeriodPrepareView {
    /// Around the page.
    pub shell: Shell,
    /// Which period.
    pub period: String,
    /// How long it is and which rule will be asked, in words.
    pub about: String,
    /// Its first day.
    pub first: Day,
    /// Its last day.
    pub last: Day,
    /// What is still open.
    pub open: Vec<PeriodOpen>,
    /// Whether some of it must be done first.
    pub blocked: bool,
    /// Whether nobody else can sign.
    pub alone: bool,
    /// Whether an earlier cut-off was taken back.
    pub withdrawn: bool,
    /// What closing would come to, where somebody asked.
    pub foreseen: Option<PeriodForeseen>,
}

/// What closing a period would come to.
#[derive(Debug, Clone)]
pub struct PeriodForeseen {
    /// Households or people that there are, and those that were asked about.
    pub holders: (i64, i64),
    /// Points that they would be given.
    pub given: i64,
    /// Points that would be taken, below zero.
    pub taken: i64,
    /// How many the rule would refuse.
    pub refused: i64,
    /// Those whose points change most.
    pub lines: Vec<PeriodLine>,
}

/// A holder with what closing gives.
#[derive(Debug, Clone)]
pub struct PeriodLine {
    /// Whose: a household with its name, or a resident with a masked one.
    pub holder: String,
    /// Points at the cut-off.
    pub points: i64,
    /// What closing adds, or takes away when negative.
    pub change: i64,
    /// Why, one sentence each.
    pub reasons: Vec<String>,
    /// Whether the holder is closed already.
    pub closed: bool,
}

/// `/{community}/operator/periods/{period}`. Its forms post `step` to the same address.
#[derive(Debug, Clone, Template)]
#[template(path = "period.html")]
pub struct PeriodView {
    /// Around the page.
    pub shell: Shell,
    /// The period.
    pub card: PeriodCard,
    /// A page of holders.
    pub lines: Vec<PeriodLine>,
    /// The `after` of the next page.
    pub next: Option<String>,
    /// Whether the reader may sign: they did not make the cut-off, or nobody else is there.
    pub may_sign: bool,
    /// The end of the address of a report about its months.
    pub results: String,
}
