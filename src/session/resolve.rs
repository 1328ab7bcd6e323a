//! Names without a namespace.

use crate::error::{Error, ErrorKind, Object, Result};
use crate::registry::View;
use crate::schema::StreamName;
use crate::sql::ObjectRef;

/// Finds names in the session's search path.
pub(super) struct Names<'a> {
    pub(super) view: View<'a>,
    pub(super) search_path: &'a [String],
}

impl Names<'_> {
    /// Where something new of this name goes: the first namespace of the path
    /// that exists.
    ///
    /// # Errors
    /// 3F000 when there is none; those of the store.
    pub(super) async fn place(&self, name: &ObjectRef) -> Result<StreamName> {
        let wanted = first(self.search_path, name)?;
        if self.is_only(name) {
            return Ok(wanted);
        }
        for namespace in self.search_path {
            if self.view.namespace(namespace).await?.is_some() {
                return Ok(StreamName::new(namespace.as_str(), name.name.as_str()));
            }
        }
        Ok(wanted)
    }

    /// The stream of this name: in the first namespace of the path that has one;
    /// where it would be made when none has.
    ///
    /// # Errors
    /// 3F000 when the path is empty; those of the store.
    pub(super) async fn existing(&self, name: &ObjectRef) -> Result<StreamName> {
        if !self.is_only(name) {
            for namespace in self.search_path {
                let candidate = StreamName::new(namespace.as_str(), name.name.as_str());
                if self.view.stream(&candidate).await?.is_some() {
                    return Ok(candidate);
                }
            }
        }
        self.place(name).await
    }

    /// The index or constraint of this name, likewise.
    ///
    /// # Errors
    /// 3F000 when the path is empty; those of the store.
    pub(super) async fn existing_index(&self, name: &ObjectRef) -> Result<StreamName> {
        if !self.is_only(name) {
            for namespace in self.search_path {
                let owner = self.view.index_owner(namespace, &name.name).await?;
                if owner.is_some() {
                    return Ok(StreamName::new(namespace.as_str(), name.name.as_str()));
                }
            }
        }
        self.place(name).await
    }

    /// Whether there is one place at most where the name can be.
    fn is_only(&self, name: &ObjectRef) -> bool {
        name.namespace.is_some() || self.search_path.len() < 2
    }
}

/// The name in its own namespace, or in the first of the path.
pub(super) fn first(search_path: &[String], name: &ObjectRef) -> Result<StreamName> {
    let namespace = name
        .namespace
        .as_ref()
        .or(search_path.first())
        .ok_or_else(|| {
            Error::new(
                ErrorKind::NotFound(Object::Namespace),
                "no schema has been selected to look in",
            )
            .with_hint("Write the name with its schema, or SET search_path.")
            .at(name.location.0)
        })?;
    Ok(StreamName::new(namespace.as_str(), name.name.as_str()))
}
