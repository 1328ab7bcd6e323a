//! From a statement to its answer: one exhaustive match.

use chrono::Utc;

use super::operation::operation;
use super::prepared::Arguments;
use super::resolve::Names;
use super::transaction::{Transaction, must_be_alone, needs_block, read_only};
use super::{MetadataUpdates, Notice, Outcome, Session, Settings};
use crate::error::{Definition, Error, ErrorKind, Object, Result};
use crate::registry::{Applied, Draft, Operation};
use crate::sql::{
    Absent, DiscardTarget, Location, ObjectRef, SetScope, SetValue, Statement, TransactionModes,
};

/// A statement that is understood but not offered (0A000).
///
/// # Errors
/// That.
pub(super) fn refuse_unsupported(statement: &Statement) -> Result<()> {
    match statement {
        Statement::Unsupported {
            what,
            hint,
            location,
            ..
        } => Err(Error::unsupported(what, hint.as_str()).at(location.0)),
        _ => Ok(()),
    }
}

/// There is nothing that answers queries (0A000).
pub(super) fn no_engine() -> Error {
    Error::unsupported(
        "SELECT",
        "This server answers no queries: use SHOW STREAMS, DESCRIBE STREAM, SHOW SCHEMA VERSIONS FOR and the like.",
    )
}

/// A query has a parameter of this number, and there are not as many (42P02).
pub(super) fn no_parameter(number: usize) -> Error {
    Error::new(
        ErrorKind::NotFound(Object::Parameter),
        format!("there is no parameter ${number}"),
    )
}

/// Values of our own settings that have no effect yet are not taken (0A000).
///
/// # Errors
/// That.
pub(super) fn refuse_unoffered(settings: &Settings) -> Result<()> {
    if settings.metadata_updates() == MetadataUpdates::Async {
        return Err(Error::unsupported(
            "metadata_updates = async",
            "Use sync: a change is answered when it is durable.",
        ));
    }
    Ok(())
}

