//! `CALL`: the procedures there are.

use super::dispatch::done;
use super::prepared::Arguments;
use super::resolve::Names;
use super::source::{Scroll, Source};
use super::{Outcome, Session, Type, Value};
use crate::error::{Error, ErrorKind, Object, Result};
use crate::relation::type_name;
use crate::sql::{Call, ObjectRef, Query};

/// What can be called.
struct Procedure {
    schema: &'static str,
    name: &'static str,
    parameters: &'static [(&'static str, Type)],
    what: What,
}

/// What a procedure does.
#[derive(Clone, Copy)]
enum What {
    InvalidateSchema,
    ClearCache,
    PauseComponent,
    ResumeComponent,
    RefreshComponent,
    ReplayDeadLetter,
}

const COMPONENT: &[(&str, Type)] = &[("name", Type::TEXT)];

static PROCEDURES: &[Procedure] = &[
    Procedure {
        schema: "rekha",
        name: "clear_cache",
        parameters: &[],
        what: What::ClearCache,
    },
    Procedure {
        schema: "rekha",
        name: "invalidate_schema",
        parameters: &[("stream", Type::TEXT)],
        what: What::InvalidateSchema,
    },
    Procedure {
        schema: "rekha",
        name: "pause_component",
        parameters: COMPONENT,
        what: What::PauseComponent,
    },
    Procedure {
        schema: "rekha",
        name: "refresh_component",
        parameters: COMPONENT,
        what: What::RefreshComponent,
    },
    Procedure {
        schema: "rekha",
        name: "replay_dead_letter",
        parameters: &[("id", Type::UUID)],
        what: What::ReplayDeadLetter,
    },
    Procedure {
        schema: "rekha",
        name: "resume_component",
        parameters: COMPONENT,
        what: What::ResumeComponent,
    },
];

impl Session {
    /// `CALL`
    pub(super) async fn call(&mut self, call: &Call, given: Arguments<'_>) -> Result<Outcome> {
        let (procedure, places) = resolved(call)?;
        let values = match &call.arguments {
            Some(arguments) => {
                let types = places.iter().map(|place| &procedure.parameters[*place].1);
                let types: Vec<_> = types.map(type_name).collect();
                self.argument_values(&arguments.cast(&types)?, given)
                    .await?
            }
            None => Vec::new(),
        };
        let mut ordered = vec![Value::Null; values.len()];
        for (place, value) in places.into_iter().zip(values) {
            ordered[place] = value;
        }
        if let Some(place) = ordered.iter().position(|value| *value == Value::Null) {
            return Err(Error::new(
                ErrorKind::InvalidValue(crate::error::Value::Null),
                format!("the argument {} is NULL", procedure.parameters[place].0),
            ));
        }
        self.perform(procedure.what, &ordered).await?;
        Ok(done("CALL"))
    }

    async fn argument_values(
        &mut self,
        arguments: &Query,
        given: Arguments<'_>,
    ) -> Result<Vec<Value>> {
        let planned = self.plan_with(arguments, given).await?;
        let stream = self.run(&planned, given.values, None)?;
        let mut source = Source::new(stream, Scroll::No, self.budget.clone());
        Ok(source.next(1).await?.pop().unwrap_or_default())
    }

    async fn perform(&mut self, what: What, arguments: &[Value]) -> Result<()> {
        let text = || match arguments {
            [Value::Text(text)] => text.to_string(),
            _ => String::new(),
        };
        let astha = || {
            self.registry.astha().ok_or_else(|| {
                Error::unsupported(
                    "the change pipeline of this store",
                    "Use a store that has one: a SQLite file.",
                )
            })
        };
        match (what, arguments) {
            (What::ClearCache, _) => self.registry.clear_cache(),
            (What::InvalidateSchema, _) => {
                let view = self.registry.view(self.draft());
                let search_path = &self.frequent.search_path;
                let names = Names { view, search_path };
                let name = names.existing(&ObjectRef::parse(&text())?).await?;
                // A name that means nothing is an error, as elsewhere.
                self.registry.get_latest_schema(&name).await?;
                self.registry.invalidate_schema(&name);
            }
            (What::PauseComponent, _) => astha()?.pause(&text())?,
            (What::ResumeComponent, _) => astha()?.resume(&text())?,
            (What::RefreshComponent, _) => astha()?.refresh(&text())?,
            (What::ReplayDeadLetter, [Value::Uuid(id)]) => astha()?.replay(*id).await?,
            (What::ReplayDeadLetter, _) => {
                return Err(Error::internal("the id of a dead letter is a uuid"));
            }
        }
        Ok(())
    }
}

/// The procedure that is meant, and for each argument the place of its parameter.
///
/// # Errors
/// 42883 when there is none of the name that takes these arguments.
fn resolved(call: &Call) -> Result<(&'static Procedure, Vec<usize>)> {
    let namespace = call.procedure.namespace.as_deref();
    let is_named = |procedure: &&Procedure| {
        procedure.name == &*call.procedure.name
            && namespace.is_none_or(|namespace| namespace == procedure.schema)
    };
    let no_such = |hint: String| {
        let name = match namespace {
            Some(namespace) => format!("{namespace}.{}", &*call.procedure.name),
            None => call.procedure.name.to_string(),
        };
        Error::new(
            ErrorKind::NotFound(Object::Function),
            format!("procedure {name} does not exist, or takes other arguments"),
        )
        .at(call.procedure.location.0)
        .with_hint(hint)
    };
    let Some(procedure) = PROCEDURES.iter().find(is_named) else {
        let all: Vec<_> = PROCEDURES.iter().map(signature).collect();
        return Err(no_such(format!("There are: {}.", all.join(", "))));
    };
    let wrong = || no_such(format!("It is {}.", signature(procedure)));
    let mut places = Vec::with_capacity(call.names.len());
    for (nth, name) in call.names.iter().enumerate() {
        let place = match name {
            None => Some(nth).filter(|nth| *nth < procedure.parameters.len()),
            Some(name) => procedure
                .parameters
                .iter()
                .position(|(parameter, _)| *parameter == &**name),
        };
        let place = place.filter(|place| !places.contains(place));
        places.push(place.ok_or_else(wrong)?);
    }
    match places.len() == procedure.parameters.len() {
        true => Ok((procedure, places)),
        false => Err(wrong()),
    }
}

fn signature(procedure: &Procedure) -> String {
    let parameters = procedure.parameters.iter();
    let parameters = parameters.map(|(name, of)| format!("{name} {}", type_name(of)));
    let parameters: Vec<_> = parameters.collect();
    let (schema, name) = (procedure.schema, procedure.name);
    format!("{schema}.{name}({})", parameters.join(", "))
}
