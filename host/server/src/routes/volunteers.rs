//! The addresses of activities, a part of the one list: what everybody sees, what residents do, what the office does.

use crate::activities::web::{
    certificates, day, feed, gate, list_activities, office, own, show_activity, teams,
};
use crate::door::{Act, Addresses};

/// Adds them.
pub(super) fn addresses(all: Addresses) -> Addresses {
    use Act::{ConfirmHours, JoinOwn, LeadActivities, SeeOwn, SeePublic};
    papers(people(all))
        .get(SeePublic, "/{community}/activities", list_activities)
        .get(SeePublic, "/{community}/activities/{no}", show_activity)
        .post(
            JoinOwn,
            "/{community}/activities/{no}/join",
            own::join_shift,
        )
        .post(
            JoinOwn,
            "/{community}/activities/{no}/leave",
            own::leave_shift,
        )
        .get(JoinOwn, "/{community}/activities/{no}/here", own::show_here)
        .post(JoinOwn, "/{community}/activities/{no}/here", own::sign_here)
        .get(SeeOwn, "/{community}/me/hours", own::show_hours)
        .get(
            LeadActivities,
            "/{community}/volunteering",
            office::list_work,
        )
        .get(
            LeadActivities,
            "/{community}/volunteering/new",
            office::pick_template,
        )
        .get(
            LeadActivities,
            "/{community}/volunteering/new/{kind}",
            office::show_form,
        )
        .post(
            LeadActivities,
            "/{community}/volunteering/new/{kind}",
            office::write_activity,
        )
        .get(
            LeadActivities,
            "/{community}/volunteering/{no}",
            office::show_work,
        )
        .post(
            LeadActivities,
            "/{community}/volunteering/{no}/step",
            office::step,
        )
        .get(
            LeadActivities,
            "/{community}/volunteering/{no}/{shift}",
            day::show_day,
        )
        .get(
            LeadActivities,
            "/{community}/volunteering/{no}/{shift}/code",
            day::show_code,
        )
        .post(
            LeadActivities,
            "/{community}/volunteering/{no}/{shift}/mark",
            day::mark,
        )
        .get(
            LeadActivities,
            "/{community}/volunteering/{no}/{shift}/gate",
            gate::show_gate,
        )
        .post(
            LeadActivities,
            "/{community}/volunteering/{no}/{shift}/gate",
            gate::hold_card,
        )
        .post(
            LeadActivities,
            "/{community}/volunteering/{no}/{shift}/paper",
            gate::enter_paper,
        )
        .post(
            LeadActivities,
            "/{community}/volunteering/{no}/{shift}/end",
            day::end,
        )
        .post(
            ConfirmHours,
            "/{community}/volunteering/{no}/{shift}/confirm",
            day::confirm,
        )
}

/// Teams, and one's own calendar.
fn people(all: Addresses) -> Addresses {
    use Act::{Certify, LeadActivities, SeePublic};
    all.get(
        SeePublic,
        "/{community}/calendar/{key}/shifts.ics",
        feed::show_feed,
    )
    .get(
        LeadActivities,
        "/{community}/volunteering/teams",
        teams::list,
    )
    .post(
        LeadActivities,
        "/{community}/volunteering/teams",
        teams::make,
    )
    .get(
        LeadActivities,
        "/{community}/volunteering/teams/{team}",
        teams::show,
    )
    .post(
        LeadActivities,
        "/{community}/volunteering/teams/{team}",
        teams::change,
    )
    .get(
        Certify,
        "/{community}/volunteering/teams/{team}/certificates.pdf",
        certificates::files::team_pdf,
    )
    .get(
        Certify,
        "/{community}/volunteering/teams/{team}/certificates.zip",
        certificates::files::team_zip,
    )
}

/// Certificates of hours: the office's, one's own, and what anybody may check.
fn papers(all: Addresses) -> Addresses {
    use Act::{AskOwn, Certify, SeeOwn, SeePublic};
    use certificates::files;
    all.get(
        SeePublic,
        "/{community}/certificate",
        certificates::verify::verify,
    )
    .get(SeePublic, "/check-certificate.py", files::get_checker)
    .get(
        Certify,
        "/{community}/certificates",
        certificates::office::list,
    )
    .post(
        Certify,
        "/{community}/certificates",
        certificates::office::ask_for,
    )
    .get(
        Certify,
        "/{community}/certificates/{no}",
        certificates::office::show,
    )
    .post(
        Certify,
        "/{community}/certificates/{no}",
        certificates::office::step,
    )
    .get(
        Certify,
        "/{community}/certificates/{no}/certificate.pdf",
        files::pdf,
    )
    .get(
        Certify,
        "/{community}/certificates/{no}/certificate.json",
        files::signed_file,
    )
    .get(
        SeeOwn,
        "/{community}/me/certificates",
        certificates::own::list_own,
    )
    .post(
        AskOwn,
        "/{community}/me/certificates",
        certificates::own::ask_own,
    )
    .get(
        SeeOwn,
        "/{community}/me/certificates/{no}",
        certificates::own::show_own,
    )
    .post(
        AskOwn,
        "/{community}/me/certificates/{no}",
        certificates::own::take_back,
    )
    .get(
        SeeOwn,
        "/{community}/me/certificates/{no}/certificate.pdf",
        files::own_pdf,
    )
    .get(
        SeeOwn,
        "/{community}/me/certificates/{no}/certificate.json",
        files::own_json,
    )
}
