//! The end of a query that nobody waits for any more.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result as EngineResult;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use parking_lot::Mutex;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::error::carried;
use crate::error::{Error, ErrorKind, Result};

/// Whether a query is still wanted. Work that does not wait for anything cannot be
/// dropped half way: it asks here from time to time.
#[derive(Clone, Debug, Default)]
pub(super) struct Stop(Arc<Mutex<CancellationToken>>);

impl Stop {
    /// Begins to plan or to run the query: it is wanted until the guard is dropped.
    pub(super) fn begin(&self) -> DropGuard {
        let token = CancellationToken::new();
        *self.0.lock() = token.clone();
        token.drop_guard()
    }

    /// Goes on only with what is wanted.
    ///
    /// # Errors
    /// 57014
    pub(super) fn check(&self) -> Result<()> {
        match self.0.lock().is_cancelled() {
            true => Err(stopped()),
            false => Ok(()),
        }
    }

    /// Waits until the query is not wanted any more, and answers what it ends with.
    pub(super) async fn stopped(&self) -> Error {
        let token = self.0.lock().clone();
        token.cancelled().await;
        stopped()
    }
}

impl Stop {
    /// The condition, which also ends the query when it is not wanted any more.
    pub(super) fn beside(&self, condition: Expr) -> Expr {
        let watched = Watched {
            stop: self.clone(),
            signature: Signature::any(1, Volatility::Volatile),
        };
        ScalarUDF::new_from_impl(watched).call(vec![condition])
    }
}

impl PartialEq for Stop {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Stop {}

impl Hash for Stop {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0).hash(state);
    }
}

/// Answers what it is given.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Watched {
    stop: Stop,
    signature: Signature,
}

impl ScalarUDFImpl for Watched {
    fn name(&self) -> &str {
        "watched"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> EngineResult<DataType> {
        Ok(arguments[0].clone())
    }

    fn invoke_with_args(&self, mut call: ScalarFunctionArgs) -> EngineResult<ColumnarValue> {
        self.stop.check().map_err(carried)?;
        Ok(call.args.swap_remove(0))
    }
}

fn stopped() -> Error {
    Error::new(
        ErrorKind::Canceled,
        "canceling statement due to user request",
    )
}

#[cfg(test)]
mod tests {
    use super::Stop;

    #[tokio::test]
    async fn each_run_is_stopped_for_itself() {
        let stop = Stop::default();
        stop.check().unwrap();
        let first = stop.begin();
        stop.check().unwrap();
        drop(first);
        assert_eq!(stop.check().unwrap_err().sqlstate(), "57014");
        assert_eq!(stop.stopped().await.sqlstate(), "57014");
        let _second = stop.begin();
        stop.clone().check().unwrap();
    }
}
