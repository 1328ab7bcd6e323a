//! Carrying data over from one schema to another, old into new or new into old.
//!
//! A [`Resolution`] says once for two schemas where every field of the target
//! comes from; it is asked by whatever carries data. An [`Adapter`] carries
//! records, JSON objects, by it, and with the feature `arrow` a `BatchAdapter`
//! record batches of Apache Arrow.
//!
//! * A field is found by its identity, else by its name, so a renamed one is
//!   carried both ways: pairs are those of [`diff`](super::diff).
//! * A field the source has not takes its default, or NULL; when it has
//!   neither, every record fails.
//! * A field the target has not is left out.
//! * A value of a type that was widened or narrowed is carried when it is a
//!   value of the target's type, exactly: nothing is rounded and no text is
//!   cut. Where two types have nothing to do with each other
//!   ([`Rule::Retyped`](super::Rule::Retyped)) only NULL is carried.
//! * NULL in a field that is NOT NULL fails; it never becomes the default.
//!
//! So what [`compare`](super::compare) calls backward compatible is carried
//! without an error, every record of it, from the old schema to the new one,
//! and what it calls forward compatible from the new one to the old one.

mod adapter;
#[cfg(feature = "arrow")]
mod arrow;
#[cfg(feature = "arrow")]
mod batch_adapter;
#[cfg(feature = "arrow")]
mod cast;
mod default;
mod json;
mod resolution;

pub use adapter::Adapter;
#[cfg(feature = "arrow")]
pub use batch_adapter::BatchAdapter;
pub(super) use default::carry_default;
pub use resolution::{Conversion, Part, Resolution, Resolved, Source};
