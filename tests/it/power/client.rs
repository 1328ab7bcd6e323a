//! Somebody who changes schemas, and knows what must be true of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use disk::Disk;
use fastrand::Rng;
use rekha::error::Error;
use rekha::registry::Registry;
use rekha::session::{Session, SessionOptions, TransactionStatus};

use super::{Verdict, ensure};

/// The stream that all change.
pub(super) const SHARED: &str = "shared";

/// What is known of a stream.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Stream {
    /// Its columns in order; nothing when it was dropped.
    pub(super) columns: Option<Vec<String>>,
    /// How many versions there are of it, the one that says it was dropped included.
    pub(super) versions: usize,
}

pub(super) type Streams = BTreeMap<String, Stream>;

/// One client at work on two streams of its own and one that all share.
///
/// What it did is certain once it was answered. What was answered with an error was not
/// done, as long as the power is there; when it is back, a commit that failed on its way
/// to the disk may have got there.
pub(super) struct Client {
    own: [String; 2],
    rng: Rng,
    /// The number of the last column.
    columns: usize,
    certain: Streams,
    /// What it would be, had the last ones that failed been done.
    possible: Vec<Streams>,
    shared: BTreeSet<String>,
    possibly_shared: BTreeSet<String>,
    errors: Vec<Error>,
}

/// What a client wants.
struct Wish {
    statements: Vec<String>,
    is_kept: bool,
    streams: Streams,
    shared: Option<String>,
}

impl Client {
    pub(super) fn new(number: usize, rng: Rng) -> Self {
        let own = ["left", "right"].map(|side| format!("c{number}_{side}"));
        let streams = own.iter().map(|name| (name.clone(), Stream::default()));
        Self {
            certain: streams.collect(),
            own,
            rng,
            columns: 0,
            possible: Vec::new(),
            shared: BTreeSet::new(),
            possibly_shared: BTreeSet::new(),
            errors: Vec::new(),
        }
    }

    /// Runs so many statements or transactions, or until there is no power.
    pub(super) async fn work(&mut self, registry: &Arc<Registry>, disk: &Disk, steps: usize) {
        let session = Session::new(registry.clone(), SessionOptions::default());
        let mut session = session.expect("the default settings are valid");
        for _ in 0..steps {
            let wish = self.wish();
            match self.run(&mut session, &wish).await {
                Ok(()) => {
                    self.certain = wish.streams;
                    self.possible.clear();
                    self.shared.extend(wish.shared);
                }
                Err(error) => {
                    self.errors.push(error);
                    self.possible.push(wish.streams);
                    self.possibly_shared.extend(wish.shared);
                    if !disk.is_on() {
                        return;
                    }
                    if session.transaction_status() != TransactionStatus::Idle {
                        let ended = session.execute("ROLLBACK").await;
                        ended.expect("a transaction can be given up");
                    }
                }
            }
        }
    }

    /// The errors it got since the last call.
    pub(super) fn take_errors(&mut self) -> Vec<Error> {
        std::mem::take(&mut self.errors)
    }

    /// What it will do next, and what is true afterwards.
    fn wish(&mut self) -> Wish {
        self.columns += 1;
        let number = self.columns;
        let [left, right] = &self.own;
        let mut wish = Wish {
            statements: Vec::new(),
            is_kept: true,
            streams: self.certain.clone(),
            shared: None,
        };
        if self.certain[left].columns.is_none() {
            for name in [left, right] {
                wish.create(name);
            }
            return wish;
        }
        match self.rng.u8(0..12) {
            0 => {
                let columns = ["a", "b"].map(|letter| format!("{letter}{number}"));
                wish.add(left, &columns);
            }
            1..6 => {
                for name in [left, right] {
                    wish.add(name, &[format!("t{number}")]);
                }
            }
            6 => {
                wish.add(right, &[format!("x{number}")]);
                wish.is_kept = false;
                wish.streams = self.certain.clone();
            }
            7 => {
                for name in [left, right] {
                    wish.drop(name);
                }
            }
            _ => {
                let column = format!("{left}{number}");
                let sql = format!("ALTER STREAM {SHARED} ADD COLUMN {column} INTEGER");
                wish.statements.push(sql);
                wish.shared = Some(column);
            }
        }
        wish
    }

    async fn run(&mut self, session: &mut Session, wish: &Wish) -> Result<(), Error> {
        // A transaction on what others change too may meet a conflict.
        if wish.shared.is_some() || (wish.is_kept && self.rng.bool()) {
            session.execute(&wish.statements.join(";")).await?;
            return Ok(());
        }
        session.execute("BEGIN").await?;
        for statement in &wish.statements {
            session.execute(statement).await?;
        }
        let end = if wish.is_kept { "COMMIT" } else { "ROLLBACK" };
        session.execute(end).await?;
        Ok(())
    }

    /// While there is power: what was done is there, and nothing else.
    pub(super) fn compare(&self, stored: &Streams) -> Verdict {
        let own = self.own_of(stored);
        ensure(own == self.certain, || {
            format!("it was {:#?}, and is {own:#?}", self.certain)
        })
    }

    /// After the power was cut: what was answered is there, what was not as a whole or
    /// not at all. From now on it is certain what is there.
    pub(super) fn settle(&mut self, stored: &Streams) -> Verdict {
        let own = self.own_of(stored);
        let is_known = own == self.certain || self.possible.contains(&own);
        ensure(is_known, || {
            let (certain, possible) = (&self.certain, &self.possible);
            format!("it was {certain:#?}, could be {possible:#?}, and is {own:#?}")
        })?;
        self.certain = own;
        self.possible.clear();
        Ok(())
    }

    /// Columns of the shared stream that are there, and those that may be.
    pub(super) fn shared(&mut self) -> (&mut BTreeSet<String>, &mut BTreeSet<String>) {
        (&mut self.shared, &mut self.possibly_shared)
    }

    fn own_of(&self, stored: &Streams) -> Streams {
        let own = self.own.iter();
        let own = own.map(|name| (name.clone(), stored.get(name).cloned().unwrap_or_default()));
        own.collect()
    }
}

impl Wish {
    fn create(&mut self, name: &str) {
        self.statements
            .push(format!("CREATE STREAM {name} (id BIGINT)"));
        self.change(name, |columns| *columns = Some(vec!["id".to_owned()]));
    }

    fn add(&mut self, name: &str, added: &[String]) {
        let actions = added.iter().map(|it| format!("ADD COLUMN {it} INTEGER"));
        let actions = actions.collect::<Vec<_>>().join(", ");
        self.statements
            .push(format!("ALTER STREAM {name} {actions}"));
        self.change(name, |columns| {
            columns.get_or_insert_default().extend_from_slice(added);
        });
    }

    fn drop(&mut self, name: &str) {
        self.statements.push(format!("DROP STREAM {name}"));
        self.change(name, |columns| *columns = None);
    }

    fn change(&mut self, name: &str, change: impl FnOnce(&mut Option<Vec<String>>)) {
        let stream = self.streams.entry(name.to_owned()).or_default();
        stream.versions += 1;
        change(&mut stream.columns);
    }
}
