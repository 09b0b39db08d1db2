//! What a letter or a report says on paper, and what is asked of whoever sets it.
//!
//! It stands apart from the setting itself, so that whatever writes letters need not wait until a typesetter is built.

mod document;
mod fault;
mod report;
mod typesetter;

pub use document::{Block, Document, Fact, Run};
pub use fault::Fault;
pub use report::{Report, Section};
pub use typesetter::{Pages, Pdf, PrintedReport, Replaced, Typesetter, tell_of_boxes};
