//! The way from one schema to another.

use std::sync::Arc;

use super::older::Older;
use super::order::in_order;
use super::{Safety, Step};
use crate::error::Result;
use crate::evolution::{Report, Sink, SinkStep, differences, judge};
use crate::schema::{Alteration, Mode, Schema, StreamName};

/// The way from one schema to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The mode it is judged by.
    pub mode: Mode,
    /// The latest version; without columns when there is none.
    pub from: Arc<Schema>,
    /// What it is to become.
    pub to: Arc<Schema>,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// What the mode has against it.
    pub report: Report,
}

/// Plans the way from the latest of the versions (oldest first) to a new schema.
pub fn plan(mode: Mode, new: &Arc<Schema>, history: &[(u32, Arc<Schema>)]) -> Plan {
    let from = history
        .last()
        .map_or_else(Arc::default, |(_, latest)| latest.clone());
    let history: Vec<(u32, &Schema)> = history
        .iter()
        .map(|(number, schema)| (*number, schema.as_ref()))
        .collect();
    let report = judge(mode, new, &history);
    let found = differences(&from, new);
    let older = Older::new(&report, &from, &history, &found);
    let steps = in_order(&from, new, found)
        .into_iter()
        .map(|difference| {
            let against = older.against(&difference.change);
            Step::new(mode, difference, &against)
        })
        .collect();
    Plan {
        mode,
        from,
        to: new.clone(),
        steps,
        report,
    }
}

impl Plan {
    /// The steps as the actions of one `ALTER STREAM`: applied to the old schema
    /// they make the new one.
    pub fn alterations(&self) -> Vec<Alteration> {
        self.steps.iter().map(Step::alteration).collect()
    }

    /// What each step takes in the table of this name in a sink
    /// ([`Sink::render`]).
    pub fn render(&self, sink: Sink, table: &StreamName) -> Vec<Result<SinkStep>> {
        sink.render(table, &self.from, &self.to, &self.steps)
    }

    /// What the worst of its steps does to those who read.
    pub fn safety(&self) -> Safety {
        let worst = self.steps.iter().map(|step| step.safety).max();
        worst.unwrap_or(Safety::Safe)
    }
}
