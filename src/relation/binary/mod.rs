//! Values as machines read them: the send and receive functions of PostgreSQL's
//! types.

mod read;
mod reader;
mod write;

pub use read::Parameter;
pub(super) use reader::Reader;
