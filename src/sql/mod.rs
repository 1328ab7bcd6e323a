//! Text to [`Statement`] and back.
//!
//! Pure. The tokenizer is sqlparser's, and so is the grammar of queries, whose
//! [`Query`] holds the tree; the grammar of the dialect is ours, one file a family
//! of statements. What a
//! client sends may hold several statements ([`parse`]); each knows where its
//! words stood, so that errors point at them.
//!
//! Every text is safe to read: types and queries nest, to bounds, and one of too many
//! words is refused before it is split.
//!
//! A [`Statement`] displays as SQL that parses to the same statement.
//! Statements that are understood but not offered are [`Statement::Unsupported`]
//! and answer 0A000 when they are run, not when they are parsed, as they would
//! in PostgreSQL.

mod alteration;
mod call;
mod column;
mod copy;
mod cursor;
mod data_type;
mod definition;
mod dialect;
mod display;
mod inspection;
mod literal;
mod notification;
mod option;
mod parser;
mod portal;
mod prepared;
mod query;
mod respell;
mod select;
mod setting;
mod statement;
mod token;
mod transaction;
mod unicode;
mod unsupported;

#[cfg(test)]
mod law;
#[cfg(test)]
mod meaning;
#[cfg(test)]
mod mistake;
#[cfg(test)]
mod sample;

pub use call::Call;
pub use copy::{Copy, CopyFormat, CopySource};
pub use notification::MAX_CHANNEL_BYTES;
pub use parser::parse;
pub use portal::{Declare, Direction, Fetch};
pub use prepared::{Execute, Prepare};
pub use query::{Explanation, ExplanationFormat, Query, Tree};
pub use respell::Mark;
pub use statement::{
    Absent, AlterAction, AlterStream, AssertedSchema, CommentTarget, CopyStream, CreateIndex,
    CreateStream, DiscardTarget, DropStreams, Elements, Existing, IsolationLevel, Location,
    ObjectRef, OptionValue, OptionWord, SetScope, SetValue, Spelling, Statement, TransactionModes,
    VersionNumber,
};
