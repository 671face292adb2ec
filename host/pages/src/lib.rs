//! The pages: view models in, HTML out. Knows templates, texts in two languages, the style sheet
//! and the drawings; knows no store, no rules, no HTTP and no clock.
//!
//! Every page is a struct named `…View` that is its own template; [`Page::html`] renders it.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

pub mod access;
pub mod account;
pub mod activities;
pub mod amend;
pub mod assets;
mod basket;
pub mod cases;
pub mod council;
mod dossier;
mod escape;
pub mod fault;
pub mod find;
pub mod format;
pub mod front;
pub mod home;
pub mod household;
pub mod icon;
pub mod input;
pub mod inspections;
pub mod merchant;
pub mod messages;
mod number;
pub mod office;
pub mod operator;
pub mod order;
pub mod own;
pub mod passbook;
pub mod people;
pub mod period;
pub mod privacy;
pub mod proof;
pub mod qr;
pub mod record;
pub mod report;
pub mod resident;
pub mod roster;
pub mod sheet;
pub mod shell;
pub mod shop;
pub mod simulate;
pub mod spoken;
pub mod stock;
pub mod text;
pub mod till;
pub mod today;
pub mod wall;
pub mod why;

pub use access::{
    DeviceRow, DevicesView, Helped, ResetView, SlipView, StaffListView, StaffOneView, StaffRow,
};
pub use account::{Audience, FieldError, MeView, PinView, SignInView};
pub use activities::{
    ActivitiesView, ActivityDay, ActivityDayView, ActivityDesk, ActivityDoorView, ActivityGateView,
    ActivityHereView, ActivityHoursView, ActivityMove, ActivityRow, ActivityView, AttendedRow,
    Attendee, HoursRow, ShiftCard, StarsCard,
};
pub use amend::{
    AmendView, FoundEntry, MarkRow, NoticeListView, NoticeRow, NoticeState, NoticeView,
    ObjectionRow, ProposalRow,
};
pub use assets::{
    CSS, CSS_PATH, ICON, ICON_192, ICON_192_PATH, ICON_512, ICON_512_PATH, ICON_PATH, JS, JS_PATH,
    PAPER, PAPER_PATH, WORKER, WORKER_PATH,
};
pub use basket::{CheckLine, ConfirmView, News};
pub use cases::{
    CaseAct, CaseDone, CaseDue, CaseFact, CaseFault, CaseField, CaseFormView, CaseInput, CaseLink,
    CaseMinutes, CasePhotoLink, CasePickView, CasePreview, CaseRating, CaseRow, CaseStep, CaseTick,
    CaseTold, CaseTone, CaseTyped, CaseView, CaseWorth, CasesView, WorkFilter, WorkView,
};
pub use council::{CouncilHome, CouncilOffice, CouncilView};
pub use dossier::{DossierForm, DossierLink, DossierList, DossierRow, DossierView};
pub use find::{FindView, FoundDoes, FoundRow};
pub use format::{Day, Moment};
pub use front::{FrontView, WindowItem};
pub use home::{
    CodeOrder, Expiring, HomeCase, HomeNext, HomeView, MeCodeView, OfflineView, Waiting,
};
pub use household::{HomeMember, MeHouseholdView, MeYearView, YearRow};
pub use icon::Picture;
pub use inspections::{
    InspectedRow, InspectionChoice, InspectionFormView, InspectionTyped, InspectionView, JudgeRow,
    ScoreForm, ScoreRow,
};
pub use merchant::{StatementSigned, StatementStage, StatementView};
pub use messages::{MessageChoice, MessageChoicesView, MessageRow, MessagesView};
pub use office::{CommunitiesView, CommunityLink, ErrorView, Head};
pub use operator::{
    CallLimits, ConfigFault, LastFault, Parked, RuleRemedy, RuleSetRow, RuleState, RulesView,
};
pub use order::{OrderLine, OrderState, OrderView, OrdersView};
pub use own::OwnView;
pub use passbook::{
    Also, Line, LineState, Month, MonthSum, PassbookView, Pending, PendingState, Show, Unit,
};
pub use people::{
    EnrolCheckView, EnrolTyped, EnrolView, HouseholdView, PeopleView, PersonRow, PersonView,
    StaffNewView, TokenRow, TokensView,
};
pub use period::{
    PeriodCard, PeriodDue, PeriodForeseen, PeriodLine, PeriodOpen, PeriodPrepareView, PeriodStage,
    PeriodView, PeriodsView, StillOpen,
};
pub use privacy::{ListingDeskView, PrivacyView, PublicListing, ReadRow};
pub use proof::{
    Checked, HeadView, HeadsView, ProofCheckView, ProofView, PublishedHead, PublishedRow,
};
pub use record::{
    RecordDoneView, RecordField, RecordFormView, RecordGain, RecordInput, RecordKind,
    RecordOutcome, RecordTyped, RecordView,
};
pub use report::{
    ReportBars, ReportChart, ReportLink, ReportMonths, ReportRow, ReportSum, ReportUnit,
    ReportView, ReportsView,
};
pub use resident::{
    CardView, MemberRow, OrderFor, OrderForView, OrderSlipView, ResidentActs, ResidentView,
    WaitsRow, Whom,
};
pub use roster::{RosterKind, RosterPlanView, RosterRow, RosterState, RosterTyped, RosterView};
pub use sheet::{RowOutcome, SheetDoneView, SheetPlanView, SheetRow, SheetSlip, SheetView};
pub use shell::{Desk, Reader, Shell, Size, Theme};
pub use shop::{BasketBar, Blocked, Draw, Filter, ItemView, ShopView, Stock, Tile, Wish};
pub use simulate::{SimulateView, Simulated, SimulatedEntry, SimulatedRow, SimulatedTable};
pub use stock::{
    CountCheck, GoodsLine, GoodsMove, GoodsRow, NewItemTyped, StockForm, StockItemView, StockTyped,
    StockView,
};
pub use text::Lang;
pub use till::{
    ReturnWay, TillCheckView, TillDay, TillDayView, TillItem, TillLine, TillOutcome, TillPieces,
    TillResultView, TillSums, TillView, TillWaiting,
};
pub use today::{IssueCard, LapsingRow, LapsingView, Task, TodayNight, TodayRow, TodayView};
pub use wall::{Paper, WallLine, WallLink, WallSheetView, WallView};
pub use why::{Proof, ReasonRow, RuleRef, WhyAppeal, WhyNotice, WhySum, WhyView};

/// A page that can be sent.
pub trait Page {
    /// The whole HTML document.
    fn html(&self) -> String;
}

impl<T: askama::Template> Page for T {
    fn html(&self) -> String {
        // Writing to a String cannot fail; should a template ever fail by itself, the reader gets a
        // plain sentence instead of half a page.
        self.render().unwrap_or_else(|_| {
            "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>页面出错了</title>\
             <p>页面没能显示出来，请返回再试一次。This page could not be shown. Please go back and try again.</p></html>"
                .to_owned()
        })
    }
}
