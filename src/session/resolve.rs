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
    /// Where something new of this name goes: the first namespace of the path.
    ///
    /// # Errors
    /// 3F000 when the path is empty.
    pub(super) fn place(&self, name: &ObjectRef) -> Result<StreamName> {
        first(self.search_path, name)
    }

    /// The stream of this name: in the first namespace of the path that has one;
    /// where it would be made when none has.
    ///
    /// # Errors
    /// 3F000 when the path is empty; those of the store.
    pub(super) async fn existing(&self, name: &ObjectRef) -> Result<StreamName> {
        let wanted = self.place(name)?;
        if name.namespace.is_some() || self.search_path.len() == 1 {
            return Ok(wanted);
        }
        for namespace in self.search_path {
            let candidate = StreamName::new(namespace.as_str(), name.name.as_str());
            if self.view.stream(&candidate).await?.is_some() {
                return Ok(candidate);
            }
        }
        Ok(wanted)
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