impl Session {
    /// Runs one statement with these values for its parameters.
    pub(super) async fn dispatch(
        &mut self,
        statement: &Statement,
        arguments: Arguments<'_>,
    ) -> Result<Outcome> {
        match statement {
            Statement::Describe(name, None) => self.describe_stream(name).await,
            Statement::Describe(name, Some(version)) => {
                Box::pin(self.describe_version(name, *version)).await
            }
            // The others are boxed, so that the future of a DESCRIBE stays small.
            Statement::ShowStreams { namespace, like } => {
                Box::pin(self.show_streams(namespace.as_ref(), like.as_deref())).await
            }
            Statement::ShowVersions(name) => Box::pin(self.show_versions(name)).await,
            Statement::ShowCompatibility(name) => Box::pin(self.show_compatibility(name)).await,
            Statement::ShowDiff { stream, from, to } => {
                Box::pin(self.show_diff(stream, *from, *to)).await
            }
            Statement::ShowCreateStream(name, version) => {
                Box::pin(self.show_create_stream(name, *version)).await
            }
            Statement::AssertSchema(name, asserted) => {
                Box::pin(self.assert_schema(name, asserted)).await
            }
            Statement::Explain { sink, statement } => {
                Box::pin(self.explain(sink.as_ref(), statement)).await
            }

            Statement::CreateStream(_)
            | Statement::CopyStream(_)
            | Statement::AlterStream(_)
            | Statement::DropStreams(_)
            | Statement::CreateIndex(_)
            | Statement::DropIndexes { .. }
            | Statement::CreateNamespace { .. }
            | Statement::DropNamespaces { .. }
            | Statement::SetNamespace { .. }
            | Statement::ResetNamespace { .. }
            | Statement::Comment { .. } => Box::pin(self.change(statement)).await,

            Statement::DropAbsent { sort, names } => Box::pin(self.drop_absent(*sort, names)).await,

            Statement::Begin { start, modes } => self.begin(*start, *modes),
            Statement::Commit { chain } => Box::pin(self.commit_statement(*chain)).await,
            Statement::Rollback { chain } => self.rollback_statement(*chain),
            Statement::Savepoint(name) => self.savepoint(name),
            Statement::Release(name) => self.release(name),
            Statement::RollbackTo(name) => self.rollback_to(name),
            Statement::SetTransaction(modes) => self.set_transaction(*modes),
            Statement::SetConstraints { .. } => Ok(self.set_constraints()),
            Statement::Lock(streams) => Box::pin(self.lock(streams)).await,
            Statement::SetCharacteristics(modes) => {
                self.settings.set_default_transaction_modes(*modes);
                Ok(done("SET"))
            }

            Statement::Set {
                scope,
                name,
                value,
                location,
            } => self.set(*scope, name, value, *location),
            Statement::Reset { name, location } => {
                self.settings
                    .reset(name)
                    .map_err(|error| error.at(location.0))?;
                Ok(self.settings_changed("RESET"))
            }
            Statement::ResetAll => {
                self.settings.reset_all();
                Ok(self.settings_changed("RESET"))
            }
            Statement::Show { name, location } => self.show_setting(name, *location),
            Statement::ShowAll => Ok(self.show_all_settings()),

            Statement::Discard(target) => self.discard(*target),
            Statement::Deallocate(name) => {
                self.deallocate(name.as_deref())?;
                Ok(done(if name.is_some() {
                    "DEALLOCATE"
                } else {
                    "DEALLOCATE ALL"
                }))
            }
            Statement::CloseAll => {
                self.close_all();
                Ok(done("CLOSE CURSOR ALL"))
            }
            Statement::Listen(channel) => Box::pin(self.listen(channel)).await,
            Statement::Notify { channel, payload } => self.notify(channel, payload),
            Statement::Unlisten(channel) => Box::pin(self.unlisten(channel.as_ref())).await,
            Statement::Query(query) => Box::pin(self.answer_alone(query)).await,
            Statement::Prepare(prepare) => Box::pin(self.prepare_statement(prepare)).await,
            Statement::Execute(execute) => Box::pin(self.execute_statement(execute)).await,
            Statement::Call(call) => Box::pin(self.call(call, arguments)).await,
            Statement::Declare(declare) => Box::pin(self.declare(declare, arguments)).await,
            Statement::Fetch(fetch) => Box::pin(self.fetch(fetch)).await,
            Statement::Close(name) => self.close_cursor(name),
            Statement::Copy(copy) => Box::pin(self.copy(copy)).await,
            Statement::Unsupported { .. } => refuse_unsupported(statement).map(|()| done("")),
        }
    }

    // ---- changes ----

    async fn change(&mut self, statement: &Statement) -> Result<Outcome> {
        let (operation, tag) = {
            let view = self.registry.view(self.draft());
            let names = Names {
                view,
                search_path: &self.frequent.search_path,
            };
            let found = operation(statement, &names).await?;
            found.ok_or_else(|| {
                Error::internal("a statement that changes nothing was to be run as a change")
            })?
        };
        if self.settings.transaction_modes().read_only == Some(true) {
            return Err(read_only(tag));
        }
        let applied = self.apply(&operation).await?;
        Ok(Outcome {
            notices: applied.notices,
            ..done(tag)
        })
    }

