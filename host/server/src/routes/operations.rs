//! Every operation of the API, with the act it is.

use std::sync::Arc;

use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_axum::routes;

use super::openapi;
use crate::door::app::App;
use crate::door::fault::Fault;
use crate::door::{Act, Address, of_api};
use crate::{amend, cases, earning, ledger, partners, people, period, redemption, reports};

/// Every operation of the API, below `/api/v1`, with the act it is.
fn operations() -> Vec<(Act, UtoipaMethodRouter<Arc<App>>)> {
    vec![
        // Points are earned.
        (Act::RecordEvent, routes!(earning::api::post_event)),
        (Act::RecordEvent, routes!(earning::api::post_events)),
        (Act::RecordEvent, routes!(earning::chains::post_chain)),
        // A resident.
        (
            Act::FindResident,
            routes!(people::finding::api::find_residents),
        ),
        (Act::ReadBalance, routes!(people::api::get_balance)),
        (Act::ReadPassbook, routes!(people::api::get_passbook)),
        // The shop.
        (Act::SeeShop, routes!(redemption::api::list_items)),
        (Act::Quote, routes!(redemption::api::quote_basket)),
        (Act::PlaceOrder, routes!(redemption::api::place_order)),
        (Act::ReadOrder, routes!(redemption::api::get_order)),
        (Act::HandOver, routes!(redemption::api::settle_order)),
        (Act::CancelOrder, routes!(redemption::api::cancel_order)),
        // Periods, and what was.
        (Act::SeePeriods, routes!(period::api::list_periods)),
        (
            Act::ReadPeriodHolders,
            routes!(period::api::list_period_holders),
        ),
        (Act::StepPeriod, routes!(period::api::post_period_step)),
        (Act::ReadBalance, routes!(period::api::get_past_balance)),
        (Act::State, routes!(period::api::post_statement)),
        // Reports.
        (Act::SeeReports, routes!(reports::api::list_reports)),
        (Act::SeeReports, routes!(reports::api::get_report)),
        // What was booked is taken back, corrected, objected to.
        (Act::Reverse, routes!(amend::api::reverse_entry)),
        (Act::Propose, routes!(amend::api::propose_change)),
        (Act::SeeDesk, routes!(amend::api::list_proposals)),
        (Act::Approve, routes!(amend::api::approve_proposal)),
        (Act::Decline, routes!(amend::api::decline_proposal)),
        (Act::SeePublic, routes!(amend::api::list_notices)),
        (Act::Object, routes!(amend::api::object_to_entry)),
        (Act::Review, routes!(amend::api::review_entry)),
        // Cases.
        (Act::SeeCases, routes!(cases::api::list_case_kinds)),
        (Act::SeeCases, routes!(cases::api::list_cases)),
        (Act::SeeCases, routes!(cases::api::get_case)),
        (Act::WorkCases, routes!(cases::api::post_case)),
        (Act::WorkCases, routes!(cases::api::post_case_step)),
        // Merchants.
        (Act::SeeMerchants, routes!(partners::api::list_merchants)),
        (Act::SeeMerchants, routes!(partners::api::list_offers)),
        (
            Act::SeeMerchants,
            routes!(partners::api::get_merchant_month),
        ),
        // What somebody is to look at.
        (Act::SeeDesk, routes!(amend::marks::api::list_marks)),
        (Act::Review, routes!(amend::marks::api::see_mark)),
        // The ledger.
        (Act::ReadEntry, routes!(ledger::api::get_entry)),
        (Act::ReadProof, routes!(ledger::api::get_proof)),
        (Act::SeePublic, routes!(ledger::api::get_head)),
        (Act::SeePublic, routes!(ledger::api::list_heads)),
    ]
}

/// The addresses of the API with their acts, below `/api/v1`.
pub fn api_addresses() -> Vec<Address> {
    let all = operations().into_iter();
    let mut list: Vec<Address> = all
        .flat_map(|(act, methods)| of_api(act, methods).0)
        .collect();
    list.push(Address {
        method: "GET",
        path: "/openapi.json".to_owned(),
        act: Act::SeePublic,
    });
    list
}

pub(crate) fn api_routes() -> OpenApiRouter<Arc<App>> {
    let empty = OpenApiRouter::with_openapi(openapi::frame());
    operations()
        .into_iter()
        .fold(empty, |router, (act, methods)| {
            router.routes(of_api(act, methods).1)
        })
}

pub(super) fn api_router() -> axum::Router<Arc<App>> {
    let (router, _) = api_routes().split_for_parts();
    router
        .route("/openapi.json", axum::routing::get(openapi::get_openapi))
        .fallback(async || Fault::not_found())
}
