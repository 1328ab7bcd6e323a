//! What PostgreSQL's types are in the engine.

mod carrier;
mod cast;
mod registered;
mod resolve;
mod rows;
