//! A history as it would go on.

use std::collections::HashMap;
use std::sync::Arc;

use super::order::in_order;
use super::step::alteration;
use super::{RouteAction, RouteStep, Safety};
use crate::evolution::{Violation, alter, differences, judge};
use crate::schema::{Alteration, FieldId, Mode, Name, ObjectId, Schema};

/// A history as it would go on: what is tried goes into it when the mode lets
/// it pass.
#[derive(Clone)]
pub(super) struct Trial {
    mode: Mode,
    /// At least one.
    history: Vec<(u32, Arc<Schema>)>,
    last_field_id: FieldId,
}

impl Trial {
    pub(super) fn new(mode: Mode, history: &[(u32, Arc<Schema>)]) -> Self {
        let last = history.iter().map(|(_, schema)| schema.last_field_id());
        Self {
            mode,
            history: history.to_vec(),
            last_field_id: last.max().unwrap_or(FieldId::UNASSIGNED),
        }
    }

    /// The last identity that was given to a field.
    pub(super) fn last_field_id(&self) -> FieldId {
        self.last_field_id
    }

    /// The latest schema.
    pub(super) fn latest(&self) -> &Arc<Schema> {
        let (_, latest) = self.history.last().expect("a history is never empty");
        latest
    }

    /// What the mode has against a schema.
    pub(super) fn violations(&self, schema: &Schema) -> Vec<Violation> {
        let history: Vec<(u32, &Schema)> = self
            .history
            .iter()
            .map(|(number, schema)| (*number, schema.as_ref()))
            .collect();
        judge(self.mode, schema, &history).violations
    }

    /// Makes the schema the latest by a step for these reasons, or by none when
    /// nothing changes; what is said of columns that come goes with them, by their
    /// names. Answers whether that can be done and the mode lets it
    /// pass; otherwise nothing has happened.
    pub(super) fn alter(
        &mut self,
        schema: Schema,
        comments: &HashMap<Name, String>,
        why: String,
        steps: &mut Vec<RouteStep>,
    ) -> bool {
        let latest = self.latest();
        let changes = in_order(latest, &schema, differences(latest, &schema));
        let safety = changes.iter().map(|change| Safety::of(self.mode, change));
        let safety = safety.max().unwrap_or(Safety::Safe);
        let alterations: Vec<Alteration> = changes
            .iter()
            .map(|difference| commented(alteration(&difference.change), comments))
            .collect();
        if alterations.is_empty() {
            return true;
        }
        let ids = &mut || ObjectId(0);
        let altered = alter("", latest, self.last_field_id, &alterations, ids);
        let Ok(altered) = altered else {
            return false;
        };
        if !self.violations(&altered.schema).is_empty() {
            return false;
        }
        let number = self.history.last().map_or(1, |(number, _)| number + 1);
        self.last_field_id = altered.last_field_id;
        self.history.push((number, Arc::new(altered.schema)));
        steps.push(RouteStep {
            safety,
            action: RouteAction::Alter(alterations),
            why,
        });
        true
    }
}

/// A column that comes, with what is said of it; parts of columns have no comments.
fn commented(mut alteration: Alteration, comments: &HashMap<Name, String>) -> Alteration {
    if let Alteration::AddColumn {
        parent: None,
        column,
        ..
    } = &mut alteration
    {
        column.comment = comments.get(&column.name).cloned();
    }
    alteration
}
