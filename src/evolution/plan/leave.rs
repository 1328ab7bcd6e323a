//! Dropping what stayed for now.

use std::collections::{HashMap, HashSet};

use super::initial::initial_value;
use super::trial::Trial;
use super::{RouteStep, route};
use crate::evolution::SchemaChange;
use crate::evolution::adapter::carry_default;
use crate::schema::{DataType, Field, FieldId, FieldPath, Schema};

/// Drops columns, as far as the mode ever lets them go: those that earlier
/// readers can do without, then those that they can after a default was set. Says
/// so of the others.
pub(super) fn leave(trial: &mut Trial, leaving: &[FieldId], steps: &mut Vec<RouteStep>) {
    let (needed, free) = split(leaving, &blocked(trial, leaving));
    let mut staying = Vec::new();
    if !drop_columns(trial, &free, steps) {
        staying.extend(free);
    }
    let mut ahead = trial.clone();
    let blocked = match default_columns(&mut ahead, &needed, &mut Vec::new()) {
        true => blocked(&ahead, &needed),
        false => needed.iter().copied().collect(),
    };
    let (stuck, movable) = split(&needed, &blocked);
    staying.extend(stuck);
    let (mut ahead, mut more) = (trial.clone(), Vec::new());
    let is_gone = default_columns(&mut ahead, &movable, &mut more)
        && drop_columns(&mut ahead, &movable, &mut more);
    match is_gone {
        true => {
            steps.extend(more);
            *trial = ahead;
        }
        false => staying.extend(movable),
    }
    if !staying.is_empty() {
        let columns = columns(trial.latest(), &staying);
        steps.push(RouteStep::outside(format!(
            "Keep writing {columns}: readers of an earlier version cannot do without."
        )));
    }
}

/// Those among them, and the others.
fn split(ids: &[FieldId], among: &HashSet<FieldId>) -> (Vec<FieldId>, Vec<FieldId>) {
    ids.iter().partition(|id| among.contains(id))
}

/// Which of the columns the mode does not let go.
fn blocked(trial: &Trial, ids: &[FieldId]) -> HashSet<FieldId> {
    let mut blocked = HashSet::new();
    let mut ways = HashSet::new();
    for violation in trial.violations(&without(trial.latest(), ids)) {
        match violation.change {
            // By its name if it was dropped once and came again.
            SchemaChange::DropColumn { column, field } => {
                blocked.insert(field.id);
                ways.insert(column);
            }
            _ => return ids.iter().copied().collect(),
        }
    }
    let found = found(trial.latest(), ids).into_iter();
    blocked.extend(
        found
            .filter(|(path, _)| ways.contains(path))
            .map(|(_, id)| id),
    );
    blocked
}

/// Drops the columns. Answers whether that can be done.
fn drop_columns(trial: &mut Trial, ids: &[FieldId], steps: &mut Vec<RouteStep>) -> bool {
    let columns = columns(trial.latest(), ids);
    let why = format!("When nobody reads {columns} any more.");
    trial.alter(without(trial.latest(), ids), &HashMap::new(), why, steps)
}

/// Gives the columns a default. Answers whether that can be done.
fn default_columns(trial: &mut Trial, ids: &[FieldId], steps: &mut Vec<RouteStep>) -> bool {
    let columns = columns(trial.latest(), ids);
    let why = format!(
        "Readers of this version take the default once {columns} is gone. Choose what they are to see."
    );
    let mut schema = Schema::clone(trial.latest());
    set_defaults(&mut schema.fields, &ids.iter().copied().collect());
    trial.alter(schema, &HashMap::new(), why, steps)
}

fn set_defaults(fields: &mut [Field], ids: &HashSet<FieldId>) {
    for field in fields {
        if ids.contains(&field.id) && field.default.is_none() {
            field.default = initial_value(&field.data_type);
        }
        set_defaults(field.data_type.children_mut(), ids);
    }
}

/// The schema without these columns and members, nor their values in defaults.
fn without(schema: &Schema, ids: &[FieldId]) -> Schema {
    fn shorten(field: &mut Field, ids: &HashSet<FieldId>) {
        if !field.data_type.is_nested() {
            return;
        }
        let before = field.data_type.clone();
        if let DataType::Struct(members) = &mut field.data_type {
            members.retain(|member| !ids.contains(&member.id));
        }
        for part in field.data_type.children_mut() {
            shorten(part, ids);
        }
        if let Some(default) = &field.default
            && field.data_type != before
            && let Ok(carried) = carry_default(default, &before, &field.data_type)
        {
            field.default = carried;
        }
    }
    let ids: HashSet<FieldId> = ids.iter().copied().collect();
    let mut rest = schema.clone();
    rest.fields.retain(|field| !ids.contains(&field.id));
    rest.fields
        .iter_mut()
        .for_each(|field| shorten(field, &ids));
    rest
}

/// The ways of the columns, in quotes.
fn columns(schema: &Schema, ids: &[FieldId]) -> String {
    let found = found(schema, ids);
    route::listed(found.iter().map(|(path, _)| format!("\"{path}\"")))
}

/// The ways and identities of the columns and members, as the schema has them.
fn found(schema: &Schema, ids: &[FieldId]) -> Vec<(FieldPath, FieldId)> {
    fn find(
        parent: Option<&FieldPath>,
        fields: &[Field],
        ids: &HashSet<FieldId>,
        found: &mut Vec<(FieldPath, FieldId)>,
    ) {
        for field in fields {
            let path = FieldPath::within(parent, &field.name);
            find(Some(&path), field.data_type.children(), ids, found);
            if ids.contains(&field.id) {
                found.push((path, field.id));
            }
        }
    }
    let mut all = Vec::new();
    find(
        None,
        &schema.fields,
        &ids.iter().copied().collect(),
        &mut all,
    );
    all
}
