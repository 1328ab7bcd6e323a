//! `EXPLAIN`: what a change would take, as rows. Nothing is changed, and what the
//! mode would refuse is explained.

use super::answer::answer;
use super::columns;
use super::operation::operation;
use super::resolve::Names;
use super::{Notice, Outcome, Row, Rows, Session, Value};
use crate::error::{Error, ErrorKind, Object, Result};
use crate::evolution::{Plan, Route, RouteStep, Safety, Sink, SinkStep, Step};
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
            Ok(plan) => {
                let mut explained = rows(sink, &name, &plan);
                if let (Some(route), None) = (&plan.route, sink) {
                    let successor = self.registry.successor(draft, &name).await?;
                    explained.extend(instead(route, &name, &successor));
                }
                let explained = explained.into_iter().zip(1..).map(numbered);
                let explained = Rows::from_iter(explained);
                Ok(answer(&columns::EXPLAIN, explained, "EXPLAIN"))
            }
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

/// What is told of a step: what it does and to what, how, and how safe that is.
struct Told {
    action: &'static str,
    column: Option<String>,
    detail: String,
    safety: Safety,
}

fn numbered((told, number): (Told, i32)) -> Row {
    vec![
        Value::Int4(number),
        Value::text(told.action),
        Value::optional_text(told.column),
        Value::text(told.detail),
        Value::text(told.safety.word()),
    ]
}

/// Each step: what is done to the stream and why, or what the sink is told to do
/// to the table of the same name.
fn rows(sink: Option<Sink>, name: &StreamName, plan: &Plan) -> Vec<Told> {
    if plan.from.fields.is_empty() {
        return vec![creation(sink, name, plan)];
    }
    let told = sink.map(|sink| plan.render(sink, name));
    let mut told = told.into_iter().flatten();
    let row = |step: &Step| {
        let (detail, safety) = match told.next() {
            Some(told) => script(told, step.safety),
            None => (format!("{}; {}", step.alteration(), step.why), step.safety),
        };
        Told {
            action: step.change.action(),
            column: step.change.name(),
            detail,
            safety,
        }
    };
    plan.steps.iter().map(row).collect()
}

/// Each step of the way that the mode allows instead: statements that can be run
/// as they are, and what they are for as comments.
fn instead(route: &Route, stream: &StreamName, successor: &StreamName) -> Vec<Told> {
    let row = |step: &RouteStep| Told {
        action: "instead",
        column: None,
        detail: lines(step.action.statements(stream, successor), &[&step.why]),
        safety: step.safety,
    };
    route.steps.iter().map(row).collect()
}

/// The one step that makes a stream: there is nobody yet who reads it.
fn creation(sink: Option<Sink>, name: &StreamName, plan: &Plan) -> Told {
    let (detail, safety) = match (sink, plan.to.fields.len()) {
        (Some(sink), _) => script(sink.create_table(name, &plan.to), Safety::Safe),
        (None, 1) => ("with 1 column".to_owned(), Safety::Safe),
        (None, columns) => (format!("with {columns} columns"), Safety::Safe),
    };
    Told {
        action: "create stream",
        column: None,
        detail,
        safety,
    }
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
    (lines(statements, &words), safety)
}

/// A script: the statements, then the words as comments.
fn lines(statements: Vec<String>, words: &[impl AsRef<str>]) -> String {
    let statements = statements
        .into_iter()
        .map(|statement| format!("{statement};"));
    let words = words.iter().flat_map(|words| words.as_ref().lines());
    let words = words.map(|line| format!("-- {line}"));
    let lines: Vec<String> = statements.chain(words).collect();
    lines.join("\n")
}
