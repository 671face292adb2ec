//! The addresses of merchants, a part of the one list.

use crate::door::{Act, Addresses};
use crate::partners::web;

/// Adds them.
pub(super) fn addresses(all: Addresses) -> Addresses {
    use Act::{ManageMerchants, OfferGoods, SeeMerchants, SignStatement};
    all.get(SeeMerchants, "/{community}/merchants", web::list_merchants)
        .get(ManageMerchants, "/{community}/merchants/new", web::show_new)
        .post(
            ManageMerchants,
            "/{community}/merchants/new",
            web::enrol_merchant,
        )
        .get(
            SeeMerchants,
            "/{community}/merchants/{merchant}",
            web::show_merchant,
        )
        .post(OfferGoods, "/{community}/merchants/{merchant}", web::change)
        .post(
            ManageMerchants,
            "/{community}/merchants/{merchant}/manage",
            web::manage,
        )
        .get(
            ManageMerchants,
            "/{community}/merchants/{merchant}/end",
            web::show_end,
        )
        .get(
            SeeMerchants,
            "/{community}/merchants/{merchant}/statements/{month}",
            web::show_statement,
        )
        .post(
            SignStatement,
            "/{community}/merchants/{merchant}/statements/{month}",
            web::sign_statement,
        )
        .get(
            SeeMerchants,
            "/{community}/merchants/{merchant}/statements/{month}/table.csv",
            web::get_statement_csv,
        )
        .get(
            SeeMerchants,
            "/{community}/merchants/{merchant}/statements/{month}/table.xlsx",
            web::get_statement_sheet,
        )
}
