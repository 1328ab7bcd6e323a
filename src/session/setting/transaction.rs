//! Settings and transactions: what lasts how long, and the transaction's modes.
//!
//! There are two layers, what was `SET` for the session and what is `LOCAL` to
//! the transaction, so a savepoint is a copy of both. That is all that
//! PostgreSQL's nesting comes to: a release changes no value but one.

use std::borrow::Cow;

use super::catalog::{Lifetime, SETTINGS};
use super::settings::{Layer, Settings, known};
use super::value::Value;
use crate::sql::{IsolationLevel, TransactionModes};

const ISOLATION: &str = "transaction_isolation";
const READ_ONLY: &str = "transaction_read_only";
const DEFERRABLE: &str = "transaction_deferrable";

/// What a transaction knows of the settings.
#[derive(Clone, Debug)]
pub(super) struct Transaction {
    /// The session's values as the transaction found them.
    pub(super) before: Layer,
    /// What ends with the transaction.
    pub(super) local: Layer,
}

/// What the settings are at some place in a transaction, to go back to.
#[derive(Clone, Debug)]
pub(in crate::session) struct Mark {
    session: Layer,
    local: Layer,
}

impl Settings {
    /// A transaction begins, with the default modes.
    pub fn begin(&mut self) {
        let modes = SETTINGS
            .iter()
            .filter(|setting| matches!(setting.lifetime, Lifetime::Transaction { .. }));
        let local = modes
            .map(|setting| (Cow::Borrowed(setting.name), self.value(setting).clone()))
            .collect();
        self.transaction = Some(Transaction {
            before: self.session.clone(),
            local,
        });
    }

    /// The transaction commits: what was `SET LOCAL` ends.
    pub fn commit(&mut self) {
        self.changed |= self.transaction.take().is_some();
    }

    /// The transaction is rolled back: every `SET` in it is undone.
    pub fn rollback(&mut self) {
        if let Some(transaction) = self.transaction.take() {
            self.session = transaction.before;
            self.changed = true;
        }
    }

    /// The transaction fails: every `SET` in it is undone, its modes too, while
    /// its end is waited for.
    pub(in crate::session) fn fail(&mut self) {
        if self.transaction.is_some() {
            self.rollback();
            self.begin();
        }
    }

    /// A savepoint: the values as they are.
    pub(in crate::session) fn mark(&self) -> Mark {
        let transaction = self.transaction.as_ref();
        Mark {
            session: self.session.clone(),
            local: transaction.map_or_else(Layer::new, |transaction| transaction.local.clone()),
        }
    }

    /// Goes back to a savepoint: every `SET` after it is undone.
    pub(in crate::session) fn go_back(&mut self, mark: &Mark) {
        if let Some(transaction) = &mut self.transaction {
            self.session = mark.session.clone();
            transaction.local = mark.local.clone();
            self.changed = true;
        }
    }

    /// Releases a savepoint: every `SET` after it stays, and what is local lasts
    /// until the transaction's end; only `READ ONLY` ends here, as in PostgreSQL.
    pub(in crate::session) fn release(&mut self, mark: &Mark) {
        if let Some(transaction) = &mut self.transaction
            && let Some(read_only) = mark.local.get(READ_ONLY)
        {
            let key = known(READ_ONLY).name.into();
            transaction.local.insert(key, read_only.clone());
            self.changed = true;
        }
    }

    /// The modes of the transaction, or of the next one when there is none.
    pub fn transaction_modes(&self) -> TransactionModes {
        TransactionModes {
            isolation: Some(self.isolation(ISOLATION)),
            read_only: Some(self.boolean(READ_ONLY)),
            deferrable: Some(self.boolean(DEFERRABLE)),
        }
    }

    /// The one mode of the transaction that a setting is; none for other settings.
    pub(in crate::session) fn mode(&self, name: &str) -> TransactionModes {
        let modes = self.transaction_modes();
        let is = |mode| name.eq_ignore_ascii_case(mode);
        TransactionModes {
            isolation: modes.isolation.filter(|_| is(ISOLATION)),
            read_only: modes.read_only.filter(|_| is(READ_ONLY)),
            deferrable: modes.deferrable.filter(|_| is(DEFERRABLE)),
        }
    }

    /// `BEGIN …` and `SET TRANSACTION …`: changes the modes that are said, of
    /// the transaction. Without one, nothing happens.
    pub fn set_transaction_modes(&mut self, modes: TransactionModes) {
        if let Some(transaction) = &mut self.transaction {
            transaction.local.extend(mode_values("transaction", modes));
        }
    }

    /// `SET SESSION CHARACTERISTICS …`: changes the modes that are said, of the
    /// transactions to come.
    pub fn set_default_transaction_modes(&mut self, modes: TransactionModes) {
        self.changed = true;
        for (key, value) in mode_values("default_transaction", modes) {
            self.forget(&key);
            self.session.insert(key, value);
        }
    }

