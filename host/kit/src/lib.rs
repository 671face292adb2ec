//! The authors' kit: a rule in its folder, from the template to the component. `rongyi rule …` is its face.
//!
//! It makes a folder ([`make`]), turns it into a component with the language's own tools ([`build`]), and asks the
//! component through the same engine, with the same limits, as a serving host ([`desk`]). It knows no database,
//! no community and no page, and prints nothing.

pub mod ask;
pub mod build;
pub mod desk;
mod embedded;
pub mod folder;
pub mod kept;
pub mod make;
pub mod measure;
pub mod pack;
pub mod params;
pub mod past;
mod problem;
pub mod scenarios;

pub use folder::{Lang, RuleFolder};
pub use problem::Problem;