    /// Says of each object that there is none, unless a stream has its name.
    async fn drop_absent(&self, sort: Absent, names: &[ObjectRef]) -> Result<Outcome> {
        let tag = match sort {
            Absent::Domain => "DROP DOMAIN",
            Absent::ForeignTable => "DROP FOREIGN TABLE",
            Absent::MaterializedView => "DROP MATERIALIZED VIEW",
            Absent::Sequence => "DROP SEQUENCE",
            Absent::Type => "DROP TYPE",
            Absent::View => "DROP VIEW",
        };
        if self.settings.transaction_modes().read_only == Some(true) {
            return Err(read_only(tag));
        }
        let view = self.registry.view(self.draft());
        let search_path = &self.frequent.search_path;
        let among = Names { view, search_path };
        let sort = sort.to_string().to_lowercase();
        let mut outcome = done(tag);
        for name in names {
            let wanted = among.existing(name).await?;
            if among.view.stream(&wanted).await?.is_some() {
                return Err(Error::new(
                    ErrorKind::InvalidDefinition(Definition::ObjectType),
                    format!("\"{}\" is not a {sort}", name.name),
                )
                .with_hint("Use DROP STREAM to remove a stream.")
                .at(name.location.0));
            }
            let missing = among.view.missing_called(&sort, &wanted).await?;
            let notice = Notice::new("00000", format!("{missing}, skipping"));
            outcome.notices.push(notice);
        }
        Ok(outcome)
    }

    async fn apply(&mut self, operation: &Operation) -> Result<Applied> {
        match self.transaction.open_mut() {
            Some(block) => {
                let before = block.draft.bytes();
                let draft = &mut block.draft;
                let applied = self.registry.apply(draft, operation, &self.user).await?;
                let made = block.draft.bytes() - before;
                self.budget.add(&mut block.changes, made)?;
                Ok(applied)
            }
            None => {
                self.registry
                    .run_marked(operation, &self.user, &self.submission)
                    .await
            }
        }
    }

    // ---- the transaction ----

    fn begin(&mut self, start: bool, modes: TransactionModes) -> Result<Outcome> {
        let mut outcome = done(if start { "START TRANSACTION" } else { "BEGIN" });
        self.admit_modes(modes)?;
        match std::mem::take(&mut self.transaction) {
            Transaction::None => {
                self.settings.begin();
                self.transaction_start = Some(Utc::now().into());
                self.transaction = Transaction::Explicit(Box::default());
            }
            // What the text did before BEGIN belongs to the transaction.
            Transaction::Implicit(block) => self.transaction = Transaction::Explicit(block),
            inside => {
                self.transaction = inside;
                let message = "there is already a transaction in progress";
                outcome.notices.push(Notice::warning("25001", message));
            }
        }
        self.settings.set_transaction_modes(modes);
        Ok(outcome)
    }

    async fn commit_statement(&mut self, chain: bool) -> Result<Outcome> {
        if matches!(self.transaction, Transaction::Failed(_)) {
            return self.rollback_statement(chain);
        }
        let modes = self.settings.transaction_modes();
        let outcome = self.end("COMMIT", "COMMIT AND CHAIN", chain)?;
        self.commit().await?;
        self.chain(chain, modes)?;
        Ok(outcome)
    }

    fn rollback_statement(&mut self, chain: bool) -> Result<Outcome> {
        let outcome = self.end("ROLLBACK", "ROLLBACK AND CHAIN", chain)?;
        // Modes that were said in a savepoint are undone before the others are kept.
        let first = self
            .transaction
            .block()
            .and_then(|block| block.savepoints.first());
        if let Some(savepoint) = first {
            self.settings.go_back(&savepoint.settings);
        }
        let modes = self.settings.transaction_modes();
        self.roll_back();
        self.chain(chain, modes)?;
        Ok(outcome)
    }

    /// The answer to an end of the transaction, with a warning when there is
    /// none; only a real one can be chained.
    fn end(&self, tag: &'static str, chained: &str, chain: bool) -> Result<Outcome> {
        let mut outcome = done(tag);
        if !self.transaction.is_block() {
            if chain {
                return Err(needs_block(chained));
            }
            outcome.notices.push(Notice::warning(
                "25P01",
                "there is no transaction in progress",
            ));
        }
        Ok(outcome)
    }

    fn chain(&mut self, chain: bool, modes: TransactionModes) -> Result<()> {
        if chain {
            self.begin(false, modes)?;
        }
        Ok(())
    }

