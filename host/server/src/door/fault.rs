//! The one place where an error gets its HTTP status, its stable code and its two sentences.
//!
//! Handlers of pages and of the API return the same [`Fault`]; how it looks is decided by the middleware
//! around them ([`super::error_page`] for people, `super::json::as_json` for programs).

mod rejections;

use std::borrow::Cow;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rongyi_clerk::ClerkError;
use rongyi_core::rule::Text;
use rongyi_store::StoreError;

use crate::access::AccessError;
use crate::access::recovery::RecoveryError;
use crate::activities::ActivityError;
use crate::audit::proof::ProofFault;
use crate::cases::CaseError;
use crate::partners::PartnerError;
use crate::people::leaving::LeavingError;
use crate::people::own::OwnError;
use crate::period::PeriodError;
use crate::redemption::till::TillError;
use crate::reports::ReportError;

/// Something went wrong, ready to be told.
#[derive(Debug, Clone)]
pub struct Fault {
    /// The HTTP status.
    pub status: StatusCode,
    /// The stable code.
    pub code: Cow<'static, str>,
    /// What is wrong and what to do.
    pub text: Text,
    /// Seconds after which trying again makes sense.
    pub retry_after: Option<u32>,
    /// Where a page goes instead of showing the fault: sign-in, or the change of the first PIN.
    pub detour: Option<Detour>,
    /// The step of a chain that it is about, from 0.
    pub step: Option<usize>,
}

/// Where a person is led before they can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detour {
    /// Sign in as a resident.
    SignIn,
    /// Sign in as staff.
    StaffSignIn,
    /// Replace the printed PIN.
    Pin,
}

