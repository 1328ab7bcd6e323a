//! The spelling of types: one grammar for statements, stored definitions and
//! what other programs write into the store.
//!
//! ```text
//! type    = scalar | nested | type [ size ] | type ARRAY [ size ]
//! scalar  = word … ( number , … ) …                    timestamp(3) with time zone
//! nested  = { STRUCT | ROW } < name [:] type [said …] , … >
//!         | { ARRAY | LIST } < type [said] >
//!         | MAP < type , type [said] >
//! said    = NOT NULL | NULL | DEFAULT constant
//! ```
//!
//! Words are in any case, names folded and quoted as in statements, comments
//! skipped, and `( … )` is as good as `< … >`. What [`DataType`](super::DataType)
//! displays reads back. The reader never goes deeper into a text than
//! [`MAX_DEPTH`](super::MAX_DEPTH), and its errors say where in the text they
//! are, in characters from 1.

mod grammar;
mod scalar;
mod scanner;
#[cfg(test)]
mod tests;