    fn set_transaction(&mut self, modes: TransactionModes) -> Result<Outcome> {
        let mut outcome = done("SET");
        if !self.is_in_block() {
            let message = "SET TRANSACTION can only be used in transaction blocks";
            outcome.notices.push(Notice::warning("25P01", message));
        }
        self.admit_modes(modes)?;
        self.settings.set_transaction_modes(modes);
        Ok(outcome)
    }

    /// No constraint can be deferred: all are checked when a statement is run.
    fn set_constraints(&self) -> Outcome {
        let mut outcome = done("SET CONSTRAINTS");
        if !self.is_in_block() {
            let message = "SET CONSTRAINTS can only be used in transaction blocks";
            outcome.notices.push(Notice::warning("25P01", message));
        }
        outcome
    }

    /// Looks whether the streams are there. A reader holds nobody up, and nobody a
    /// reader: there is nothing to hold.
    async fn lock(&self, streams: &[ObjectRef]) -> Result<Outcome> {
        if !self.is_in_block() {
            return Err(needs_block("LOCK TABLE"));
        }
        for name in streams {
            self.find(self.draft(), name).await?;
        }
        Ok(done("LOCK TABLE"))
    }

    /// Refuses modes that cannot be set any more (25001).
    fn admit_modes(&self, said: TransactionModes) -> Result<()> {
        match self.transaction.block() {
            Some(block) => block.admit(self.settings.transaction_modes(), said),
            None => Ok(()),
        }
    }

    // ---- settings ----

    fn set(
        &mut self,
        scope: SetScope,
        name: &str,
        value: &SetValue,
        location: Location,
    ) -> Result<Outcome> {
        let before = self.settings.clone();
        self.settings
            .set(scope, name, value)
            .map_err(|error| error.at(location.0))?;
        let admitted = refuse_unoffered(&self.settings)
            .and_then(|()| self.admit_setting(name, value, &before))
            .and_then(|()| self.keep_settings());
        if let Err(error) = admitted {
            self.settings = before;
            return Err(error.at(location.0));
        }
        let mut outcome = self.settings_changed("SET");
        if scope == SetScope::Local && !self.is_in_block() {
            let message = "SET LOCAL can only be used in transaction blocks";
            outcome.notices.push(Notice::warning("25P01", message));
        }
        Ok(outcome)
    }

    /// Refuses a mode of the transaction that is said as a setting and cannot be
    /// set any more (25001). A default is always taken, as in PostgreSQL.
    fn admit_setting(&self, name: &str, value: &SetValue, before: &Settings) -> Result<()> {
        match (self.transaction.block(), value) {
            (Some(block), SetValue::Value(_)) => {
                block.admit(before.transaction_modes(), self.settings.mode(name))
            }
            _ => Ok(()),
        }
    }

    /// Accounts for the settings as they are.
    pub(super) fn keep_settings(&mut self) -> Result<()> {
        let bytes = self.settings.bytes();
        self.budget.set(&mut self.kept_settings, bytes)
    }

    fn settings_changed(&mut self, tag: &'static str) -> Outcome {
        self.settings_moved();
        done(tag)
    }

    fn discard(&mut self, target: DiscardTarget) -> Result<Outcome> {
        Ok(match target {
            DiscardTarget::All => {
                if !matches!(self.transaction, Transaction::None) {
                    return Err(must_be_alone("DISCARD ALL"));
                }
                self.close_all();
                self.deallocate(None)?;
                self.settings.reset_all();
                self.unlisten_all();
                self.unlock_all();
                self.settings_changed("DISCARD ALL")
            }
            // There are no plans, sequences or temporary tables to forget.
            DiscardTarget::Plans => done("DISCARD PLANS"),
            DiscardTarget::Sequences => done("DISCARD SEQUENCES"),
            DiscardTarget::Temp => done("DISCARD TEMP"),
        })
    }

    /// The transaction's own changes, for a statement to look through.
    pub(super) fn draft(&self) -> &Draft {
        self.transaction.draft()
    }
}

/// The answer of a statement without rows.
pub(super) fn done(tag: &'static str) -> Outcome {
    Outcome {
        tag,
        ..Outcome::default()
    }
}
