//! What a session asks the query engine, and what a query asks the session.

use std::sync::Arc;

use chrono::Utc;
use parking_lot::Mutex;
use tokio::sync::watch;

use super::budget::{Budget, Share};
use super::notification;
use super::portal::Portal;
use super::prepared::Prepared;
use super::setting::Settings;
use super::{Column, Peers, RowStream, Session, Type, Value};
use crate::error::Result;
pub(super) use crate::query::LockMark;
use crate::query::{self, Context, Conversation, Engine, LockMember, Locker, Plan};
use crate::relation::Timestamp;
use crate::schema::Name;
use crate::sql::{Query, SetScope, SetValue};

/// The engine, and the session's place among those that take locks there.
pub(super) struct Engaged {
    engine: Arc<Engine>,
    locks: LockMember,
}

/// A query that was planned, for the state in which the session was.
#[derive(Clone)]
pub(super) struct Planned {
    plan: Plan,
    talk: Arc<Talk>,
}

impl Planned {
    pub(super) fn columns(&self) -> &Arc<[Column]> {
        &self.plan.columns
    }

    /// The command tag of its answer.
    pub(super) fn tag(&self) -> &'static str {
        match self.plan.is_explanation() {
            true => "EXPLAIN",
            false => "SELECT",
        }
    }

    pub(super) fn parameters(&self) -> &Arc<[Type]> {
        &self.plan.parameters
    }
}

/// What a query sees of the session, and what it has set there.
struct Talk {
    settings: Mutex<Settings>,
    set: Mutex<Vec<Set>>,
    said: Mutex<Said>,
    budget: Budget,
    channels: Vec<Name>,
    prepared: Vec<query::PreparedStatement>,
    cursors: Vec<query::Cursor>,
    peers: Option<Arc<dyn Peers>>,
}

/// What `pg_notify` was told.
#[derive(Default)]
struct Said {
    /// Channels and payloads.
    all: Vec<(Name, String)>,
    /// The part that they take.
    share: Option<Share>,
}

/// A `set_config`.
struct Set {
    scope: SetScope,
    name: String,
    value: String,
}

impl Conversation for Talk {
    fn setting(&self, name: &str) -> Option<String> {
        let shown = self.settings.lock().show(name);
        shown.ok().map(|(_, value)| value)
    }

    fn settings(&self) -> Vec<query::Setting> {
        self.settings.lock().rows()
    }

    fn set(&self, name: &str, value: &str, is_local: bool) -> Result<String> {
        let scope = match is_local {
            true => SetScope::Local,
            false => SetScope::Session,
        };
        let mut settings = self.settings.lock();
        let mut changed = settings.clone();
        changed.set(scope, name, &SetValue::Value(value.to_owned()))?;
        super::dispatch::refuse_unoffered(&changed)?;
        let (_, shown) = changed.show(name)?;
        *settings = changed;
        self.set.lock().push(Set {
            scope,
            name: name.to_owned(),
            value: value.to_owned(),
        });
        Ok(shown)
    }

    fn notify(&self, channel: &str, payload: &str) -> Result<()> {
        notification::admit(channel, payload)?;
        let mut said = self.said.lock();
        let bytes = channel.len() + payload.len();
        self.budget.add(&mut said.share, bytes)?;
        said.all.push((channel.to_owned(), payload.to_owned()));
        Ok(())
    }

    fn cancel(&self, process_id: i32) -> bool {
        let peers = self.peers.as_ref();
        peers.is_some_and(|peers| peers.cancel(process_id))
    }

    fn terminate(&self, process_id: i32) -> bool {
        let peers = self.peers.as_ref();
        peers.is_some_and(|peers| peers.terminate(process_id))
    }

    fn channels(&self) -> Vec<String> {
        self.channels.clone()
    }

    fn prepared_statements(&self) -> Vec<query::PreparedStatement> {
        self.prepared.clone()
    }

    fn cursors(&self) -> Vec<query::Cursor> {
        self.cursors.clone()
    }
}

impl Session {
    /// The session with an engine for its queries. Without one they are refused
    /// (0A000).
    #[must_use]
    pub fn with_engine(mut self, engine: Arc<Engine>) -> Self {
        let locks = engine.join_locks(self.process_id);
        self.engine = Some(Engaged { engine, locks });
        self
    }

    /// Plans a query. `parameters` are the types that the client gave.
    ///
    /// # Errors
    /// What the engine finds wrong with it; 0A000 without an engine.
    pub(super) async fn plan(
        &mut self,
        query: &Query,
        parameters: &[Option<Type>],
    ) -> Result<Planned> {
        let (engine, locker) = self.engine()?;
        if self.frequent.is_strict {
            self.registry.catch_up().await?;
        }
        let talk = Arc::new(self.talk(&query.text));
        let context = self.context(talk.clone(), locker);
        let plan = engine.plan(query, &context, parameters).await?;
        Ok(Planned { plan, talk })
    }

    /// The object that a text names for a parameter of this type: a `regclass` or the
    /// like.
    ///
    /// # Errors
    /// 42P01 and the like for a name of nothing; 0A000 without an engine.
    pub(super) async fn named_object(&mut self, text: &str, of: &Type) -> Result<Value> {
        let (engine, locker) = self.engine()?;
        let talk = Arc::new(self.talk(""));
        let context = self.context(talk, locker);
        engine.named_object(text, of, &context).await
    }

