//! The addresses of activities, a part of the one list: what everybody sees, what residents do, what the office does.

use crate::activities::web::{day, list_activities, office, own, show_activity};
use crate::door::{Act, Addresses};

/// Adds them.
pub(super) fn addresses(all: Addresses) -> Addresses {
    use Act::{ConfirmHours, JoinOwn, LeadActivities, SeeOwn, SeePublic};
    all.get(SeePublic, "/{community}/activities", list_activities)
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