impl Fault {
    /// A fault with both sentences.
    pub fn new(
        status: StatusCode,
        code: &'static str,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        let text = Text {
            zh: zh.into(),
            en: en.into(),
        };
        Fault {
            status,
            code: Cow::Borrowed(code),
            text,
            retry_after: None,
            detour: None,
            step: None,
        }
    }

    fn after(self, seconds: u32) -> Self {
        Fault {
            retry_after: Some(seconds),
            ..self
        }
    }

    fn by(self, detour: Detour) -> Self {
        Fault {
            detour: Some(detour),
            ..self
        }
    }

    /// A rule said no to a step of a chain; alone it would be an answer that is kept.
    pub fn refused(code: String, zh: String, en: String) -> Self {
        Fault {
            code: Cow::Owned(code),
            ..Fault::new(StatusCode::UNPROCESSABLE_ENTITY, "", zh, en)
        }
    }

    /// A step of a chain was booked before, without the others.
    pub fn chain_known(entry: u64) -> Self {
        Fault::new(
            StatusCode::CONFLICT,
            "chain.known",
            format!(
                "这一步或它前面的一步已经单独记过账（第 {entry} 笔），不能再和别的一起记。请核对以后换一个提交编号（Idempotency-Key）。"
            ),
            format!(
                "This step or one before it is booked already, as entry {entry}, and not with the others of this chain. Check it, and send the rest under another Idempotency-Key."
            ),
        )
    }

    /// A step of a chain would have to wait for its rule.
    pub fn chain_waiting() -> Self {
        Fault::new(
            StatusCode::CONFLICT,
            "chain.waiting",
            "这一类事项的规则现在没有给出结果，单独发来会先记下、等规则修好；和别的一起就不能等。请过一会儿再发，或单独发这一步。",
            "The rule for this kind cannot decide now. Sent alone the event would be kept until it can; in a chain it cannot wait. Send it again later, or alone.",
        )
    }

    /// Nothing is at that address.
    pub fn not_found() -> Self {
        Fault::new(
            StatusCode::NOT_FOUND,
            "not-found",
            "这里没有您要找的内容。请核对网址，或回到首页。",
            "There is nothing at this address. Check it, or go back to the front page.",
        )
    }

    /// The input does not fit; `place` names the field.
    pub fn input(place: &str, zh: &str, en: &str) -> Self {
        let (zh, en) = if place.is_empty() {
            (zh.to_owned(), en.to_owned())
        } else {
            (format!("“{place}”：{zh}"), format!("“{place}”: {en}"))
        };
        Fault::new(StatusCode::UNPROCESSABLE_ENTITY, "input.invalid", zh, en)
    }

    /// A part of the query is not what it should be; `told` says which and what would be right.
    pub fn query(told: &str) -> Self {
        Fault::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "query.invalid",
            format!(
                "网址里问号后面的内容不对：{told}。请从页面上的链接进入，或照 /api/v1/openapi.json 写。"
            ),
            format!(
                "The query of this address is wrong: {told}. Follow a link of the pages, or write it as /api/v1/openapi.json says."
            ),
        )
    }

    /// A body is not said to be JSON.
    pub fn not_json() -> Self {
        Fault::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "body.media-type",
            "请求的内容要是 JSON：加上请求头 Content-Type: application/json。",
            "The body must be JSON: send the header Content-Type: application/json.",
        )
    }

    /// A body is said to be JSON and is none.
    pub fn no_json(told: &str) -> Self {
        Fault::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "body.malformed",
            format!("请求的内容不是正确的 JSON：{told}。请核对逗号、引号和括号。"),
            format!("The body is not JSON: {told}. Check commas, quotes and brackets."),
        )
    }

    /// The JSON of a body does not fit the schema, at `path`.
    pub fn schema(path: &str, told: &str) -> Self {
        Fault::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "body.schema",
            format!("请求的内容在“{path}”处不合格式：{told}。格式见 /api/v1/openapi.json。"),
            format!(
                "The body does not fit the schema at “{path}”: {told}. See /api/v1/openapi.json."
            ),
        )
    }

    /// Every connection is taken.
    pub fn host_full() -> Self {
        Fault::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "host.full",
            "现在访问的人太多，服务器没有空位。什么也没有记账，请过几秒再打开。",
            "Too many people are connected and the host has no room. Nothing was booked; open the page again in a few seconds.",
        )
        .after(5)
    }

    /// The head of a request does not name one host.
    pub fn no_host() -> Self {
        Fault::new(
            StatusCode::BAD_REQUEST,
            "request.host",
            "请求要恰好写明一个主机名（Host），并与网址里的一致。请检查中间的代理。",
            "A request must name exactly one host, the one of its address. Check the proxy in between.",
        )
    }

    /// The body of a request did not arrive in its time.
    pub fn body_slow() -> Self {
        Fault::new(
            StatusCode::REQUEST_TIMEOUT,
            "body.slow",
            "提交的内容传得太慢，没有收全，什么也没有记账。请在信号好的地方再交一次。",
            "What was sent came too slowly and is incomplete; nothing was booked. Send it again where the signal is better.",
        )
    }

    /// A day, or a moment, that cannot be; `place` names the field.
    pub fn day(place: &str, zh: &str, en: &str) -> Self {
        Fault {
            code: Cow::Borrowed("date.form"),
            ..Fault::input(place, zh, en)
        }
    }

    /// More was sent than is read.
    pub fn too_large() -> Self {
        Fault::of_status(StatusCode::PAYLOAD_TOO_LARGE)
    }

    /// Whether more was sent than is read.
    pub fn is_too_large(&self) -> bool {
        self.status == StatusCode::PAYLOAD_TOO_LARGE
    }

    /// What a framework answered without saying more.
    pub fn of_status(status: StatusCode) -> Self {
        match status.as_u16() {
            404 => Fault::not_found(),
            405 => Fault::new(
                status,
                "method.not-allowed",
                "这个网址不接受这种请求。请从页面上的按钮进入。",
                "This address does not take this kind of request. Use the buttons of the pages.",
            ),
            408 | 504 => Fault::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "host.slow",
                "服务器太忙，没有及时答复。请稍等再试；用同一个编号重试不会记两次。",
                "The host was too busy to answer in time. Try again in a moment; the same key is never booked twice.",
            )
            .after(2),
            413 => Fault::new(
                status,
                "body.too-large",
                "提交的内容超过 1 MiB。请分几次提交。",
                "More than 1 MiB was sent. Send it in several parts.",
            ),
            400 | 415 | 422 => Fault::new(
                status,
                "body.malformed",
                "提交的内容不完整。请返回重新填写。",
                "What was sent is incomplete. Go back and fill it in again.",
            ),
            _ => Fault::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "host.fault",
                "系统出了故障，什么也没有记账。请稍后再试，或打社区电话。",
                "The host failed; nothing was booked. Try again later, or call the office.",
            ),
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<LeavingError> for Fault {
    fn from(error: LeavingError) -> Self {
        match error {
            LeavingError::Store(error) => error.into(),
            LeavingError::Clerk(error) => error.into(),
            LeavingError::Own => Fault::new(
                StatusCode::FORBIDDEN,
                "leaving.own",
                "这关系到您自己或您家里，请另一位同事来登记。",
                "This concerns you or your own household. Ask a colleague to enter it.",
            ),
        }
    }
}

