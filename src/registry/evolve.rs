//! Evolving a stream by calls, and asking what that would take.

use std::sync::Arc;

use super::alter::{reshape, set_options};
use super::create::schema_of;
use super::known::carry_columns;
use super::options::Options;
use super::{At, Draft, Known, Operation, Registry, StreamAction, StreamSpec};
use crate::error::{Error, Result};
use crate::evolution::{self, Comments, Plan};
use crate::schema::{Alteration, ObjectId, Schema, StreamName};
use crate::store::{Stream, StreamColumn, Version};

/// What became of a stream.
#[derive(Clone, Debug)]
pub struct Evolved {
    /// Its latest version; the one there was if nothing changed.
    pub version: Arc<Version>,
    /// The way there from the version before, as its readers alone see it: what
    /// the mode asks of older versions was judged before the change was let in.
    pub plan: Plan,
}

/// What a change of a stream would take, and what would come of it.
#[derive(Debug)]
pub struct Prospect {
    /// The way there.
    pub plan: Plan,
    /// The stream as it is and as it would be, with its options and comments;
    /// nothing where it would be made.
    pub streams: Option<(Arc<Known>, Known)>,
}

impl Registry {
    /// Evolves a stream: all alterations make one version.
    ///
    /// # Errors
    /// 42P01 when there is no such stream, 23514 when its mode does not allow
    /// the change; what is wrong with an alteration; those of the store.
    pub async fn evolve_schema(
        self: &Arc<Self>,
        name: &StreamName,
        alterations: Vec<Alteration>,
        user: &str,
    ) -> Result<Evolved> {
        let operation = Operation::AlterStream {
            name: name.clone().into(),
            if_exists: false,
            actions: alterations
                .into_iter()
                .map(|action| StreamAction::Shape(action).into())
                .collect(),
        };
        let applied = self.run(&operation, user).await?;
        let (before, version) = applied
            .evolved
            .ok_or_else(|| Error::internal("an alteration answered no version"))?;
        let history = [(before.number, before.schema.clone())];
        Ok(Evolved {
            plan: evolution::plan(version.mode, &version.schema, &history),
            version,
        })
    }

    /// What [`Registry::evolve_schema`] would take: nothing is changed, and what
    /// the stream's mode does not allow is explained, with the way that it does
    /// allow, not refused.
    ///
    /// # Errors
    /// 42P01 when there is no such stream; what is wrong with an alteration;
    /// those of the store.
    pub async fn explain_schema(
        &self,
        name: &StreamName,
        alterations: &[Alteration],
    ) -> Result<Plan> {
        let shape = |alteration: &Alteration| StreamAction::Shape(alteration.clone()).into();
        let actions: Vec<_> = alterations.iter().map(shape).collect();
        let draft = Draft::default();
        let prospect = self.plan(&draft, &name.clone().into(), &actions).await;
        prospect.map(|prospect| prospect.plan)
    }

    /// What an alteration of a stream would take: nothing is changed, and one
    /// that the stream's mode does not allow is explained, not refused. The mode
    /// is the one that the actions themselves may set.
    ///
    /// # Errors
    /// 42P01 when there is no such stream; what is wrong with an action; those
    /// of the store.
    pub async fn plan(
        &self,
        draft: &Draft,
        name: &At<StreamName>,
        actions: &[At<StreamAction>],
    ) -> Result<Prospect> {
        let known = self.must_find(draft, name).await?.known;
        let mut stream = known.stream.clone();
        set_options(&mut stream, actions)?;
        // Nobody will keep the indexes: they need no identities of their own.
        let shapes = self.named_shapes(draft, &known, actions).await?;
        let altered = reshape(&known, &shapes, &mut || ObjectId(0))?;
        stream.columns = carry_columns(&stream.columns, &altered.schema, altered.comments);
        self.plan_to(draft, known, stream, altered.schema).await
    }

    /// What replacing a stream would take, likewise: from a schema without columns
    /// when there is no stream to replace.
    ///
    /// # Errors
    /// 3F000 when there is no such namespace; what is wrong with the definition;
    /// those of the store.
    pub async fn plan_replacement(
        &self,
        draft: &Draft,
        name: &At<StreamName>,
        spec: &StreamSpec,
    ) -> Result<Prospect> {
        let Some(found) = self.view(draft).stream(&name.value).await? else {
            let namespace = self.must_find_namespace(&mut draft.clone(), name).await?;
            let unnamed = spec.clone();
            let spec = &self
                .with_names(draft, &name.value, unnamed, std::iter::empty())
                .await?;
            let (schema, comments) = schema_of(name, spec, &[], &mut || ObjectId(0))?;
            self.check_index_names(draft, &name.value, &Schema::default(), &schema)
                .await?;
            let options = Options::of(&spec.options)?;
            let inherited = || self.inherited_mode(namespace.mode).0;
            let mode = options.mode.unwrap_or_else(inherited);
            let comments = Comments {
                stream: options.comment,
                columns: comments.into_iter().collect(),
            };
            return Ok(Prospect {
                plan: evolution::plan_commented(mode, &Arc::new(schema), &[], comments),
                streams: None,
            });
        };
        let (stream, schema) = self.replacement(draft, &found.known, name, spec).await?;
        self.plan_to(draft, found.known, stream, schema).await
    }

    /// The plan that makes `schema` of what a stream is, under the mode of what it
    /// becomes.
    async fn plan_to(
        &self,
        draft: &Draft,
        known: Arc<Known>,
        stream: Stream,
        schema: Schema,
    ) -> Result<Prospect> {
        let name = &known.stream.name;
        self.check_index_names(draft, name, &known.version.schema, &schema)
            .await?;
        let view = self.view(draft);
        let (mode, _) = view.mode(&stream).await?;
        let history: Vec<(u32, Arc<Schema>)> = view
            .history(&known)
            .await?
            .iter()
            .map(|version| (version.number, version.schema.clone()))
            .collect();
        let schema = Arc::new(schema);
        let comment = |own: &StreamColumn| Some((own.field, own.comment.clone()?));
        let comments = Comments {
            stream: stream.comment.clone(),
            columns: stream.columns.iter().filter_map(comment).collect(),
        };
        let plan = evolution::plan_commented(mode, &schema, &history, comments);
        let version = Version {
            number: known.version.number + 1,
            previous: Some(known.version.number),
            fingerprint: schema.fingerprint(),
            schema,
            ..known.version.as_ref().clone()
        };
        let after = Known::new(stream, Arc::new(version));
        Ok(Prospect {
            plan,
            streams: Some((known, after)),
        })
    }
}
