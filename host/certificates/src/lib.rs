//! Certificates of volunteers' hours: what they say, their numbers, the signature that is checked without asking anybody,
//! the page to print, and bundles for teams. Bytes in, bytes out: no disk, network, clock or chance. Whether a certificate is
//! valid today, was replaced or taken back is the host's to know.

mod bulk;
mod hex;
mod json;
mod letters;
mod number;
mod ornament;
mod page;
mod parts;
mod pdf;
mod pen;
mod signing;
mod statement;
mod tables;
mod words;
mod written;

pub use bulk::bundle;
pub use letters::missing_letters;
pub use number::{NoNumber, Number, prefix};
pub use pdf::{ADDRESS_MAX, ATTACHED, PdfError, pdf};
pub use signing::{FORMAT, Key, NoKey, PublicKey, SIGNED_PREFIX, Signed, Unproved, community_seed};
pub use statement::{
    BadStatement, Community, FORM, Head, KINDS_MAX, KindLine, LINE_MAX, MINUTES_MAX, Minutes,
    NUMBER_MAX, PROOFS_MAX, Period, ProofLine, STARS_MAX, Signer, Statement, TEXT_MAX,
};
pub use words::Lang;
