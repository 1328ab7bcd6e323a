//! Values as people read them: the output and input functions of PostgreSQL's
//! types.

mod array;
mod float;
pub(super) mod json;
mod read;
mod record;
mod spelling;
mod write;

pub(super) use array::{too_many_dimensions, too_many_elements};
pub(super) use float::{read_float, write_float};
pub(super) use spelling::widened;
