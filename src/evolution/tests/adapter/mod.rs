//! Records carried over: a table of cases and the laws.

mod cases;
mod edit;
mod laws;
mod witness;
