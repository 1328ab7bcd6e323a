//! `EXPLAIN`: what a change would take, as rows. Nothing is changed, and what the
//! mode would refuse is explained.

use super::answer::answer;
use super::columns;
use super::operation::operation;
use super::resolve::Names;
use super::{Notice, Outcome, Row, Rows, Session, Value};
use crate::error::{Error, ErrorKind, Object, Result};
use crate::evolution::{Plan, Safety, Step};
use crate::registry::Operation;
use crate::sql::Statement;

impl Session {
    pub(super) async fn explain(&self, statement: &Statement) -> Result<Outcome> {
        let draft = self.draft();
        let names = Names {
            view: self.registry.view(draft),
            search_path: &self.frequent.search_path,
        };
        let rows = match operation(statement, &names).await? {
            Some((
                Operation::AlterStream {
                    name,
                    if_exists,
                    actions,
                },
                _,
            )) => match self.registry.plan(draft, &name, &actions).await {
                Ok(plan) => rows(&plan),
                Err(missing) if if_exists && is_missing(&missing) => {
                    let notice = Notice::new("00000", format!("{missing}, skipping"));
                    let nothing = answer(&columns::EXPLAIN, Rows::default(), "EXPLAIN");
                    return Ok(Outcome {
                        notices: vec![notice],
                        ..nothing
                    });
                }
                Err(error) => return Err(error),
            },
            Some((Operation::ReplaceStream { name, spec }, _)) => {
                match self.registry.plan_replacement(draft, &name, &spec).await? {
                    Some(plan) => rows(&plan),
                    None => Rows::from_iter([creation(spec.columns.len())]),
                }
            }
            _ => {
                return Err(Error::internal(
                    "a statement that cannot be explained was to be",
                ));
            }
        };
        Ok(answer(&columns::EXPLAIN, rows, "EXPLAIN"))
    }
}

/// Whether it is the stream that is not there.
fn is_missing(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::NotFound(Object::Stream | Object::Namespace)
    )
}

fn rows(plan: &Plan) -> Rows {
    let steps = plan.steps.iter().zip(1..);
    steps.map(|(step, number)| row(number, step)).collect()
}

fn row(number: i32, step: &Step) -> Row {
    vec![
        Value::Int4(number),
        Value::text(step.change.action()),
        Value::optional_text(step.change.name()),
        Value::text(format!("{}; {}", step.alteration(), step.why)),
        Value::text(step.safety.word()),
    ]
}

/// The one step that makes a stream: there is nobody yet who reads it.
fn creation(columns: usize) -> Row {
    let detail = match columns {
        1 => "with 1 column".to_owned(),
        columns => format!("with {columns} columns"),
    };
    vec![
        Value::Int4(1),
        Value::text("create stream"),
        Value::Null,
        Value::text(detail),
        Value::text(Safety::Safe.word()),
    ]
}
