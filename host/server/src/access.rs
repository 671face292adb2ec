//! Who may come in: secrets, sessions, sign-in and its delays, and what a signed-in person may see and do.
//!
//! It answers who somebody is; it serves no page and moves no points.

mod address;
mod delay;
pub mod files;
pub mod recovery;
mod secret;
mod session;
mod sign_in;
pub mod web;

use std::sync::Arc;

use rongyi_store::StoreError;

pub use address::Proxies;
pub(crate) use delay::TRIES_KEPT;
pub use delay::{Flood, is_locked};
pub use secret::{
    Memory, Vault, hash_in, hash_secret, new_token, random, server_secret, token_hash,
    verify_secret,
};
pub use session::{
    Device, Devices, Role, Scope, SignedIn, SignedResident, StaffMember, device, sign_out, who,
};
pub use sign_in::{
    BROWSERS_KEPT, Credentials, Entered, Origin, SignInDesk, change_secret, confirm, known_browser,
    program_of, sign_in,
};

/// Which way somebody comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// With a resident number and PIN.
    Resident,
    /// With a login and password.
    Staff,
}

impl Door {
    /// The word under which its wrong tries are counted.
    fn word(self) -> &'static str {
        match self {
            Door::Resident => "resident",
            Door::Staff => "staff",
        }
    }
}

/// Why somebody may not come in, or not here.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AccessError {
    /// Nobody is signed in.
    #[error("{}", self.both().1)]
    SignInNeeded,
    /// No member of staff is signed in.
    #[error("{}", self.both().1)]
    StaffSignInNeeded,
    /// The printed PIN must be replaced first.
    #[error("{}", self.both().1)]
    PinFirst,
    /// The number or the PIN is wrong; which of them is not said.
    #[error("{}", self.both().1)]
    Wrong,
    /// Too many wrong tries.
    #[error("{}", self.both().1)]
    Delayed {
        /// How long to wait.
        seconds: u32,
    },
    /// So many wrong tries that only the office lets the account in again.
    #[error("{}", self.both().1)]
    Locked,
    /// Too many wrong tries in this community, by browsers that nobody knows.
    #[error("{}", self.both().1)]
    Guarded {
        /// How long to wait at least.
        seconds: u32,
    },
    /// Too many wrong tries from one address.
    #[error("{}", self.both().1)]
    Flooded,
    /// Signed in, but this is somebody else's.
    #[error("{}", self.both().1)]
    Forbidden,
    /// No such token here.
    #[error("{}", self.both().1)]
    TokenUnknown,
    /// Another site sent the form.
    #[error("{}", self.both().1)]
    CrossSite,
    /// The database did not answer.
    #[error("{0}")]
    Store(Arc<StoreError>),
}

impl From<StoreError> for AccessError {
    fn from(error: StoreError) -> Self {
        AccessError::Store(Arc::new(error))
    }
}

impl AccessError {
    /// What is wrong and what to do, in Chinese and English.
    pub fn both(&self) -> (String, String) {
        let (zh, en) = match self {
            AccessError::SignInNeeded => ("请先登录。", "Please sign in first."),
            AccessError::StaffSignInNeeded => {
                ("请先用工作人员账号登录。", "Please sign in as staff first.")
            }
            AccessError::PinFirst => (
                "请先换掉纸上印的密码，再做别的。",
                "Please replace the printed PIN before anything else.",
            ),
            AccessError::Wrong => (
                "编号或密码不对。请看积分卡上的编号再输一次；忘了密码可到社区服务台重设。",
                "The number or the PIN is wrong. Check the number on the card and try again; the office can set a new PIN.",
            ),
            AccessError::Locked => (
                "这个账号输错的次数太多，在新的设备上不能再试了。居民请带身份证到社区服务台，当面就能重设密码；工作人员请找运营人员。以前登录过的手机不受影响。",
                "There were so many wrong tries that new devices may not try any more. Residents: the office sets a new PIN while you wait, bring your identity card; staff: ask an operator. Phones that signed in before are not affected.",
            ),
            AccessError::Guarded { seconds } => {
                let (zh, en) = minutes(*seconds);
                return (
                    format!(
                        "有人在这个社区反复试密码，所以没有登录过的设备要等一等。请过 {zh}再试；着急请带身份证到社区服务台。以前登录过的手机不受影响，可以用它登录。"
                    ),
                    format!(
                        "Somebody keeps trying PINs in this community, so devices that never signed in here have to wait. Try again in {en}, or come to the office with your identity card. Phones that signed in before are not affected: use one of those."
                    ),
                );
            }
            AccessError::Delayed { seconds } => {
                let (zh, en) = minutes(*seconds);
                return (
                    format!("输错的次数太多了。请过 {zh}再试，或到社区服务台重设密码。"),
                    format!(
                        "There were too many wrong tries. Try again in {en}, or have the PIN set anew at the office."
                    ),
                );
            }
            AccessError::Flooded => (
                "这个网络上输错的次数太多了。请过一分钟再试；以前登录过的手机不受影响。",
                "Too many wrong tries from this network. Try again in a minute; phones that signed in before are not affected.",
            ),
            AccessError::Forbidden => (
                "这里的内容不是给您的账号看的。请换一个账号登录，或回到首页。",
                "Your account may not see this. Sign in with another account, or go back to the front page.",
            ),
            AccessError::TokenUnknown => (
                "设备令牌不对或已停用。请让运营人员用 rongyi token add 发一个新的。",
                "The device's token is wrong or was revoked. Have an operator issue a new one with `rongyi token add`.",
            ),
            AccessError::CrossSite => (
                "这个请求来自别的网站，没有执行。请从本站的页面上操作。",
                "This request came from another site and was not carried out. Use the pages of this site.",
            ),
            AccessError::Store(error) => return (error.to_string(), error.to_string()),
        };
        (zh.to_owned(), en.to_owned())
    }
}

/// A wait as people say it.
fn minutes(seconds: u32) -> (String, String) {
    match seconds {
        0..=59 => (format!("{seconds} 秒"), format!("{seconds} seconds")),
        _ => {
            let minutes = seconds.div_ceil(60);
            (format!("{minutes} 分钟"), format!("{minutes} minutes"))
        }
    }
}
