//! `EXPLAIN`: what a change would take, as rows. Nothing is changed, and what the
//! mode would refuse is explained.

use super::answer::answer;
use super::columns;
use super::operation::operation;
use super::resolve::Names;
use super::{Notice, Outcome, Row, Rows, Session, Value};
use crate::error::{Error, ErrorKind, Object, Result};
use crate::evolution::{Plan, Safety, Sink, SinkStep, Step};
use crate::registry::Operation;
use crate::schema::{Name, StreamName};
use crate::sql::{Location, Statement};

impl Session {
    pub(super) async fn explain(
        &self,
        sink: Option<&(Name, Location)>,
        statement: &Statement,
    ) -> Result<Outcome> {
        let sink = match sink {
            Some((word, place)) => {
                let sink: Result<Sink> = word.parse();
                Some(sink.map_err(|error| error.at(place.0))?)
            }
            None => None,
        };
        let draft = self.draft();
        let names = Names {
            view: self.registry.view(draft),
            search_path: &self.frequent.search_path,
        };
        let (name, plan, if_exists) = match operation(statement, &names).await? {
            Some((
                Operation::AlterStream {
                    name,
                    if_exists,
                    actions,
                },
                _,
            )) => {
                let plan = self.registry.plan(draft, &name, &actions).await;
                (name.value, plan, if_exists)
            }
            Some((Operation::ReplaceStream { name, spec }, _)) => {
                let plan = self.registry.plan_replacement(draft, &name, &spec).await;
                (name.value, plan, false)
            }
            _ => {
                return Err(Error::internal(
                    "a statement without a plan was to be explained",
                ));
            }
        };
        match plan {
            Ok(plan) => Ok(answer(
                &columns::EXPLAIN,
                rows(sink, &name, &plan),
                "EXPLAIN",
            )),
            Err(missing) if if_exists && is_missing(&missing) => Ok(Outcome {
                notices: vec![Notice::new("00000", format!("{missing}, skipping"))],
                ..answer(&columns::EXPLAIN, Rows::default(), "EXPLAIN")
            }),
            Err(error) => Err(error),
        }
    }
}

/// Whether it is the stream that is not there.
fn is_missing(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::NotFound(Object::Stream | Object::Namespace)
    )
}

/// A row for each step: what is done to the stream and why, or what the sink is
/// told to do to the table of the same name.
fn rows(sink: Option<Sink>, name: &StreamName, plan: &Plan) -> Rows {
    if plan.from.fields.is_empty() {
        return Rows::from_iter([creation(sink, name, plan)]);
    }
    let told = sink.map(|sink| plan.render(sink, name));
    let mut told = told.into_iter().flatten();
    let row = |(step, number): (&Step, i32)| {
        let (detail, safety) = match told.next() {
            Some(told) => script(told, step.safety),
            None => (format!("{}; {}", step.alteration(), step.why), step.safety),
        };
        vec![
            Value::Int4(number),
            Value::text(step.change.action()),
            Value::optional_text(step.change.name()),
            Value::text(detail),
            Value::text(safety.word()),
        ]
    };
    plan.steps.iter().zip(1..).map(row).collect()
}

/// The one step that makes a stream: there is nobody yet who reads it.
fn creation(sink: Option<Sink>, name: &StreamName, plan: &Plan) -> Row {
    let (detail, safety) = match (sink, plan.to.fields.len()) {
        (Some(sink), _) => script(sink.create_table(name, &plan.to), Safety::Safe),
        (None, 1) => ("with 1 column".to_owned(), Safety::Safe),
        (None, columns) => (format!("with {columns} columns"), Safety::Safe),
    };
    vec![
        Value::Int4(1),
        Value::text("create stream"),
        Value::Null,
        Value::text(detail),
        Value::text(safety.word()),
    ]
}

/// What a sink is told as a script that can be run as it is: statements, and what
/// to mind as comments. What it cannot do breaks whoever reads there.
fn script(told: Result<SinkStep>, safety: Safety) -> (String, Safety) {
    let (statements, words, safety) = match told {
        Ok(SinkStep {
            statements,
            caution,
        }) => (statements, caution.into_iter().collect(), safety),
        Err(error) => {
            let more = [error.detail(), error.hint()];
            let more = more.into_iter().flatten().map(ToOwned::to_owned);
            let words: Vec<String> = std::iter::once(error.to_string()).chain(more).collect();
            (Vec::new(), words, Safety::Incompatible)
        }
    };
    let statements = statements
        .into_iter()
        .map(|statement| format!("{statement};"));
    let words = words.iter().flat_map(|words| words.lines());
    let words = words.map(|line| format!("-- {line}"));
    let lines: Vec<String> = statements.chain(words).collect();
    (lines.join("\n"), safety)
}
