//! Applying the actions of an `ALTER STREAM` to a schema.
//!
//! [`alter`] does all of them or none; each sees the effect of the ones before.
//! Fields keep their identities, also the parts of a type that comes in place
//! of another one, by their names; a new field's identity was never given
//! before. A default stays the value it is when its type changes, or a part of
//! its type: it is carried over like the values of records.

mod alter;
mod column;
mod default;
mod key;

pub use alter::{AlterError, Altered, alter};
pub(crate) use key::made_name;
