//! What PostgreSQL's types are in the engine.

mod carrier;
mod resolve;
