//! A function that was found.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::logical_expr::{Signature, Volatility};

use crate::query::catalog::Catalog;
use crate::query::function::{Call, Function};
use crate::relation::Type;

/// A function with the types it was found for. Two are equal if they answer the
/// same within one query.
#[derive(Clone)]
pub(in crate::query::function) struct Bound {
    pub(in crate::query::function) function: &'static Function,
    pub(in crate::query::function) arguments: Arc<[Type]>,
    pub(in crate::query::function) returns: Type,
    /// Whether each element of the last argument is an argument.
    pub(in crate::query::function) is_spread: bool,
    pub(in crate::query::function) catalog: Catalog,
}

impl Bound {
    /// What the function is told.
    pub(in crate::query::function) fn call(&self) -> Call<'_> {
        Call {
            catalog: &self.catalog,
            arguments: &self.arguments,
            returns: &self.returns,
        }
    }

    /// Takes arguments as they come: they were cast before.
    pub(super) fn signature(&self) -> Signature {
        Signature::user_defined(if self.function.is_stable {
            Volatility::Stable
        } else {
            Volatility::Volatile
        })
    }
}

impl PartialEq for Bound {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.function, other.function)
            && self.arguments == other.arguments
            && self.returns == other.returns
            && self.is_spread == other.is_spread
    }
}

impl Eq for Bound {}

impl Hash for Bound {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // The engine hashes expressions at every level: the function tells enough.
        std::ptr::hash(self.function, state);
    }
}

impl fmt::Debug for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bound")
            .field("name", &self.function.name)
            .field("arguments", &self.arguments)
            .field("returns", &self.returns)
            .finish_non_exhaustive()
    }
}
