//! Sets letters and reports as accessible PDF documents: one file that is both PDF/A-2a (to be kept) and PDF/UA-1 (to be read aloud).
//!
//! What goes in is data, never markup: a text that looks like an instruction is printed as it stands. Equal letters give
//! equal bytes, on any machine and on any day, so that a hash of them proves something.
//!
//! The page is laid out by Typst; its sources are in `templates`. They get what is to be printed as JSON and can read nothing else.

mod render;
#[cfg(test)]
mod tests;
mod text;
mod world;

pub use render::Typst;
