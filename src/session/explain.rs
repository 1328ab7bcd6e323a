//! `EXPLAIN`: what a change would take, as rows. Nothing is changed, and what the
//! mode would refuse is explained.

use super::answer::answer;
use super::columns;
use super::operation::operation;
use super::resolve::Names;
use super::{Notice, Outcome, Row, Rows, Session, Value};
use crate::error::{Error, ErrorKind, Object, Result};
use crate::evolution::{Plan, Route, RouteStep, Safety, Sink, SinkStep, Step, Violation};
use crate::registry::{At, Operation, StreamAction};
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
        let operation = operation(statement, &names).await?;
        let operation = operation.map(|(operation, _)| operation);
        let renamed = operation.as_ref().and_then(renamed);
        if let (Some(_), Some(rename)) = (&renamed, &operation) {
            // Whether the name is free is found by taking it, in a draft that
            // nobody keeps.
            let mut draft = draft.clone();
            self.registry.apply(&mut draft, rename, &self.user).await?;
        }
        let (name, plan, if_exists) = match operation {
            Some(Operation::AlterStream {
                name,
                if_exists,
                actions,
            }) => {
                let plan = self.registry.plan(draft, &name, &actions).await;
                (name.value, plan, if_exists)
            }
            Some(Operation::ReplaceStream { name, spec }) => {
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
                let mut rows = rows(sink, &name, &plan);
                if let (Some(sink), Some(to)) = (sink, &renamed) {
                    rows.push(rename(sink, &name, to, &plan));
                }
                if let (None, Some(route)) = (sink, &plan.route) {
                    rows.extend(past(rows.len(), &plan));
                    rows.extend(self.mode_first(rows.len(), &name, &plan).await?);
                    let successor = match route.has_successor() {
                        true => names.view.next_name(&name).await?,
                        false => name.clone(),
                    };
                    rows.extend(instead(rows.len(), route, &name, &successor));
                }
                let rows = rows.into_iter().collect();
                Ok(answer(&columns::EXPLAIN, rows, "EXPLAIN"))
            }
            Err(missing) if if_exists && is_missing(&missing) => Ok(Outcome {
                notices: vec![Notice::new("00000", format!("{missing}, skipping"))],
                ..answer(&columns::EXPLAIN, Rows::default(), "EXPLAIN")
            }),
            Err(error) => Err(error),
        }
    }
}

impl Session {
    /// The row that sets the mode of a route, when the stream has another one:
    /// the statement that is explained sets it too.
    async fn mode_first(&self, rows: usize, name: &StreamName, plan: &Plan) -> Result<Option<Row>> {
        let view = self.registry.view(self.draft());
        let Some(found) = view.stream(name).await? else {
            return Ok(None);
        };
        let (mode, _) = view.mode(&found.known.stream).await?;
        let statement = format!("ALTER STREAM {name} SET (compatibility = '{}')", plan.mode);
        let why = "The statement asks for this mode.";
        Ok((mode != plan.mode).then(|| {
            vec![
                number(rows + 1),
                Value::text("instead"),
                Value::Null,
                Value::text(lines(vec![statement], [why])),
                Value::text(Safety::Safe.word()),
            ]
        }))
    }
}

/// The new name, for an operation that renames a stream.
fn renamed(operation: &Operation) -> Option<StreamName> {
    let Operation::AlterStream { name, actions, .. } = operation else {
        return None;
    };
    let [
        At {
            value: StreamAction::RenameTo(to),
            ..
        },
    ] = actions.as_slice()
    else {
        return None;
    };
    Some(StreamName::new(name.value.namespace.clone(), to.clone()))
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
fn rows(sink: Option<Sink>, name: &StreamName, plan: &Plan) -> Vec<Row> {
    if plan.from.fields.is_empty() {
        return vec![creation(sink, name, plan)];
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
    let told = sink.and_then(|sink| plan.render(sink, name).pop());
    let (detail, safety) = match (told, plan.to.fields.len()) {
        (Some(told), _) => script(told, Safety::Safe),
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

/// The one step that renames a stream: its records are read as before.
fn rename(sink: Sink, name: &StreamName, to: &StreamName, plan: &Plan) -> Row {
    let (detail, safety) = script(sink.rename_table(name, to, &plan.to), Safety::Safe);
    vec![
        Value::Int4(1),
        Value::text("rename stream"),
        Value::Null,
        Value::text(detail),
        Value::text(safety.word()),
    ]
}

/// What the mode has against the versions there are, when it is not a step that
/// it refuses: a row for each, after so many others.
fn past(rows: usize, plan: &Plan) -> Vec<Row> {
    if plan.safety() >= Safety::Dangerous {
        return Vec::new();
    }
    let row = |(violation, nth): (&Violation, usize)| {
        vec![
            number(nth),
            Value::text("refused"),
            Value::optional_text(violation.change.name()),
            Value::text(violation.to_string()),
            Value::text(Safety::Dangerous.word()),
        ]
    };
    plan.report
        .violations
        .iter()
        .zip(rows + 1..)
        .map(row)
        .collect()
}

fn number(nth: usize) -> Value {
    Value::Int4(i32::try_from(nth).unwrap_or(i32::MAX))
}

/// A row for each step of the way that the mode allows, after so many others:
/// statements that can be run as they are, or what is to be done outside.
fn instead<'a>(
    rows: usize,
    route: &'a Route,
    stream: &'a StreamName,
    successor: &'a StreamName,
) -> impl Iterator<Item = Row> + 'a {
    let row = move |(step, nth): (&RouteStep, usize)| {
        vec![
            number(nth),
            Value::text("instead"),
            Value::Null,
            Value::text(lines(
                step.action.statements(stream, successor),
                [step.why.as_str()],
            )),
            Value::text(step.safety.word()),
        ]
    };
    route.steps.iter().zip(rows + 1..).map(row)
}

/// What a sink is told; what it cannot do breaks whoever reads there.
fn script(told: Result<SinkStep>, safety: Safety) -> (String, Safety) {
    match told {
        Ok(SinkStep {
            statements,
            caution,
        }) => (lines(statements, caution.as_deref()), safety),
        Err(error) => {
            let message = error.to_string();
            let words = [Some(message.as_str()), error.detail(), error.hint()];
            (
                lines(Vec::new(), words.into_iter().flatten()),
                Safety::Incompatible,
            )
        }
    }
}

/// A script that can be run as it is: statements, then words as comments. A name
/// in the words may hold anything, and a lone carriage return ends a comment.
fn lines<'a>(statements: Vec<String>, words: impl IntoIterator<Item = &'a str>) -> String {
    let statements = statements
        .into_iter()
        .map(|statement| format!("{statement};"));
    let words = words
        .into_iter()
        .flat_map(|words| words.split(['\n', '\r']));
    let comments = words.map(|line| format!("-- {line}"));
    statements.chain(comments).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn what_is_said_stays_a_comment() {
        let words = "column \"x\rDROP STREAM y; --\"\nis gone";
        assert_eq!(
            lines(vec!["SELECT 1".to_owned()], [words]),
            "SELECT 1;\n-- column \"x\n-- DROP STREAM y; --\"\n-- is gone"
        );
    }
}
