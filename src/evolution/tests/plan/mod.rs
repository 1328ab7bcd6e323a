//! Plans: which steps, in which order, how safe.

mod law;
mod route;
mod steps;
