//! Made names of indexes and constraints: free in their namespace.

use std::collections::HashSet;

use super::alter::{reshape, shapes};
use super::create::names_of_indexes;
use super::{At, Draft, Known, Registry, StreamAction, StreamSpec};
use crate::error::Result;
use crate::evolution;
use crate::schema::{Alteration, Name, ObjectId, StreamName};

impl Registry {
    /// The first made name for an index or constraint that neither is taken nor
    /// belongs to another stream of the namespace.
    pub(super) async fn free_name(
        &self,
        draft: &Draft,
        stream: &StreamName,
        columns: &[Name],
        suffix: &str,
        taken: &mut HashSet<Name>,
    ) -> Result<Name> {
        let view = self.view(draft);
        loop {
            let is_taken = |name: &str| taken.contains(name);
            let name = evolution::made_name(&stream.name, columns, suffix, is_taken);
            taken.insert(name.clone());
            let owner = view.index_owner(&stream.namespace, &name).await?;
            if owner.is_none_or(|owner| owner.known.stream.name == *stream) {
                return Ok(name);
            }
        }
    }

    /// A definition whose UNIQUE constraints all have names, beside these others of
    /// the stream.
    pub(super) async fn with_names(
        &self,
        draft: &Draft,
        stream: &StreamName,
        mut spec: StreamSpec,
        others: impl Iterator<Item = Name>,
    ) -> Result<StreamSpec> {
        let written = spec.unique.iter().filter_map(|(name, _)| name.clone());
        let mut taken = others.chain(written).collect();
        for (name, columns) in &mut spec.unique {
            if name.is_none() {
                let made = self.free_name(draft, stream, columns, "key", &mut taken);
                *name = Some(made.await?);
            }
        }
        Ok(spec)
    }

    /// What these actions do to the shape of a stream, each with its place; what
    /// they make has a name, free after the actions before it.
    ///
    /// # Errors
    /// What is wrong with an action; those of the store.
    pub(super) async fn named_shapes(
        &self,
        draft: &Draft,
        known: &Known,
        actions: &[At<StreamAction>],
    ) -> Result<Vec<(Alteration, Option<usize>)>> {
        let mut shapes = shapes(actions)?;
        for place in 0..shapes.len() {
            let (columns, suffix) = match &shapes[place].0 {
                Alteration::AddUnique {
                    name: None,
                    columns,
                } => (columns.clone(), "key"),
                Alteration::AddIndex {
                    name: None,
                    columns,
                    ..
                } => (columns.clone(), "idx"),
                _ => continue,
            };
            let so_far = reshape(known, &shapes[..place], &mut || ObjectId(0))?;
            let mut taken = names_of_indexes(&so_far.schema).cloned().collect();
            let stream = &known.stream.name;
            let made = self.free_name(draft, stream, &columns, suffix, &mut taken);
            let made = made.await?;
            if let Alteration::AddUnique { name, .. } | Alteration::AddIndex { name, .. } =
                &mut shapes[place].0
            {
                *name = Some(made);
            }
        }
        Ok(shapes)
    }
}
