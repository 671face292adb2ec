//! Who may come in: secrets, sessions, sign-in and its delays, and what a signed-in person may see and do.
//!
//! It answers who somebody is; it serves no page and moves no points.

mod delay;
mod secret;
mod session;

use std::sync::Arc;

use rongyi_store::StoreError;

pub use delay::Flood;
pub use secret::{Vault, hash_secret, new_token, random, server_secret, token_hash, verify_secret};
pub use session::{
    Device, Devices, Role, Scope, SignedIn, SignedResident, StaffMember, change_secret, confirm,
    device, open_session, sign_in, sign_out, who,
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
    fn scope(self) -> &'static str {
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
    /// Too many tries from one address.
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
            AccessError::Delayed { seconds } => {
                let (zh, en) = match seconds {
                    0..=59 => (format!("{seconds} 秒"), format!("{seconds} seconds")),
                    _ => {
                        let minutes = seconds.div_ceil(60);
                        (format!("{minutes} 分钟"), format!("{minutes} minutes"))
                    }
                };
                return (
                    format!("输错的次数太多了。请过 {zh}再试，或到社区服务台重设密码。"),
                    format!(
                        "There were too many wrong tries. Try again in {en}, or have the PIN set anew at the office."
                    ),
                );
            }
            AccessError::Flooded => (
                "这个网络上登录的次数太多了。请过一分钟再试。",
                "Too many sign-ins from this network. Try again in a minute.",
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
