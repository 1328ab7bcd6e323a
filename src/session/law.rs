//! What is true of the way round that EXPLAIN tells: its text, read and run as it
//! is, leads where the plan says.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::operation::spec;
use super::{Session, SessionOptions, Value};
use crate::error::Result;
use crate::evolution::{Plan, RouteAction, alter};
use crate::registry::{Draft, Registry};
use crate::schema::{ColumnSpec, FieldId, Mode, ObjectId, Schema, StreamName, sample};
use crate::sql::{Elements, Location, Statement, parse};

/// Changes that are tried: each takes a few commits.
const CASES: u32 = 64;

#[test]
fn what_is_told_is_what_is_promised() {
    let directory = tempfile::tempdir().expect("a directory");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let builder = Registry::builder()
        .sqlite(directory.path().join("rekha.db"))
        .compatibility(Mode::None);
    let registry = runtime.block_on(builder.build()).expect("a registry");
    let mut runner = TestRunner::new(ProptestConfig::with_cases(CASES));
    let modes = proptest::sample::select(&Mode::ALL[..]);
    let outcome = runner.run(
        &(sample::schema(), sample::schema(), modes),
        |(old, new, mode)| {
            let held = runtime.block_on(arrives(&registry, old, &new, mode));
            held.map_err(|error| TestCaseError::fail(format!("{error:?}")))
        },
    );
    runtime.block_on(registry.close(Duration::from_secs(10)));
    outcome.expect("what is told can be run");
}

/// Explains the replacement of a stream, runs what is told instead, and compares
/// what has become of the stream.
async fn arrives(registry: &Arc<Registry>, old: Schema, new: &Schema, mode: Mode) -> Result<()> {
    let name = StreamName::new("public", "The \"stream\"");
    registry.register_schema(&name, old, "").await?;
    let mut session = Session::new(registry.clone(), SessionOptions::default())?;
    let statement = replacement(&name, new, mode);
    let plan = planned(registry, &name, &statement).await?;
    let answer = session.execute(&format!("EXPLAIN {statement}")).await?;
    for row in answer[0].rows.iter() {
        let [_, Value::Text(action), _, Value::Text(script), _] = row.as_slice() else {
            panic!("{row:?}");
        };
        if action.as_ref() == "instead" {
            session.execute(script).await?;
        }
    }
    let listed = session.execute("SHOW STREAMS").await?;
    let Value::Text(left) = &listed[0].rows[0][1] else {
        panic!("{listed:?}");
    };
    let left = StreamName::new("public", left.to_string());
    let is_successor = plan
        .route
        .as_ref()
        .is_some_and(|route| route.has_successor());
    assert_eq!(left != name, is_successor);
    let draft = Draft::default();
    let found = registry.view(&draft).stream(&left).await?;
    let known = found.expect("the stream that is listed").known;
    assert_eq!(shape(&known.version.schema), shape(&promised(&plan)));
    if plan.route.is_some() {
        let format = known.stream.options.get("format");
        assert_eq!(format, Some(&"json".into()));
        assert_eq!(known.stream.mode, Some(mode));
    }
    session
        .execute(&format!("DROP STREAM {left}"))
        .await
        .map(drop)
}

fn replacement(name: &StreamName, schema: &Schema, mode: Mode) -> String {
    let columns = schema.fields.iter();
    let unique = schema.constraints.iter();
    let elements = Elements {
        columns: columns
            .map(|field| (ColumnSpec::from(field), Location::default()))
            .collect(),
        primary_key: schema.primary_key.clone(),
        unique: unique
            .map(|unique| (Some(unique.name.clone()), unique.columns.clone()))
            .collect(),
    };
    format!(
        "CREATE OR REPLACE STREAM {name} {elements} WITH (format = 'json', compatibility = '{mode}')"
    )
}

async fn planned(registry: &Registry, name: &StreamName, statement: &str) -> Result<Plan> {
    let statements = parse(statement)?;
    let [Statement::CreateStream(create)] = statements.as_slice() else {
        panic!("{statement}");
    };
    let spec = spec(&create.elements, &create.options);
    let draft = Draft::default();
    let name = name.clone().into();
    let prospect = registry.plan_replacement(&draft, &name, &spec).await?;
    Ok(prospect.plan)
}

/// The schema that the plan's way round leads to.
fn promised(plan: &Plan) -> Schema {
    let Some(route) = &plan.route else {
        return Schema::clone(&plan.from);
    };
    if route.has_successor() {
        return Schema::clone(&plan.to);
    }
    let steps = route.steps.iter();
    steps.fold(Schema::clone(&plan.from), |schema, step| {
        let RouteAction::Alter(actions) = &step.action else {
            return schema;
        };
        let altered = alter("s", &schema, FieldId(0), actions, &mut || ObjectId(0));
        altered.expect("what is promised can be done").schema
    })
}

/// A schema but for identities and made names.
fn shape(schema: &Schema) -> impl PartialEq + std::fmt::Debug + use<> {
    let columns: Vec<String> = schema
        .fields
        .iter()
        .map(|field| format!("{} {field}", field.name))
        .collect();
    let key = schema.primary_key.clone();
    let indexes = schema.indexes.iter();
    let mut indexes: Vec<_> = indexes
        .map(|index| (index.columns.clone(), index.unique))
        .collect();
    let unique = schema.constraints.iter();
    let mut unique: Vec<_> = unique.map(|unique| unique.columns.clone()).collect();
    indexes.sort();
    unique.sort();
    (columns, key, indexes, unique)
}
