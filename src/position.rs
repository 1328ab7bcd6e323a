//! How far the registry has come.

use serde::{Deserialize, Serialize};

/// A state of the registry: every commit has a later one than those before it.
///
/// Opaque but for its order. On SQLite it is the counter of the change log,
/// which outlives pruning, counts other programs' writes and rolls back with a
/// savepoint.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Position(pub i64);

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}
