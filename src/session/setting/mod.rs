//! The settings of a session, as PostgreSQL's.
//!
//! Pure. [`Settings`] knows what a setting is worth now, and what it goes back
//! to: at the end of a transaction (`SET LOCAL`), when a transaction fails
//! (every `SET` in it) or goes back to a savepoint (every `SET` since it), at
//! `RESET` (what the client asked for at start-up, or the default). The settings there are stand in one table, `catalog`; how
//! their values are read and shown, down to the words of a refusal, is `value`,
//! with `date_style`, `encoding`, `name_list` and `time_zone` for the kinds that
//! have a grammar.
//!
//! Names ignore case. A name with a dot that the table does not know is the
//! client's own: any text is kept for it.
//!
//! A setting that clients send as a matter of course but that has nothing to
//! act on here (`jit`, `row_security`) is kept, shown, and described as having
//! no effect. One that would change what clients read is refused with 0A000
//! when Rekha cannot do it (`DateStyle = 'German'`).

mod catalog;
mod date_style;
mod encoding;
mod name_list;
#[cfg(feature = "query")]
mod rows;
mod settings;
#[cfg(test)]
mod tests;
mod time_zone;
mod transaction;
mod value;

pub use settings::{MetadataUpdates, ReadConsistency, Settings};
pub(super) use transaction::Mark;
