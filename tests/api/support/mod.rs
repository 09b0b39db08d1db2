//! What the tests need of the world around the service.

pub(crate) mod browser;
pub(crate) mod case;
pub(crate) mod database;
pub(crate) mod desk;
pub(crate) mod files;
pub(crate) mod pages;
pub(crate) mod post;
pub(crate) mod print;
pub(crate) mod server;
pub(crate) mod smtp_server;
pub(crate) mod statements;
pub(crate) mod world;

/// The folder of the whole project.
pub(crate) const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