impl From<OwnError> for Fault {
    fn from(error: OwnError) -> Self {
        match error {
            OwnError::Store(error) => error.into(),
            OwnError::Clerk(error) => error.into(),
            OwnError::Nobody => Fault::not_found(),
            OwnError::Damaged(_) => Fault::of_status(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

impl From<ActivityError> for Fault {
    fn from(error: ActivityError) -> Self {
        match error {
            ActivityError::Unknown => Fault::not_found(),
            ActivityError::Store(error) => error.into(),
            ActivityError::Clerk(error) => error.into(),
            ActivityError::Damaged(no, why) => {
                tracing::error!(activity = no, why, "an activity cannot be read");
                Fault::of_status(StatusCode::INTERNAL_SERVER_ERROR)
            }
            ActivityError::Refused(refusal) => Fault::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                refusal.code,
                refusal.text.zh,
                refusal.text.en,
            ),
        }
    }
}

impl From<PartnerError> for Fault {
    fn from(error: PartnerError) -> Self {
        match error {
            PartnerError::Unknown => Fault::not_found(),
            PartnerError::Store(error) => error.into(),
            PartnerError::Clerk(error) => error.into(),
            PartnerError::Refused(refusal) => Fault::new(
                StatusCode::CONFLICT,
                refusal.code,
                refusal.text.zh,
                refusal.text.en,
            ),
        }
    }
}

impl From<CaseError> for Fault {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::Unknown => Fault::not_found(),
            CaseError::Store(error) => error.into(),
            CaseError::Clerk(error) => error.into(),
            CaseError::Damaged(case_no, why) => {
                tracing::error!(case_no, why, "a case cannot be read");
                Fault::of_status(StatusCode::INTERNAL_SERVER_ERROR)
            }
            CaseError::Refused(refusals) => {
                let status = match refusals.first() {
                    Some(one) if one.first.is_some() => StatusCode::CONFLICT,
                    Some(_) | None => StatusCode::UNPROCESSABLE_ENTITY,
                };
                let code = refusals.first().map_or("case.refused", |one| one.code);
                let half = |of: fn(&Text) -> &str, between: &str| {
                    let all: Vec<&str> = refusals.iter().map(|one| of(&one.text)).collect();
                    all.join(between)
                };
                let (zh, en) = (half(|text| &text.zh, ""), half(|text| &text.en, " "));
                Fault::new(status, code, zh, en)
            }
        }
    }
}

impl From<ReportError> for Fault {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Unknown => Fault::not_found(),
            ReportError::Months(_) => Fault::day(
                "from, to",
                "月份写成 2026-10，前面的早、后面的晚，最多 36 个月。",
                "write months as 2026-10, the earlier one first, at most 36.",
            ),
            ReportError::Clerk(error) => error.into(),
            ReportError::Case(error) => error.into(),
            ReportError::Sheet(error) => {
                tracing::error!(%error, "a sheet could not be written");
                Fault::of_status(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }
}

impl From<ProofFault> for Fault {
    fn from(fault: ProofFault) -> Self {
        match fault {
            ProofFault::Store(error) => error.into(),
            ProofFault::NoRecord(_) | ProofFault::NoCommunity(_) => Fault::not_found(),
            ProofFault::OrderOpen(order) => Fault::new(
                StatusCode::CONFLICT,
                "proof.order-open",
                format!(
                    "第 {order} 号兑换单还没有取货，它的记录里写着取货码。取货或取消以后就能出凭证。"
                ),
                format!(
                    "Order {order} still waits to be picked up and its record holds the pick-up code. Its proof can be had once it is picked up or cancelled."
                ),
            ),
            ProofFault::File(..) | ProofFault::NotThePublished { .. } => {
                Fault::of_status(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }
}

impl From<TillError> for Fault {
    fn from(error: TillError) -> Self {
        match error {
            TillError::Store(error) => error.into(),
            TillError::Wait { seconds } => Fault::new(
                StatusCode::TOO_MANY_REQUESTS,
                "till.wait",
                format!("取货码输错的次数太多，请 {seconds} 秒后再试。请让居民出示手机或纸单，照着输入；别的取货点不受影响。"),
                format!("Too many wrong pick-up codes. Try again in {seconds} s, with the code as the resident shows it; other tills are not concerned."),
            )
            .after(seconds),
        }
    }
}

impl From<PeriodError> for Fault {
    fn from(error: PeriodError) -> Self {
        let code = error.code();
        match (error.text(), error) {
            (_, PeriodError::Clerk(error)) => error.into(),
            (text, other) => {
                let text = text.unwrap_or_else(|| Text {
                    zh: other.to_string(),
                    en: other.to_string(),
                });
                Fault::new(StatusCode::CONFLICT, code, text.zh, text.en)
            }
        }
    }
}

impl From<ClerkError> for Fault {
    fn from(error: ClerkError) -> Self {
        let (code, text) = (error.code(), error.text());
        let said = |status| Fault::new(status, code, text.zh.clone(), text.en.clone());
        match error {
            ClerkError::Rejected(rejection) => rejection.into(),
            ClerkError::Store(error) => (&*error).into(),
            ClerkError::QueueFull => said(StatusCode::TOO_MANY_REQUESTS).after(2),
            ClerkError::CommunityUnknown(_) => said(StatusCode::NOT_FOUND),
            ClerkError::Unsure(error) => {
                tracing::error!(%error, "whether a batch was written is not known");
                said(StatusCode::SERVICE_UNAVAILABLE).after(5)
            }
            ClerkError::Fell { step, .. } => Fault {
                step: Some(step),
                ..said(StatusCode::CONFLICT)
            },
            ClerkError::Slept => said(StatusCode::SERVICE_UNAVAILABLE).after(2),
            ClerkError::Stopped => said(StatusCode::SERVICE_UNAVAILABLE).after(10),
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        (&error).into()
    }
}

impl From<&StoreError> for Fault {
    fn from(error: &StoreError) -> Self {
        tracing::error!(%error, "the database did not answer a request");
        let (text, seconds) = if matches!(error, StoreError::Unsure { .. }) {
            (rongyi_clerk::unsure(), 5)
        } else {
            books_shut(error)
        };
        let status = StatusCode::SERVICE_UNAVAILABLE;
        Fault::new(status, error.code(), text.zh, text.en).after(seconds)
    }
}

/// What residents are told when the books are shut, and after how many seconds it is worth trying again.
fn books_shut(error: &StoreError) -> (Text, u32) {
    let (zh, en, seconds) = if matches!(error, StoreError::Full { .. }) {
        (
            "存放账本的磁盘已满，什么也没有记账。请告诉管理员腾出空间；有了空间会自动恢复，同一个编号不会记两次。",
            "The disk that keeps the books is full; nothing was booked. Tell the operator to make room; it goes on by itself then, and the same key is never booked twice.",
            30,
        )
    } else if matches!(error, StoreError::NotWritable { .. }) {
        (
            "账本现在只能看、不能记，什么也没有记账。请告诉管理员；恢复以后会自动接上，同一个编号不会记两次。",
            "The books can be read but not written to just now; nothing was booked. Tell the operator; it goes on by itself afterwards, and the same key is never booked twice.",
            30,
        )
    } else if matches!(error, StoreError::Failing { .. }) {
        (
            "存放账本的磁盘出错，什么也没有记账。请告诉管理员检查磁盘；恢复以后会自动接上，同一个编号不会记两次。",
            "The disk that keeps the books failed; nothing was booked. Tell the operator to look at it; it goes on by itself afterwards, and the same key is never booked twice.",
            30,
        )
    } else if matches!(error, StoreError::Unreachable { .. }) {
        (
            "存放账本的服务器暂时连不上，什么也没有记账。它恢复以后会自动接上，请过一会儿再试。",
            "The server that keeps the books cannot be reached just now; nothing was booked. It is found again by itself; try again in a moment.",
            5,
        )
    } else {
        (
            "账本暂时打不开，什么也没有记账。请过一会儿再试，或打社区电话。",
            "The books cannot be opened just now; nothing was booked. Try again in a while, or call the office.",
            5,
        )
    };
    let (zh, en) = (zh.to_owned(), en.to_owned());
    (Text { zh, en }, seconds)
}

impl From<RecoveryError> for Fault {
    fn from(error: RecoveryError) -> Self {
        let (code, text) = (error.code(), error.text());
        let status = match error {
            RecoveryError::NotYours | RecoveryError::Yourself => StatusCode::FORBIDDEN,
            RecoveryError::LastOperator | RecoveryError::Already => StatusCode::CONFLICT,
            RecoveryError::Stopping => StatusCode::SERVICE_UNAVAILABLE,
            RecoveryError::Store(error) => return error.into(),
        };
        Fault::new(status, code, text.zh, text.en)
    }
}

impl From<AccessError> for Fault {
    fn from(error: AccessError) -> Self {
        let (zh, en) = error.both();
        match error {
            AccessError::SignInNeeded => {
                Fault::new(StatusCode::UNAUTHORIZED, "access.sign-in", zh, en).by(Detour::SignIn)
            }
            AccessError::StaffSignInNeeded => {
                Fault::new(StatusCode::UNAUTHORIZED, "access.sign-in", zh, en)
                    .by(Detour::StaffSignIn)
            }
            AccessError::PinFirst => {
                Fault::new(StatusCode::FORBIDDEN, "access.pin-first", zh, en).by(Detour::Pin)
            }
            AccessError::Wrong => Fault::new(StatusCode::UNAUTHORIZED, "access.wrong", zh, en),
            AccessError::Delayed { seconds } => {
                Fault::new(StatusCode::TOO_MANY_REQUESTS, "access.delayed", zh, en).after(seconds)
            }
            AccessError::Locked => Fault::new(StatusCode::FORBIDDEN, "access.locked", zh, en),
            AccessError::Guarded { seconds } => {
                Fault::new(StatusCode::TOO_MANY_REQUESTS, "access.guarded", zh, en).after(seconds)
            }
            AccessError::Flooded => {
                Fault::new(StatusCode::TOO_MANY_REQUESTS, "access.flooded", zh, en).after(60)
            }
            AccessError::Forbidden => Fault::new(StatusCode::FORBIDDEN, "access.forbidden", zh, en),
            AccessError::TokenUnknown => {
                Fault::new(StatusCode::UNAUTHORIZED, "access.token", zh, en)
            }
            AccessError::CrossSite => {
                Fault::new(StatusCode::FORBIDDEN, "access.cross-site", zh, en)
            }
            AccessError::Store(error) => (&*error).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_says_when_to_come_again() {
        assert_eq!(Fault::from(ClerkError::QueueFull).retry_after, Some(2));
    }

    #[test]
    fn a_wrong_number_and_a_wrong_pin_sound_the_same() {
        let fault = Fault::from(AccessError::Wrong);
        assert_eq!((fault.status.as_u16(), &*fault.code), (401, "access.wrong"));
        assert!(fault.text.zh.contains("编号或密码"));
    }
}
