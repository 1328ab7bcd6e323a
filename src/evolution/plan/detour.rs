//! How to get round what a mode does not allow.
//!
//! What is wanted is mended until the mode lets it pass, one violation at a time:
//!
//! | violation | mended by |
//! | --- | --- |
//! | added without a default | the new column is nullable |
//! | changed type, name or to nullable | another column in its place; the old one stays for now |
//! | dropped while required | it stays for now |
//! | made NOT NULL | the same, with a default that earlier records have |
//! | another primary key | another stream |
//!
//! What stays for now is dropped later, after it was given a default if its
//! readers need one, if no version forbids it for good. Every statement is tried
//! on the history as it would be then before it is told.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::initial::initial_value;
use super::leave::leave;
use super::route::sentences;
use super::trial::Trial;
use super::wanted::Wanted;
use super::{Route, RouteAction, RouteStep, Safety};
use crate::evolution::pairing::{Pair, Siblings};
use crate::evolution::{Plan, Rule, SchemaChange, Violation};
use crate::schema::{DataType, Field, FieldId, FieldPath, Name, Schema, next_name, walk};

/// How often what was mended is judged again before it is given up.
const ROUNDS: usize = 8;

/// How many columns may make room for each other, one in the place of the next,
/// before it is given up: far more than anybody would want to follow.
const CHAIN: usize = 64;

/// The route round what a plan's report has against it.
pub(super) fn detour(plan: &Plan, history: &[(u32, Arc<Schema>)]) -> Route {
    let steps = Detour::new(plan, history)
        .around()
        .unwrap_or_else(|| successor(plan));
    Route { steps }
}

/// Another stream takes this one's place.
fn successor(plan: &Plan) -> Vec<RouteStep> {
    let allowed: Vec<String> = plan.report.hint().lines().map(ToOwned::to_owned).collect();
    let step = |action, safety, why: String| RouteStep {
        action,
        safety,
        why,
    };
    vec![
        step(
            RouteAction::Create,
            Safety::Safe,
            format!(
                "The readers of another stream never meet the records of this one. To stay in this one: {}",
                sentences(&allowed)
            ),
        ),
        RouteStep::outside(
            "Write both streams, copy the records there are, and move the readers over.".to_owned(),
        ),
        step(
            RouteAction::Drop,
            Safety::Risky,
            "When nobody reads or writes the stream any more.".to_owned(),
        ),
    ]
}

/// What is wanted, as far as it was mended.
struct Detour<'a> {
    trial: Trial,
    /// The latest version's fields, by the identity of what they are in and
    /// their own.
    before: HashMap<(FieldId, FieldId), &'a Field>,
    /// The same, by their name.
    named: HashMap<(FieldId, &'a str), &'a Field>,
    wanted: Wanted,
    /// Names that columns and parts have or ever had.
    known: HashSet<&'a str>,
    /// Names that they are to have.
    asked: HashSet<&'a str>,
    /// Names that were made up for them.
    invented: HashSet<Name>,
    /// What has been mended, in sentences.
    mended: Vec<String>,
    /// What is to be done outside of the registry, in sentences.
    outside: Vec<String>,
    /// What takes the place of another column.
    filled: HashSet<FieldPath>,
    /// What is dropped later.
    leaving: Vec<FieldId>,
    /// What was mended in this round.
    done: HashSet<FieldPath>,
    /// How many columns are making room for each other.
    chain: usize,
}

impl<'a> Detour<'a> {
    fn new(plan: &'a Plan, history: &'a [(u32, Arc<Schema>)]) -> Self {
        let mut before = HashMap::new();
        index(FieldId::UNASSIGNED, &plan.from.fields, &mut before);
        let named = before
            .iter()
            .map(|((of, _), field)| ((*of, field.name.as_str()), *field))
            .collect();
        Self {
            trial: Trial::new(plan.mode, history),
            before,
            named,
            wanted: Wanted::new(
                Schema {
                    fields: identified(&plan.from.fields, &plan.to.fields),
                    ..Schema::clone(&plan.to)
                },
                said(plan),
            ),
            known: names(history.iter().map(|(_, schema)| schema)),
            asked: names([&plan.to]),
            invented: HashSet::new(),
            mended: Vec::new(),
            outside: Vec::new(),
            filled: HashSet::new(),
            leaving: Vec::new(),
            done: HashSet::new(),
            chain: 0,
        }
    }

    /// The steps; nothing when the stream cannot get anywhere.
    fn around(mut self) -> Option<Vec<RouteStep>> {
        self.mend()?;
        let start = self.trial.latest().fingerprint();
        let mut steps = Vec::new();
        let why = match self.mended.is_empty() {
            true => "This much can be done at once.".to_owned(),
            false => sentences(&self.mended),
        };
        let (schema, comments) = self.wanted.into_parts();
        if !self.trial.alter(schema, &comments, why, &mut steps) {
            return None;
        }
        if !self.outside.is_empty() {
            steps.push(RouteStep::outside(sentences(&self.outside)));
        }
        leave(&mut self.trial, &self.leaving, &mut steps);
        (self.trial.latest().fingerprint() != start).then_some(steps)
    }

