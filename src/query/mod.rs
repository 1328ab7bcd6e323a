//! SELECT, as PostgreSQL answers it, over the catalogs and the system relations.
//!
//! ```text
//!  text ─▶ sql ─▶ tree ─▶ bind ─▶ plan ─▶ optimizer and execution ─▶ rows
//!                          │                (DataFusion)
//!                          ├─ catalog    which relations there are
//!                          ├─ types      what every expression's type is
//!                          ├─ function   what a call or an operator means
//!                          └─ apply      sub-queries become joins
//! ```
//!
//! DataFusion plans and runs; what a query *means* is decided here, because the
//! two differ in nearly every small thing: the type of a literal, the name of an
//! output column, what `1 / 0` does, which sub-queries there can be. So the
//! binder goes from the tree to a plan on its own:
//!
//! * Every expression is `Typed`: one of PostgreSQL's types and an
//!   expression over its *carrier*, the Arrow type that holds its values
//!   (`types`). A literal without a type takes the one of what it meets.
//! * A column has a name of its own within the whole plan (`names`); what people
//!   call it is known to scopes only. So nothing is ambiguous, whatever is joined
//!   with itself.
//! * Functions, operators, casts and aggregates are tables of `function`s, nearly
//!   all of them on PostgreSQL's values, a row at a time.
//! * A sub-query of any shape becomes a join (`apply`); what WITH names more than
//!   once is a table that is filled once (`shared`).
//!
//! Planning and execution have threads of their own, with large stacks. A plan is
//! data: no object of DataFusion is held by an idle session.

mod advisory;
mod append;
mod apply;
mod bind;
mod build;
mod catalog;
mod context;
mod engine;
mod error;
mod explain;
mod function;
mod guard;
mod limit;
mod lookup;
mod names;
mod node;
mod optimize;
mod pace;
mod parameters;
mod plan;
mod row_order;
mod scan;
mod shared;
mod stop;
#[cfg(test)]
mod tests;
mod typed;
mod types;

pub use advisory::{LockMark, LockMember, Locker};
pub use context::{Context, Conversation, Cursor, PreparedStatement, Setting};
pub use engine::{Engine, QueryConfig, RowStream};
pub use plan::Plan;
