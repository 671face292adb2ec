//! Every page with what it is for.

use super::{casework, merchants, volunteers};
use crate::door::{Act, Addresses};
use crate::{
    access, amend, audit, door, earning, ledger, overview, people, period, redemption, reports,
    resident, rulebooks, stock, wall,
};

/// Every page with what it is for, in the order in which people meet them.
#[expect(
    clippy::too_many_lines,
    reason = "one list of addresses, read from top to bottom"
)]
pub fn addresses() -> Addresses {
    use Act::{
        Approve, ChangeSecret, Configure, Decline, Enrol, FindResident, HandOver, ManageOwn,
        ManageStaff, ManageStock, ManageTokens, Object, OrderOwn, PlaceOrder, PrintLists, Propose,
        ReadPeriodHolders, ReadPerson, RecordEvent, ResetPin, Reverse, Review, SeeDesk,
        SeeOperations, SeeOwn, SeePeriods, SeePublic, SeeReports, SeeResident, SetListing,
        StepPeriod,
    };
    casework::addresses(merchants::addresses(volunteers::addresses(
        Addresses::default(),
    )))
    // Before anybody signs in.
    .get(SeePublic, "/", access::web::list_communities)
    .post(SeePublic, "/settings", access::web::keep_settings)
    .get(SeePublic, rongyi_pages::CSS_PATH, access::web::style_sheet)
    .get(
        SeePublic,
        rongyi_pages::PAPER_PATH,
        access::web::paper_sheet,
    )
    .get(SeePublic, rongyi_pages::JS_PATH, access::web::script)
    .get(SeePublic, "/heads", audit::proof::web::list_heads)
    .get(
        SeePublic,
        "/heads/{file}",
        audit::proof::web::get_heads_file,
    )
    .get(SeePublic, "/check-proof.py", audit::proof::web::get_checker)
    .get(SeePublic, door::contact::PATH, door::contact::get_contact)
    .get(SeePublic, "/{community}", access::web::show_front)
    .get(SeePublic, "/{community}/", access::web::show_front)
    .get(SeePublic, "/{community}/head", access::web::show_head)
    .get(
        SeePublic,
        "/{community}/proof",
        audit::proof::web::show_check,
    )
    .post(
        SeePublic,
        "/{community}/proof",
        audit::proof::web::check_proof,
    )
    .get(SeePublic, "/{community}/sign-in", access::web::show_sign_in)
    .post(SeePublic, "/{community}/sign-in", access::web::sign_in)
    .get(
        SeePublic,
        "/{community}/staff/sign-in",
        access::web::show_staff_sign_in,
    )
    .post(
        SeePublic,
        "/{community}/staff/sign-in",
        access::web::sign_in_staff,
    )
    .post(SeePublic, "/{community}/sign-out", access::web::sign_out)
    .get(ChangeSecret, "/{community}/pin", access::web::show_pin)
    .post(ChangeSecret, "/{community}/pin", access::web::change_pin)
    .get(
        ChangeSecret,
        "/{community}/devices",
        people::accounts::show_devices,
    )
    .post(
        ChangeSecret,
        "/{community}/devices",
        people::accounts::end_device,
    )
    // A resident.
    .get(SeeOwn, "/{community}/home", ledger::web::show_home)
    .get(SeeOwn, "/{community}/passbook", ledger::web::show_passbook)
    .get(SeeOwn, "/{community}/passbook/{seq}", ledger::why::show_why)
    .get(
        SeeOwn,
        "/{community}/passbook/{seq}/proof",
        audit::proof::web::show_proof,
    )
    .get(
        SeeOwn,
        "/{community}/passbook/{seq}/proof.json",
        audit::proof::web::get_proof_file,
    )
    .get(SeeOwn, "/{community}/me", ledger::web::show_me)
    .get(SeeOwn, "/{community}/me/data", people::own::web::show_own)
    .post(
        ManageOwn,
        "/{community}/me/data",
        people::own::web::erase_own,
    )
    .get(
        SeeOwn,
        "/{community}/me/data.json",
        people::own::web::get_own_file,
    )
    .get(
        SeeOwn,
        "/{community}/me/privacy",
        people::privacy::show_privacy,
    )
    .post(
        ManageOwn,
        "/{community}/me/privacy",
        people::privacy::set_own_listing,
    )
    // What a resident asked.
    // What is under notice; everybody may look.
    .get(
        SeePublic,
        "/{community}/rules",
        rulebooks::public::show_rules,
    )
    .get(SeePublic, "/{community}/notice", amend::web::show_notice)
    .get(
        SeePublic,
        "/{community}/notice/list",
        amend::web::show_notice_list,
    )
    .post(
        Object,
        "/{community}/notice/{seq}/object",
        amend::web::object,
    )
    // The shop.
    .get(SeeOwn, "/{community}/shop", redemption::shop::list_shop)
    .get(
        SeeOwn,
        "/{community}/shop/{item}",
        redemption::shop::show_item,
    )
    .get(
        SeeOwn,
        "/{community}/shop/{item}/confirm",
        redemption::shop::show_confirm,
    )
    .get(
        SeeOwn,
        "/{community}/orders",
        redemption::order::list_orders,
    )
    .post(
        OrderOwn,
        "/{community}/orders",
        redemption::order::place_order,
    )
    .get(
        SeeOwn,
        "/{community}/orders/{no}",
        redemption::order::show_order,
    )
    .post(
        OrderOwn,
        "/{community}/orders/{no}/cancel",
        redemption::order::cancel_order,
    )
    // Staff.
    .get(
        FindResident,
        "/{community}/residents",
        people::finding::web::find_residents,
    )
    .get(
        SeeResident,
        "/{community}/residents/{resident}",
        resident::web::show_resident,
    )
    .get(
        SeeResident,
        "/{community}/residents/{resident}/passbook/{seq}",
        resident::web::show_line,
    )
    .post(
        ResetPin,
        "/{community}/residents/{resident}/card",
        people::card::make,
    )
    .get(SeePublic, "/{community}/card/{word}", people::card::open)
    .get(
        ReadPerson,
        "/{community}/residents/{resident}/data.json",
        resident::web::get_data,
    )
    .get(
        PlaceOrder,
        "/{community}/residents/{resident}/order",
        resident::order::show_order_for,
    )
    .post(
        PlaceOrder,
        "/{community}/residents/{resident}/order",
        resident::order::place_order_for,
    )
    .get(
        HandOver,
        "/{community}/till",
        redemption::counter::show_till,
    )
    .post(
        HandOver,
        "/{community}/till",
        redemption::counter::look_up_code,
    )
    .get(
        HandOver,
        "/{community}/till/day",
        redemption::counter::show_till_day,
    )
    .post(
        HandOver,
        "/{community}/till/{no}/settle",
        redemption::counter::settle_order,
    )
    .post(
        HandOver,
        "/{community}/till/return",
        redemption::counter::return_goods,
    )
    .get(ManageStock, "/{community}/stock", stock::web::list_stock)
    .post(ManageStock, "/{community}/stock", stock::web::add_item)
    .get(
        ManageStock,
        "/{community}/stock/{item}",
        stock::web::show_stock_item,
    )
    .get(
        ManageStock,
        "/{community}/stock/{item}/book.csv",
        stock::web::get_stock_book,
    )
    .post(
        ManageStock,
        "/{community}/stock/{item}/receive",
        stock::web::receive_goods,
    )
    .post(
        ManageStock,
        "/{community}/stock/{item}/lose",
        stock::web::lose_goods,
    )
    .post(
        ManageStock,
        "/{community}/stock/{item}/count",
        stock::web::book_count,
    )
    .post(
        ManageStock,
        "/{community}/stock/{item}/shelf",
        stock::web::put_on_shelf,
    )
    .get(
        RecordEvent,
        "/{community}/record",
        earning::web::show_record,
    )
    .post(
        RecordEvent,
        "/{community}/record",
        earning::web::record_event,
    )
    .get(
        RecordEvent,
        "/{community}/record/roster",
        earning::roster::web::show_roster,
    )
    .post(
        RecordEvent,
        "/{community}/record/roster",
        earning::roster::web::look_at_roster,
    )
    .post(
        RecordEvent,
        "/{community}/record/roster/book",
        earning::roster::web::book_roster,
    )
    .get(SeeDesk, "/{community}/amend", amend::web::show_desk)
    .post(Reverse, "/{community}/amend/reverse", amend::web::reverse)
    .post(Propose, "/{community}/amend/adjust", amend::web::adjust)
    .post(
        Approve,
        "/{community}/amend/{seq}/approve",
        amend::web::approve,
    )
    .post(
        Decline,
        "/{community}/amend/{seq}/decline",
        amend::web::decline,
    )
    .post(
        Review,
        "/{community}/amend/{seq}/review",
        amend::web::review,
    )
    .post(
        Review,
        "/{community}/amend/{seq}/seen",
        amend::marks::web::see,
    )
    .get(
        SetListing,
        "/{community}/listing",
        people::privacy::show_listing_desk,
    )
    .get(ResetPin, "/{community}/reset", people::accounts::show_reset)
    .post(
        ResetPin,
        "/{community}/reset",
        people::accounts::look_up_resident,
    )
    .get(
        ResetPin,
        "/{community}/reset/pin",
        people::accounts::back_to_reset,
    )
    .post(
        ResetPin,
        "/{community}/reset/pin",
        people::accounts::reset_pin,
    )
    .get(
        ResetPin,
        "/{community}/reset/unlock",
        people::accounts::back_to_reset,
    )
    .post(
        ResetPin,
        "/{community}/reset/unlock",
        people::accounts::unlock_resident,
    )
    // People.
    .get(
        Enrol,
        "/{community}/people",
        people::enrolment::web::show_people,
    )
    .post(
        Enrol,
        "/{community}/people",
        people::enrolment::web::find_people,
    )
    .get(
        Enrol,
        "/{community}/people/new",
        people::enrolment::web::show_new,
    )
    .post(
        Enrol,
        "/{community}/people/new",
        people::enrolment::web::enrol_one,
    )
    .get(
        Enrol,
        "/{community}/people/residents/{resident}",
        people::enrolment::homes::show_resident,
    )
    .post(
        Enrol,
        "/{community}/people/residents/{resident}",
        people::enrolment::homes::correct_resident,
    )
    .get(
        Enrol,
        "/{community}/people/residents/{resident}/leave",
        people::leaving::web::show_leave,
    )
    .post(
        Enrol,
        "/{community}/people/residents/{resident}/leave",
        people::leaving::web::leave,
    )
    .get(
        Enrol,
        "/{community}/people/households/{household}/move",
        people::leaving::web::show_move,
    )
    .post(
        Enrol,
        "/{community}/people/households/{household}/move",
        people::leaving::web::move_home,
    )
    .get(
        Enrol,
        "/{community}/people/households/{household}",
        people::enrolment::homes::show_household,
    )
    .post(
        Enrol,
        "/{community}/people/households/{household}",
        people::enrolment::homes::change_household,
    )
    .get(
        Enrol,
        "/{community}/people/sheet",
        people::enrolment::sheets::show_sheet,
    )
    .post(
        Enrol,
        "/{community}/people/sheet",
        people::enrolment::sheets::look_at_sheet,
    )
    .post(
        Enrol,
        "/{community}/people/sheet/book",
        people::enrolment::sheets::book_sheet,
    )
    .get(
        ManageTokens,
        "/{community}/operator/tokens",
        people::tokens::web::list_tokens,
    )
    .post(
        ManageTokens,
        "/{community}/operator/tokens",
        people::tokens::web::add_token,
    )
    .post(
        ManageTokens,
        "/{community}/operator/tokens/{id}/end",
        people::tokens::web::end_token,
    )
    .get(
        ManageStaff,
        "/{community}/operator/staff/new",
        people::staff::web::show_new,
    )
    .post(
        ManageStaff,
        "/{community}/operator/staff/new",
        people::staff::web::take_on,
    )
    .get(
        ManageStaff,
        "/{community}/operator/staff",
        people::accounts::list_staff,
    )
    .get(
        ManageStaff,
        "/{community}/operator/staff/{id}",
        people::accounts::show_staff,
    )
    .post(
        ManageStaff,
        "/{community}/operator/staff/{id}",
        people::accounts::change_staff,
    )
    .post(
        SetListing,
        "/{community}/listing",
        people::privacy::set_listing,
    )
    .get(
        SeeOperations,
        "/{community}/operator",
        overview::web::show_today,
    )
    .get(
        SeeOperations,
        "/{community}/operator/rules",
        rulebooks::web::show_rules,
    )
    .get(
        SeeOperations,
        "/{community}/operator/simulate",
        rulebooks::simulate::web::show_simulate,
    )
    .post(
        SeeOperations,
        "/{community}/operator/simulate",
        rulebooks::simulate::web::try_rules,
    )
    .get(
        SeeOperations,
        "/{community}/operator/changes",
        rulebooks::change::web::show_changes,
    )
    .post(
        Configure,
        "/{community}/operator/changes",
        rulebooks::change::web::change,
    )
    .get(
        SeeOperations,
        "/{community}/operator/lapsing",
        overview::web::list_lapsing,
    )
    .get(
        SeePeriods,
        "/{community}/operator/periods",
        period::web::list_periods,
    )
    .get(
        ReadPeriodHolders,
        "/{community}/operator/periods/{period}",
        period::web::show_period,
    )
    .post(
        StepPeriod,
        "/{community}/operator/periods/{period}",
        period::web::take_step,
    )
    // Reports, and lists for the wall.
    .get(
        SeeReports,
        "/{community}/reports",
        reports::web::list_reports,
    )
    .get(
        SeeReports,
        "/{community}/reports/{report}",
        reports::web::show_report,
    )
    .get(
        SeeReports,
        "/{community}/reports/{report}/table.csv",
        reports::web::get_report_csv,
    )
    .get(
        SeeReports,
        "/{community}/reports/{report}/table.xlsx",
        reports::web::get_report_sheet,
    )
    .get(PrintLists, "/{community}/wall", wall::web::list_wall)
    .get(
        PrintLists,
        "/{community}/wall/{list}",
        wall::web::show_sheet,
    )
}
