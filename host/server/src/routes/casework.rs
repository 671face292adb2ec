//! The pages of cases and inspections, with what each is for: a part of the one list.

use crate::door::{Act, Addresses};
use crate::{cases, inspections};

/// Adds what residents ask and judge, and what the office works on.
pub(super) fn addresses(all: Addresses) -> Addresses {
    use Act::AskOwn;
    office(all)
        .get(AskOwn, "/{community}/cases", cases::web::list_cases)
        .get(
            AskOwn,
            "/{community}/cases/new/{kind}",
            cases::web::form::show_form,
        )
        .post(
            AskOwn,
            "/{community}/cases/new/{kind}",
            cases::web::form::open_own,
        )
        .get(AskOwn, "/{community}/cases/{no}", cases::web::show_case)
        .get(
            AskOwn,
            "/{community}/cases/{no}/photo/{digest}",
            cases::web::photo::show_photo,
        )
        .get(
            AskOwn,
            "/{community}/cases/{no}/paper/{digest}",
            cases::web::paper::get_paper,
        )
        .post(
            AskOwn,
            "/{community}/cases/{no}/step",
            cases::web::step::step_own,
        )
        .get(
            AskOwn,
            "/{community}/judging/{no}",
            inspections::web::show_judging,
        )
        .post(
            AskOwn,
            "/{community}/judging/{no}/scores",
            inspections::web::score_own,
        )
}

fn office(all: Addresses) -> Addresses {
    use Act::{OpenInspections, SeeCases, WorkCases};
    all.get(SeeCases, "/{community}/queue", cases::web::queue::show_work)
        .get(
            WorkCases,
            "/{community}/queue/new",
            cases::web::form::pick_kind,
        )
        .get(
            WorkCases,
            "/{community}/queue/new/{kind}",
            cases::web::form::show_work_form,
        )
        .post(
            WorkCases,
            "/{community}/queue/new/{kind}",
            cases::web::form::open_work,
        )
        .get(
            SeeCases,
            "/{community}/queue/{no}",
            cases::web::show_work_case,
        )
        .get(
            SeeCases,
            "/{community}/queue/{no}/photo/{digest}",
            cases::web::photo::show_work_photo,
        )
        .get(
            SeeCases,
            "/{community}/queue/{no}/paper/{digest}",
            cases::web::paper::get_work_paper,
        )
        .post(
            WorkCases,
            "/{community}/queue/bulk",
            cases::web::queue::check_ticked,
        )
        .post(
            WorkCases,
            "/{community}/queue/{no}/step",
            cases::web::step::step_work,
        )
        .get(
            WorkCases,
            "/{community}/inspections",
            inspections::web::list_inspections,
        )
        .get(
            OpenInspections,
            "/{community}/inspections/new",
            inspections::web::form::show_form,
        )
        .post(
            OpenInspections,
            "/{community}/inspections/new",
            inspections::web::form::open_inspection,
        )
        .get(
            WorkCases,
            "/{community}/inspections/{no}",
            inspections::web::show_inspection,
        )
        .post(
            WorkCases,
            "/{community}/inspections/{no}/scores",
            inspections::web::score_work,
        )
        .post(
            OpenInspections,
            "/{community}/inspections/{no}/off",
            inspections::web::call_off,
        )
}
