//! Records carried over: a table of cases and the laws.

#[cfg(feature = "arrow")]
mod batches;
mod cases;
mod edit;
mod laws;
mod witness;
