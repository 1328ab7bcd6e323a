//! Queries of any shape, answered by the engine and by nested loops.

mod engine;
mod law;
mod naive;
mod planner;
mod query;
mod shape;
