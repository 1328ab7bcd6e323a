//! `EXPLAIN`: what a change would take, as rows. Nothing is changed, and what the
//! mode would refuse is explained.

use super::answer::answer;
use super::columns;
use super::create;
use super::operation::operation;
use super::resolve::Names;
use super::{Notice, Outcome, Row, Rows, Session, Value};
use crate::error::{Error, ErrorKind, Object, Result};
use crate::evolution::{Plan, Route, RouteAction, Safety, Sink, SinkStep, Step, shortened};
use crate::registry::{At, Known, Operation, Prospect, StreamAction};
use crate::schema::{Name, StreamName};
use crate::sql::{Location, Statement};

/// The action of the way that the mode allows.
const INSTEAD: &str = "instead";

/// The action that makes a stream.
const CREATE: &str = "create stream";

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
            Ok(Prospect { plan, streams }) => {
                let mut lines = match sink {
                    Some(sink) => told(sink, &name, renamed.as_ref(), &plan),
                    None => steps(&plan),
                };
                if let (None, Some(route), Some((before, after))) = (sink, &plan.route, &streams) {
                    lines.extend(past(&plan));
                    let successor = match route.has_successor() {
                        true => {
                            let name = names.view.next_name(&name).await?;
                            create::statements_of_successor(after, &name)
                        }
                        false => {
                            lines.extend(options_first(&name, before, after));
                            Vec::new()
                        }
                    };
                    lines.extend(instead(route, &name, &successor));
                }
                let rows = lines.into_iter().zip(1..).map(Line::numbered).collect();
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

/// One row, but for its number.
struct Line {
    action: &'static str,
    /// The name of the column, index or constraint.
    name: Option<String>,
    detail: String,
    safety: Safety,
}

impl Line {
    fn numbered((line, number): (Self, i32)) -> Row {
        vec![
            Value::Int4(number),
            Value::text(line.action),
            Value::optional_text(line.name),
            Value::text(line.detail),
            Value::text(line.safety.word()),
        ]
    }
}

/// The options that the statement which is explained sets and resets: the mode of
/// a route is one of them, so they come first.
fn options_first(name: &StreamName, before: &Known, after: &Known) -> Option<Line> {
    let actions = create::option_actions(before, after);
    let actions: Vec<String> = actions.iter().map(ToString::to_string).collect();
    (!actions.is_empty()).then(|| Line {
        action: INSTEAD,
        name: None,
        detail: script(
            vec![format!("ALTER STREAM {name} {}", actions.join(", "))],
            ["The statement asks for this."],
        ),
        safety: Safety::Safe,
    })
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

/// A line for each step: what is done to the stream and why.
fn steps(plan: &Plan) -> Vec<Line> {
    if plan.from.fields.is_empty() {
        let columns = plan.to.fields.len();
        let s = if columns == 1 { "" } else { "s" };
        return vec![Line {
            action: CREATE,
            name: None,
            detail: format!("with {columns} column{s}"),
            safety: Safety::Safe,
        }];
    }
    let line = |step: &Step| Line {
        action: step.change.action(),
        name: step.change.name(),
        detail: format!("{}; {}", shortened(step.alteration()), step.why),
        safety: step.safety,
    };
    plan.steps.iter().map(line).collect()
}

/// A line for each thing that the sink is told to do to the table of the stream's
/// name: to make it, when there is nobody yet who reads the stream; to take the
/// steps; to give it another name, under which its records are read as before.
fn told(sink: Sink, name: &StreamName, renamed: Option<&StreamName>, plan: &Plan) -> Vec<Line> {
    let steps: Vec<_> = match plan.from.fields.is_empty() {
        true => vec![(CREATE, None, Safety::Safe)],
        false => {
            let step = |step: &Step| (step.change.action(), step.change.name(), step.safety);
            plan.steps.iter().map(step).collect()
        }
    };
    let rename = renamed.map(|to| {
        let told = sink.rename_table(name, to, &plan.to);
        (("rename stream", None, Safety::Safe), told)
    });
    let told = steps.into_iter().zip(plan.render(sink, name));
    let mut by_hand = None;
    let line = |(number, ((action, name, safety), told)): (usize, _)| {
        let (detail, safety) = match told {
            Ok(told) => said(told, safety, by_hand),
            Err(error) => {
                by_hand.get_or_insert(number);
                not_said(&error)
            }
        };
        Line {
            action,
            name,
            detail,
            safety,
        }
    };
    (1..).zip(told.chain(rename)).map(line).collect()
}

/// What the mode has against the versions there are, when it is not a step that
/// it refuses.
fn past(plan: &Plan) -> impl Iterator<Item = Line> {
    let is_told = plan.safety() >= Safety::Dangerous;
    let violations = plan.report.violations.iter().filter(move |_| !is_told);
    violations.map(|violation| Line {
        action: "refused",
        name: violation.change.name(),
        detail: violation.to_string(),
        safety: Safety::Dangerous,
    })
}

/// The way that the mode allows: statements that can be run as they are, or what
/// is to be done outside.
fn instead(route: &Route, stream: &StreamName, successor: &[String]) -> impl Iterator<Item = Line> {
    route.steps.iter().map(move |step| {
        let statements = match step.action {
            RouteAction::Create => successor.to_vec(),
            _ => step.action.statements(stream),
        };
        Line {
            action: INSTEAD,
            name: None,
            detail: script(statements, [step.why.as_str()]),
            safety: step.safety,
        }
    })
}

/// What a sink is told. What comes after a step that is to be done by hand is as
/// safe as that was done.
fn said(told: SinkStep, safety: Safety, by_hand: Option<usize>) -> (String, Safety) {
    let SinkStep {
        statements,
        caution,
        then,
    } = told;
    let before = by_hand
        .filter(|_| !(statements.is_empty() && then.is_empty()))
        .map(|step| format!("Run this after step {step} was done by hand."));
    let safety = match before {
        Some(_) => safety.max(Safety::Risky),
        None => safety,
    };
    let parts = [
        script(Vec::new(), before.as_deref()),
        script(statements, caution.as_deref()),
        script(then, None),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    (parts.join("\n"), safety)
}

/// What a sink cannot do: until somebody does it, it breaks whoever reads there.
fn not_said(error: &Error) -> (String, Safety) {
    let message = error.to_string();
    let words = [Some(message.as_str()), error.detail(), error.hint()];
    let detail = script(Vec::new(), words.into_iter().flatten());
    (detail, Safety::Incompatible)
}

/// A script that can be run as it is: statements, then words as comments. A name
/// in the words may hold anything, and a lone carriage return ends a comment.
fn script<'a>(statements: Vec<String>, words: impl IntoIterator<Item = &'a str>) -> String {
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
    use super::script;

    #[test]
    fn what_is_said_stays_a_comment() {
        let words = "column \"x\rDROP STREAM y; --\"\nis gone";
        assert_eq!(
            script(vec!["SELECT 1".to_owned()], [words]),
            "SELECT 1;\n-- column \"x\n-- DROP STREAM y; --\"\n-- is gone"
        );
    }
}
