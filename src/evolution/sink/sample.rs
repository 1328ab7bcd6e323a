//! What a plan is in a sink, as a text to compare.

use std::sync::Arc;

use super::Sink;
use crate::evolution::plan;
use crate::evolution::tests::build::altered;
use crate::schema::{Alteration, Mode, Schema, StreamName};

/// What an `ALTER STREAM` of these actions takes, step by step: statements, what
/// to mind after `--`, what cannot be done after `!!`.
pub(super) fn told(
    sink: Sink,
    table: &StreamName,
    from: &Schema,
    alterations: &[Alteration],
) -> String {
    let to = Arc::new(altered(from, alterations));
    let plan = plan(Mode::None, &to, &[(1, Arc::new(from.clone()))]);
    let mut lines = Vec::new();
    for step in plan.render(sink, table) {
        match step {
            Ok(step) => {
                lines.extend(step.statements);
                lines.extend(step.caution.map(|caution| format!("-- {caution}")));
                lines.extend(step.then);
            }
            Err(error) => {
                assert_eq!(error.sqlstate(), "0A000");
                lines.push(format!("!! {error}"));
            }
        }
    }
    lines.join("\n")
}
