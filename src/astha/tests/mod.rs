//! The contract of the module, over the registry's own tables.

mod capture;
mod control;
mod delivery;
mod failure;
mod fixture;
mod model;