    /// Mends what is wanted until the mode lets it pass.
    fn mend(&mut self) -> Option<()> {
        for _ in 0..ROUNDS {
            self.wanted
                .assign_identities(self.trial.last_field_id())
                .ok()?;
            let mut violations = self.trial.violations(self.wanted.schema());
            if violations.is_empty() {
                return Some(());
            }
            // With a column, its parts are mended too.
            violations.sort_by_key(|one| one.column().map(|column| column.names().len()));
            self.done.clear();
            for violation in &violations {
                self.mend_one(violation)?;
            }
        }
        None
    }

    fn mend_one(&mut self, violation: &Violation) -> Option<()> {
        // Only another stream has another key.
        let at = self.wanted.addable(violation.column()?.clone());
        if self.is_done(&at) {
            return Some(());
        }
        match &violation.change {
            SchemaChange::DropColumn { field, .. } => {
                let parent = at.parent();
                let of = self.parent_id(parent.as_ref())?;
                let by_id = self.before.get(&(of, field.id));
                let old = by_id.or_else(|| self.named.get(&(of, field.name.as_str())));
                self.keep(parent.as_ref(), old.copied()?)
            }
            _ => {
                let own = self.wanted.field_at(&at)?.id;
                let of = self.parent_id(at.parent().as_ref())?;
                match self.before.get(&(of, own)).copied() {
                    Some(old) => self.mend_kept(&at, old, violation),
                    None => self.mend_new(&at, violation),
                }
            }
        }
    }

    /// Mends a column that the latest version has.
    fn mend_kept(&mut self, at: &FieldPath, old: &Field, violation: &Violation) -> Option<()> {
        let is_itself = violation.column() == Some(at);
        let field = self.wanted.field_at_mut(at)?;
        if field == old {
            return None;
        }
        let is_made_required = is_itself && old.nullable && !field.nullable;
        match violation.rule {
            Rule::AddedRequired | Rule::SetNotNull if is_made_required => {
                self.require(at, old, &violation.deed())
            }
            Rule::AddedRequired if field.default != old.default => {
                field.default.clone_from(&old.default);
                field.nullable = old.nullable;
                self.mended
                    .push(format!("Column \"{at}\" keeps its default."));
                self.done.insert(at.clone());
                Some(())
            }
            _ => self.split(at, old, &violation.deed()).map(drop),
        }
    }

    /// A column that is never NULL comes beside one that may be: earlier records
    /// have its default. Where nothing can be that, the column stays nullable.
    fn require(&mut self, at: &FieldPath, old: &Field, deed: &str) -> Option<()> {
        let field = self.wanted.field_at_mut(at)?;
        let made = match field.default {
            Some(_) => None,
            None => initial_value(&field.data_type),
        };
        if field.default.is_none() && made.is_none() {
            field.nullable = true;
            self.mended.push(format!(
                "Column \"{at}\" stays nullable: earlier records have no value for it."
            ));
            self.outside
                .push(format!("Write \"{at}\" in every record."));
            self.done.insert(at.clone());
            return Some(());
        }
        if made.is_some() {
            field.default.clone_from(&made);
        }
        let to = self.split(at, old, deed)?;
        if let Some(made) = made {
            self.mended.push(format!(
                "Column \"{to}\" has the default {made}: choose what earlier records are to have."
            ));
        }
        Some(())
    }

    /// Mends a column that comes.
    fn mend_new(&mut self, at: &FieldPath, violation: &Violation) -> Option<()> {
        let is_itself = violation.column() == Some(at);
        let field = self.wanted.field_at_mut(at)?;
        match violation.rule {
            Rule::AddedRequired | Rule::SetNotNull if is_itself && !field.nullable => {
                field.nullable = true;
                self.mended.push(format!(
                    "Column \"{at}\" is nullable: earlier records have no value for it."
                ));
                if !self.filled.contains(at) {
                    self.outside
                        .push(format!("Write \"{at}\" in every record."));
                }
                self.done.insert(at.clone());
                Some(())
            }
            _ => self.rename_new(at),
        }
    }

    /// A column that comes has the name of an earlier one: it gets another.
    fn rename_new(&mut self, at: &FieldPath) -> Option<()> {
        let name = self.invent(at.leaf());
        let to = self.rename(at, &name)?;
        // What was said of the column holds for the one of the new name.
        let (old, new) = (format!("\"{at}\""), format!("\"{to}\""));
        for told in self.mended.iter_mut().chain(&mut self.outside) {
            *told = told.replace(&old, &new);
        }
        self.mended.push(format!(
            "Column \"{to}\" is not called \"{}\": that was another column.",
            at.leaf()
        ));
        Some(())
    }

