//! Values as machines read them: the send and receive functions of PostgreSQL's
//! types.

mod form;
mod read;
mod reader;
mod write;

pub use form::check_binary;
pub use read::Parameter;
pub(super) use reader::Reader;
