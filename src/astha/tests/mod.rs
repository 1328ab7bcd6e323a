//! The contract of the module, over the registry's own tables.

mod capture;
mod delivery;
mod failure;
mod fixture;
mod model;