    /// A column takes the place of one that stays as it was for now. Answers its
    /// way.
    fn split(&mut self, at: &FieldPath, old: &Field, deed: &str) -> Option<FieldPath> {
        if at.is_column() && self.wanted.schema().is_key(at.leaf()) {
            return None;
        }
        // A new name is as good for another column.
        let name = match self.known.contains(at.leaf().as_str()) {
            true => self.invent(at.leaf()),
            false => at.leaf().clone(),
        };
        let to = self.rename(at, &name)?;
        self.wanted.field_at_mut(&to)?.forget_identities();
        let parent = at.parent();
        self.keep(parent.as_ref(), old)?;
        let kept = FieldPath::within(parent.as_ref(), &old.name);
        self.mended.push(format!(
            "Column \"{to}\" comes beside \"{kept}\", instead of \"{at}\" being {deed}."
        ));
        self.filled.insert(to.clone());
        self.outside.push(format!(
            "Write both \"{kept}\" and \"{to}\", and fill \"{to}\" of the records there are from \"{kept}\"."
        ));
        Some(to)
    }

    /// A column of the latest version stays for now, under its name.
    fn keep(&mut self, parent: Option<&FieldPath>, old: &Field) -> Option<()> {
        let at = FieldPath::within(parent, &old.name);
        if let Some(other) = self.wanted.field_at(&at) {
            let of = self.parent_id(parent)?;
            match self.before.get(&(of, other.id)).copied() {
                Some(other) => {
                    if self.chain == CHAIN {
                        return None;
                    }
                    self.chain += 1;
                    let deed = format!("renamed from \"{}\"", other.name);
                    self.split(&at, other, &deed)?;
                    self.chain -= 1;
                }
                None => self.rename_new(&at)?,
            }
        }
        self.wanted.push(parent, old.clone())?;
        self.leaving.push(old.id);
        self.done.insert(at);
        Some(())
    }

    /// Gives a column of what is wanted another name, also where it is used.
    fn rename(&mut self, at: &FieldPath, to: &Name) -> Option<FieldPath> {
        self.wanted.rename(at, to)?;
        let to = FieldPath::within(at.parent().as_ref(), to);
        self.done.extend([at.clone(), to.clone()]);
        Some(to)
    }

    /// A name like this one that no column has, had, or is to have.
    fn invent(&mut self, like: &Name) -> Name {
        let name = next_name(like, |name| {
            self.known.contains(name) || self.asked.contains(name) || self.invented.contains(name)
        });
        self.invented.insert(name.clone());
        name
    }

    fn is_done(&self, at: &FieldPath) -> bool {
        let mut way = Some(at.clone());
        while let Some(path) = way {
            if self.done.contains(&path) {
                return true;
            }
            way = path.parent();
        }
        false
    }

    /// The identity of what the columns or members are in.
    fn parent_id(&self, parent: Option<&FieldPath>) -> Option<FieldId> {
        match parent {
            Some(parent) => self.wanted.field_at(parent).map(|field| field.id),
            None => Some(FieldId::UNASSIGNED),
        }
    }
}

/// What is said of the columns that a plan wants, by their names.
fn said(plan: &Plan) -> HashMap<Name, String> {
    let said = |field: &Field| Some((field.name.clone(), plan.comments.of(field)?.to_owned()));
    plan.to.fields.iter().filter_map(said).collect()
}

/// The columns or members of `new` with the identities of what they are in
/// `old`, and without one where they come.
fn identified(old: &[Field], new: &[Field]) -> Vec<Field> {
    let (before, after) = (Siblings::new(old), Siblings::new(new));
    let field = |pair: Pair<'_>| match pair {
        Pair::Kept(before, after) => Some(same(before, after)),
        Pair::Added(field) => {
            let mut field = field.clone();
            field.forget_identities();
            Some(field)
        }
        Pair::Dropped(_) => None,
    };
    before.pairs(&after).filter_map(field).collect()
}

fn same(old: &Field, new: &Field) -> Field {
    let mut field = new.clone();
    field.id = old.id;
    match (&old.data_type, &new.data_type, &mut field.data_type) {
        (DataType::Struct(before), DataType::Struct(after), DataType::Struct(members)) => {
            *members = identified(before, after);
        }
        // The parts of arrays and maps are what they are by their place.
        (DataType::Array(_), DataType::Array(_), _) | (DataType::Map(_), DataType::Map(_), _) => {
            let parts = old
                .data_type
                .children()
                .iter()
                .zip(new.data_type.children());
            for (part, (before, after)) in field.data_type.children_mut().iter_mut().zip(parts) {
                *part = same(before, after);
            }
        }
        _ => field.data_type.forget_identities(),
    }
    field
}

fn names<'a>(schemas: impl IntoIterator<Item = &'a Arc<Schema>>) -> HashSet<&'a str> {
    let fields = schemas.into_iter().flat_map(|schema| walk(&schema.fields));
    fields.map(|(field, _)| field.name.as_str()).collect()
}

fn index<'a>(of: FieldId, fields: &'a [Field], found: &mut HashMap<(FieldId, FieldId), &'a Field>) {
    for field in fields {
        found.insert((of, field.id), field);
        index(field.id, field.data_type.children(), found);
    }
}
