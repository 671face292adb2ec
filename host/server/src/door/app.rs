//! What handlers need, whichever door they stand at.

use std::sync::Arc;

use crate::access::{Devices, Flood, Proxies, SignInDesk, Vault};
use crate::house::House;

/// The most a request may carry.
pub const BODY_MAX_BYTES: usize = 1024 * 1024;
/// What handlers need.
pub struct App {
    /// The installation.
    pub house: Arc<House>,
    /// Where PINs are compared.
    pub vault: Vault,
    /// The budget of each line.
    pub flood: Flood,
    /// The proxies that are believed.
    pub proxies: Proxies,
    /// Devices seen a moment ago.
    pub devices: Devices,
    /// Whether residents reach this host with `https://`.
    pub https: bool,
}

impl App {
    /// The address that residents type, as far as it was configured.
    pub(crate) fn site(&self) -> String {
        self.house.config.public_url.clone().unwrap_or_default()
    }

    /// What a sign-in needs.
    pub fn desk(&self) -> SignInDesk<'_> {
        SignInDesk {
            store: &self.house.store,
            vault: &self.vault,
            flood: &self.flood,
        }
    }

    /// The name of the cookie by which a browser is known again.
    pub fn browser_cookie(&self) -> &'static str {
        if self.https {
            "__Host-rongyi-device"
        } else {
            "rongyi-device"
        }
    }

    /// The name of the session's cookie. `__Host-` ties it to this very host, and needs https.
    pub fn cookie_name(&self) -> &'static str {
        if self.https {
            "__Host-rongyi"
        } else {
            "rongyi"
        }
    }
}
