//! Addresses of what pages need as files, of the page for everybody, and of what is a resident's own: a part of the one list.

use crate::access::files;
use crate::door::{Act, Addresses};
use crate::{front, ledger, messages, people};

/// Adds them.
pub(super) fn addresses(all: Addresses) -> Addresses {
    use Act::{ManageOwn, SeeOwn, SeePublic};
    all.get(SeePublic, rongyi_pages::CSS_PATH, files::style_sheet)
        .get(SeePublic, rongyi_pages::PAPER_PATH, files::paper_sheet)
        .get(SeePublic, rongyi_pages::JS_PATH, files::script)
        .get(SeePublic, rongyi_pages::WORKER_PATH, files::worker)
        .get(SeePublic, rongyi_pages::ICON_PATH, files::icon)
        .get(SeePublic, rongyi_pages::ICON_192_PATH, files::icon_192)
        .get(SeePublic, rongyi_pages::ICON_512_PATH, files::icon_512)
        .get(SeePublic, "/favicon.ico", files::favicon)
        .get(SeePublic, "/{community}/app.webmanifest", files::manifest)
        .get(SeePublic, "/{community}", front::show_front)
        .get(SeePublic, "/{community}/", front::show_front)
        .get(SeeOwn, "/{community}/home", ledger::home::show_home)
        .get(SeeOwn, "/{community}/me/code", ledger::home::show_code)
        .get(
            SeeOwn,
            "/{community}/me/offline",
            ledger::home::show_offline,
        )
        .get(SeeOwn, "/{community}/me/year", people::mine::show_year)
        .get(
            SeeOwn,
            "/{community}/me/household",
            people::mine::show_household,
        )
        .get(
            SeeOwn,
            "/{community}/messages",
            messages::web::list_messages,
        )
        .get(
            SeeOwn,
            "/{community}/messages/choices",
            messages::web::show_choices,
        )
        .post(
            ManageOwn,
            "/{community}/messages/choices",
            messages::web::keep_choices,
        )
}