    /// Runs a query with the values of its parameters. `wanted` tells how many of its
    /// rows are wanted; without it all are.
    ///
    /// # Errors
    /// What a value cannot be.
    pub(super) fn run(
        &mut self,
        planned: &Planned,
        values: &[Value],
        wanted: Option<watch::Receiver<usize>>,
    ) -> Result<RowStream> {
        let (engine, _) = self.engine()?;
        let stream = engine.run(&planned.plan, values, wanted)?;
        self.talks.push(planned.clone());
        Ok(stream)
    }

    /// What queries that have run have set and said counts from now on.
    pub(super) fn take_over(&mut self) -> Result<()> {
        let mut last = Ok(());
        let mut moved = false;
        for planned in self.talked() {
            for set in planned.talk.set.lock().drain(..) {
                moved = true;
                let value = SetValue::Value(set.value);
                last = self
                    .settings
                    .set(set.scope, &set.name, &value)
                    .and_then(|()| self.keep_settings());
            }
            let said = std::mem::take(&mut *planned.talk.said.lock());
            for (channel, payload) in said.all {
                self.notify(&channel, &payload)?;
            }
        }
        if moved {
            self.settings_moved();
        }
        last
    }

    /// What queries have set and said in a statement that ended with an error does not
    /// count.
    pub(super) fn disregard(&mut self) {
        for planned in self.talked() {
            planned.talk.set.lock().clear();
            *planned.talk.said.lock() = Said::default();
        }
    }

    /// The queries that may have set and said something: those of portals whenever their
    /// rows are fetched.
    fn talked(&mut self) -> Vec<Planned> {
        let portals = self.portals.values();
        let fetched = portals.filter_map(|portal| portal.query.clone());
        let run = std::mem::take(&mut self.talks);
        run.into_iter().chain(fetched).collect()
    }

    /// What the transaction has locked so far.
    pub(super) fn lock_mark(&self) -> LockMark {
        let engaged = self.engine.as_ref();
        engaged.map_or(0, |engaged| engaged.locks.mark())
    }

    /// Gives back what the transaction has locked since.
    pub(super) fn end_locks(&self, mark: LockMark) {
        if let Some(engaged) = &self.engine {
            engaged.locks.end_transaction(mark);
        }
    }

    /// Gives back what the session has locked.
    pub(super) fn unlock_all(&self) {
        if let Some(engaged) = &self.engine {
            engaged.locks.unlock_all();
        }
    }

    fn engine(&self) -> Result<(Arc<Engine>, Locker)> {
        let engaged = self.engine.as_ref();
        let Engaged { engine, locks } = engaged.ok_or_else(super::dispatch::no_engine)?;
        Ok((engine.clone(), Locker::clone(locks)))
    }

    fn context(&mut self, talk: Arc<Talk>, locker: Locker) -> Context {
        let now = Timestamp::from(Utc::now());
        let transaction_start = *self.transaction_start.get_or_insert(now);
        Context {
            registry: self.registry.clone(),
            draft: self.draft().clone(),
            user: self.user.as_str().into(),
            database: self.database.clone(),
            search_path: self.frequent.search_path.clone().into(),
            style: self.frequent.style,
            transaction_start,
            statement_start: now,
            process: self.process_id,
            client: self.addresses.map(|addresses| addresses.client),
            server: self.addresses.map(|addresses| addresses.server),
            locker,
            lock_timeout: self.settings.lock_timeout(),
            conversation: talk,
        }
    }

    /// The lists are made only for a query whose text names them.
    fn talk(&self, text: &str) -> Talk {
        let text = text.to_ascii_lowercase();
        let prepared = match text.contains("pg_prepared_statements") {
            true => self.prepared.iter().filter_map(listed).collect(),
            false => Vec::new(),
        };
        let cursors = match text.contains("pg_cursors") {
            true => self.portals.iter().filter_map(open).collect(),
            false => Vec::new(),
        };
        let channels = match text.contains("pg_listening_channels") {
            true => self.channels(),
            false => Vec::new(),
        };
        Talk {
            settings: Mutex::new(self.settings.clone()),
            set: Mutex::default(),
            said: Mutex::default(),
            budget: self.budget.clone(),
            channels,
            prepared,
            cursors,
            peers: self.peers.clone(),
        }
    }
}

/// A row of `pg_prepared_statements`; the unnamed statement is not in it.
fn listed((name, prepared): (&String, &Prepared)) -> Option<query::PreparedStatement> {
    if name.is_empty() {
        return None;
    }
    Some(query::PreparedStatement {
        name: name.clone(),
        statement: prepared.text.to_string(),
        prepared_at: prepared.prepared_at,
        parameters: prepared.parameters.to_vec(),
        columns: prepared
            .columns
            .iter()
            .flat_map(|columns| columns.iter())
            .map(|column| column.column_type.clone())
            .collect(),
        from_sql: prepared.from_sql,
    })
}

/// A row of `pg_cursors`; the unnamed portal is not in it.
fn open((name, portal): (&String, &Portal)) -> Option<query::Cursor> {
    if name.is_empty() {
        return None;
    }
    Some(query::Cursor {
        name: name.clone(),
        statement: portal.prepared.text.to_string(),
        is_holdable: portal.is_holdable,
        is_binary: portal.is_binary,
        is_scrollable: portal.is_scrollable(),
        created_at: portal.opened_at,
    })
}