    fn isolation(&self, name: &str) -> IsolationLevel {
        let level = self.text(name);
        LEVELS
            .iter()
            .find(|(word, _)| *word == level)
            .map_or(IsolationLevel::ReadCommitted, |(_, level)| *level)
    }
}

const LEVELS: [(&str, IsolationLevel); 4] = [
    ("serializable", IsolationLevel::Serializable),
    ("repeatable read", IsolationLevel::RepeatableRead),
    ("read committed", IsolationLevel::ReadCommitted),
    ("read uncommitted", IsolationLevel::ReadUncommitted),
];

fn mode_values(prefix: &str, modes: TransactionModes) -> Layer {
    let level = |wanted| {
        LEVELS
            .iter()
            .find(|(_, level)| *level == wanted)
            .map(|(word, _)| *word)
    };
    let values = [
        (
            "isolation",
            modes.isolation.and_then(level).map(Value::text),
        ),
        ("read_only", modes.read_only.map(Value::Bool)),
        ("deferrable", modes.deferrable.map(Value::Bool)),
    ];
    let name = |mode| Cow::Borrowed(known(&format!("{prefix}_{mode}")).name);
    values
        .into_iter()
        .filter_map(|(mode, value)| Some((name(mode), value?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::{SetScope, SetValue};

    fn set(settings: &mut Settings, scope: SetScope, value: &str) {
        let value = SetValue::Value(value.to_owned());
        settings.set(scope, "my.x", &value).unwrap();
    }

    #[test]
    fn a_savepoint_undoes_what_was_set_since_and_a_release_keeps_it() {
        // What is said; "(" is a savepoint, ")" releases the last, "<" goes back to it.
        // The value within the transaction, after COMMIT, after ROLLBACK.
        for (script, within, committed, rolled_back) in [
            ("set 1 ( set 2 <", "1", "1", "0"),
            ("set 1 ( set 2 )", "2", "2", "0"),
            ("local 1 ( set 2 )", "2", "2", "0"),
            ("local 1 ( set 2 <", "1", "0", "0"),
            ("( local 1 )", "1", "0", "0"),
            ("set 1 ( local 2 )", "2", "1", "0"),
            ("set 1 ( local 2 <", "1", "1", "0"),
            ("( set 1 local 2 )", "2", "1", "0"),
            ("set 1 local 2 ( local 3 )", "3", "1", "0"),
            ("set 1 local 2 ( local 3 <", "2", "1", "0"),
            ("set 1 ( reset )", "0", "0", "0"),
            ("set 1 ( reset_all <", "1", "1", "0"),
            ("( set 1 ( set 2 ( local 3 ) )", "3", "2", "0"),
            ("( set 1 ( set 2 ( local 3 ) ) <", "0", "0", "0"),
            ("set 1 ( set 2 < set 3 < set 4", "4", "4", "0"),
            ("set 1 fail", "0", "0", "0"),
        ] {
            let mut settings = Settings::new("me", [("my.x", "0")]).unwrap();
            settings.begin();
            let mut marks = Vec::new();
            let mut words = script.split(' ');
            while let Some(word) = words.next() {
                let mut value = || words.next().unwrap();
                match word {
                    "set" => set(&mut settings, SetScope::Session, value()),
                    "local" => set(&mut settings, SetScope::Local, value()),
                    "reset" => settings.reset("my.x").unwrap(),
                    "reset_all" => settings.reset_all(),
                    "(" => marks.push(settings.mark()),
                    ")" => settings.release(&marks.pop().unwrap()),
                    "<" => settings.go_back(marks.last().unwrap()),
                    "fail" => settings.fail(),
                    other => panic!("{other}"),
                }
            }
            let shown = |settings: &Settings| settings.show("my.x").unwrap().1;
            assert_eq!(shown(&settings), within, "{script}");
            let mut other = settings.clone();
            settings.commit();
            assert_eq!(shown(&settings), committed, "{script}; COMMIT");
            other.rollback();
            assert_eq!(shown(&other), rolled_back, "{script}; ROLLBACK");
        }
    }

    #[test]
    fn modes_go_back_to_a_savepoint_and_read_only_ends_with_it() {
        let read_only = TransactionModes {
            read_only: Some(true),
            ..TransactionModes::default()
        };
        let is_read_only =
            |settings: &Settings| settings.transaction_modes().read_only == Some(true);
        let mut settings = Settings::new("me", []).unwrap();
        settings.begin();
        let mark = settings.mark();
        for leave in [Settings::go_back, Settings::release] {
            settings.set_transaction_modes(read_only);
            assert!(is_read_only(&settings));
            leave(&mut settings, &mark);
            assert!(!is_read_only(&settings));
        }
        settings.set_transaction_modes(read_only);
        settings.fail();
        assert!(!is_read_only(&settings), "the default again");
    }
}
