//! The way from one schema to another.

use std::sync::Arc;

use super::detour::detour;
use super::older::Older;
use super::order::in_order;
use super::{Route, Safety, Step};
use crate::error::Result;
use crate::evolution::{Adapter, Comments, Report, Sink, SinkStep, differences, judge};
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
    /// What is said of the stream and its columns when all is done.
    pub comments: Comments,
    /// What the mode has against it.
    pub report: Report,
    /// The compatible way, when there is a change and the mode does not allow it.
    pub route: Option<Route>,
}

/// Plans the way from the latest of the versions (oldest first) to a new schema.
/// The history is all of it whatever the mode is: a route takes no name that a
/// column ever had.
pub fn plan(mode: Mode, new: &Arc<Schema>, history: &[(u32, Arc<Schema>)]) -> Plan {
    plan_commented(mode, new, history, Comments::default())
}

/// The same, of a stream of which something is said.
pub fn plan_commented(
    mode: Mode,
    new: &Arc<Schema>,
    history: &[(u32, Arc<Schema>)],
    comments: Comments,
) -> Plan {
    let from = history
        .last()
        .map_or_else(Arc::default, |(_, latest)| latest.clone());
    let versions: Vec<(u32, &Schema)> = history
        .iter()
        .map(|(number, schema)| (*number, schema.as_ref()))
        .collect();
    let report = judge(mode, new, &versions);
    let found = differences(&from, new);
    let older = Older::new(&report, &from, &versions, &found);
    let steps = in_order(&from, new, found)
        .into_iter()
        .map(|difference| {
            let against = older.against(&difference.change);
            Step::new(mode, difference, &against)
        })
        .collect();
    let mut plan = Plan {
        mode,
        from,
        to: new.clone(),
        steps,
        comments,
        report,
        route: None,
    };
    // There is no way round to where one is: what the past violates is no change.
    if !plan.report.is_compatible() && !plan.steps.is_empty() {
        plan.route = Some(detour(&plan, history));
    }
    plan
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
        sink.render(table, self)
    }

    /// The plan as a function over records: carries those of the old schema over
    /// to the new one.
    pub fn adapter(&self) -> Adapter {
        Adapter::new(&self.from, &self.to)
    }

    /// The way back: carries records of the new schema over to the old one.
    pub fn reverse_adapter(&self) -> Adapter {
        Adapter::new(&self.to, &self.from)
    }

    /// What the worst of its steps does to those who read.
    pub fn safety(&self) -> Safety {
        let worst = self.steps.iter().map(|step| step.safety).max();
        worst.unwrap_or(Safety::Safe)
    }
}
