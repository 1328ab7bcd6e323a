//! Transactions and savepoints, statement by statement: what is answered, where
//! the session stands then, and which streams it and others see.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use rekha::registry::Registry;
use rekha::session::{Session, SessionOptions, TransactionStatus};

use crate::support::{Rekha, Store};

/// Conversations: each text with the tags of its statements, the SQLSTATE that
/// ends it, and the letter of ReadyForQuery. All are PostgreSQL 15's answers, but
/// for the word STREAM.
#[rustfmt::skip]
pub(crate) const CONVERSATIONS: &[&[(&str, &str)]] = &[
    // Outside a transaction there is nothing to go back to.
    &[
        ("SAVEPOINT a", "25P01 I"),
        ("RELEASE a", "25P01 I"),
        ("ROLLBACK TO a", "25P01 I"),
        ("SHOW STREAMS; SAVEPOINT a", "SHOW 25P01 I"),
        ("SHOW STREAMS; RELEASE a", "SHOW 25P01 I"),
        ("SHOW STREAMS; ROLLBACK TO a", "SHOW 25P01 I"),
        ("BEGIN; SAVEPOINT a; COMMIT; ROLLBACK TO a", "BEGIN SAVEPOINT COMMIT 25P01 I"),
    ],
    // Names.
    &[
        ("BEGIN", "BEGIN T"),
        ("RELEASE a", "3B001 E"),
        ("ROLLBACK TO a", "3B001 E"),
        ("ROLLBACK", "ROLLBACK I"),
    ],
    &[
        ("BEGIN; SAVEPOINT a; SAVEPOINT b; SAVEPOINT a", "BEGIN SAVEPOINT SAVEPOINT SAVEPOINT T"),
        ("RELEASE a; ROLLBACK TO b; RELEASE a", "RELEASE ROLLBACK RELEASE T"),
        ("ROLLBACK TO b", "3B001 E"),
        ("COMMIT", "ROLLBACK I"),
    ],
    // A failed transaction hears of its end and of the way back only.
    &[
        ("BEGIN; SAVEPOINT a", "BEGIN SAVEPOINT T"),
        ("DESCRIBE nothing", "42P01 E"),
        ("SHOW STREAMS", "25P02 E"),
        ("SAVEPOINT b", "25P02 E"),
        ("RELEASE a", "25P02 E"),
        ("BEGIN", "25P02 E"),
        ("ROLLBACK TO b", "3B001 E"),
        ("ROLLBACK TO a", "ROLLBACK T"),
        ("nonsense", "42601 E"),
        ("ROLLBACK TO a; RELEASE a; SAVEPOINT a", "ROLLBACK RELEASE SAVEPOINT T"),
        ("DESCRIBE nothing", "42P01 E"),
        ("COMMIT", "ROLLBACK I"),
        ("ROLLBACK TO a", "25P01 I"),
    ],
    // The rest of the text is not heard, the next one is.
    &[
        ("BEGIN; SAVEPOINT a; DESCRIBE nothing; ROLLBACK TO a", "BEGIN SAVEPOINT 42P01 E"),
        ("ROLLBACK TO a; COMMIT", "ROLLBACK COMMIT I"),
    ],
    // Ends, and what they chain.
    &[
        ("COMMIT", "COMMIT I"),
        ("ROLLBACK", "ROLLBACK I"),
        ("COMMIT AND CHAIN", "25P01 I"),
        ("SHOW STREAMS; COMMIT AND CHAIN", "SHOW 25P01 I"),
        ("SHOW STREAMS; ROLLBACK AND CHAIN", "SHOW 25P01 I"),
        ("SHOW STREAMS; COMMIT; SHOW STREAMS; ROLLBACK", "SHOW COMMIT SHOW ROLLBACK I"),
        ("BEGIN; BEGIN; SAVEPOINT a; COMMIT AND CHAIN", "BEGIN BEGIN SAVEPOINT COMMIT T"),
        ("ROLLBACK TO a", "3B001 E"),
        ("COMMIT AND CHAIN", "ROLLBACK T"),
        ("COMMIT AND NO CHAIN", "COMMIT I"),
    ],
    // Modes.
    &[
        ("BEGIN READ ONLY; SET TRANSACTION READ WRITE", "BEGIN SET T"),
        ("SET TRANSACTION READ ONLY; SHOW STREAMS", "SET SHOW T"),
        ("SET TRANSACTION READ WRITE", "25001 E"),
        ("ROLLBACK; BEGIN; SHOW TimeZone; UNLISTEN *", "ROLLBACK BEGIN SHOW UNLISTEN T"),
        ("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "SET T"),
        ("DEALLOCATE ALL", "DEALLOCATE ALL T"),
        ("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "SET T"),
        ("BEGIN ISOLATION LEVEL READ COMMITTED", "25001 E"),
        ("ROLLBACK; BEGIN; SAVEPOINT a", "ROLLBACK BEGIN SAVEPOINT T"),
        ("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "25001 E"),
        ("ROLLBACK TO a; SET TRANSACTION ISOLATION LEVEL READ COMMITTED", "ROLLBACK SET T"),
        ("SET TRANSACTION DEFERRABLE", "25001 E"),
        ("ROLLBACK TO a; RELEASE a; SET TRANSACTION DEFERRABLE", "ROLLBACK RELEASE SET T"),
        ("SHOW STREAMS; SET transaction_deferrable = on", "SHOW 25001 E"),
        ("ROLLBACK; SHOW STREAMS; BEGIN ISOLATION LEVEL SERIALIZABLE", "ROLLBACK SHOW 25001 I"),
    ],
    // READ ONLY.
    &[
        ("BEGIN READ ONLY; SAVEPOINT a", "BEGIN SAVEPOINT T"),
        ("CREATE STREAM r (a INT)", "25006 E"),
        ("ROLLBACK TO a; ALTER STREAM nothing ADD COLUMN a INT", "ROLLBACK 25006 E"),
        ("ROLLBACK TO a; DROP STREAM IF EXISTS nothing", "ROLLBACK 25006 E"),
        ("ROLLBACK TO a; SET TRANSACTION READ WRITE", "ROLLBACK 25001 E"),
        ("ROLLBACK; BEGIN; SAVEPOINT a; SET TRANSACTION READ ONLY", "ROLLBACK BEGIN SAVEPOINT SET T"),
        ("RELEASE a; CREATE STREAM r (a INT); ROLLBACK", "RELEASE CREATE STREAM ROLLBACK I"),
        ("SET TRANSACTION READ ONLY; CREATE STREAM r (a INT)", "SET 25006 I"),
        ("SET default_transaction_read_only = on", "SET I"),
        ("CREATE STREAM r (a INT)", "25006 I"),
        ("SET TRANSACTION READ WRITE; CREATE STREAM r (a INT)", "SET CREATE STREAM I"),
        ("BEGIN READ WRITE; DROP STREAM r; COMMIT", "BEGIN DROP STREAM COMMIT I"),
    ],
];

/// What a session answers to a text, as in [`CONVERSATIONS`].
async fn answer(session: &mut Session, text: &str) -> String {
    let mut words = Vec::new();
    let mut begun = session.begin_script(text).map(drop);
    while begun.is_ok() {
        match session.step().await {
            Ok(Some(outcome)) => words.push(outcome.tag),
            Ok(None) => break,
            Err(error) => begun = Err(error),
        }
    }
    words.extend(begun.err().map(|error| error.sqlstate()));
    words.push(match session.transaction_status() {
        TransactionStatus::Idle => "I",
        TransactionStatus::Active => "T",
        TransactionStatus::Failed => "E",
    });
    words.join(" ")
}

async fn open(store: &Store) -> Arc<Registry> {
    let builder = Registry::builder().sqlite(store.file());
    builder.build().await.unwrap()
}

fn session(registry: &Arc<Registry>) -> Session {
    Session::new(registry.clone(), SessionOptions::default()).unwrap()
}

#[tokio::test]
async fn conversations_go_as_in_postgresql() {
    let store = Store::new();
    let registry = open(&store).await;
    for conversation in CONVERSATIONS {
        let mut session = session(&registry);
        for (text, expected) in *conversation {
            assert_eq!(answer(&mut session, text).await, *expected, "{text}");
        }
    }
}

// ---- against a model

const SAVEPOINTS: [&str; 2] = ["a", "b"];
const STREAMS: [&str; 2] = ["s", "t"];

/// A statement of the model.
#[derive(Clone, Debug)]
enum Step {
    Begin,
    Commit,
    Rollback,
    Savepoint(&'static str),
    Release(&'static str),
    RollbackTo(&'static str),
    Create(&'static str),
    Alter(&'static str),
    Drop(&'static str),
    Set(u8),
    Fail,
}

impl Step {
    /// As SQL; an added column takes a name that is used once.
    fn sql(&self, column: usize) -> String {
        match self {
            Self::Begin => "BEGIN".to_owned(),
            Self::Commit => "COMMIT".to_owned(),
            Self::Rollback => "ROLLBACK".to_owned(),
            Self::Savepoint(name) => format!("SAVEPOINT {name}"),
            Self::Release(name) => format!("RELEASE {name}"),
            Self::RollbackTo(name) => format!("ROLLBACK TO {name}"),
            Self::Create(stream) => format!("CREATE STREAM {stream} (id INT)"),
            Self::Alter(stream) => format!("ALTER STREAM {stream} ADD COLUMN c{column} INT"),
            Self::Drop(stream) => format!("DROP STREAM {stream}"),
            Self::Set(value) => format!("SET my.x = '{value}'"),
            Self::Fail => "DESCRIBE nothing".to_owned(),
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    let savepoint = || select(&SAVEPOINTS[..]);
    let stream = || select(&STREAMS[..]);
    prop_oneof![
        2 => Just(Step::Begin),
        1 => Just(Step::Commit),
        1 => Just(Step::Rollback),
        4 => savepoint().prop_map(Step::Savepoint),
        2 => savepoint().prop_map(Step::Release),
        4 => savepoint().prop_map(Step::RollbackTo),
        3 => stream().prop_map(Step::Create),
        4 => stream().prop_map(Step::Alter),
        2 => stream().prop_map(Step::Drop),
        1 => any::<u8>().prop_map(Step::Set),
        2 => Just(Step::Fail),
    ]
}

/// What can be seen, copied as a whole.
#[derive(Clone, Debug, Default, PartialEq)]
struct State {
    /// Version and columns of each stream.
    streams: BTreeMap<&'static str, (i32, i32)>,
    /// The last version number of each name: none is given twice.
    numbers: BTreeMap<&'static str, i32>,
    setting: u8,
}

/// A stack of copied states.
#[derive(Default)]
struct Model {
    committed: State,
    transaction: Option<Transaction>,
}

struct Transaction {
    is_explicit: bool,
    has_failed: bool,
    now: State,
    savepoints: Vec<(&'static str, State)>,
}

impl Model {
    fn now(&mut self) -> &mut State {
        match &mut self.transaction {
            Some(transaction) => &mut transaction.now,
            None => &mut self.committed,
        }
    }

    fn status(&self) -> &'static str {
        match &self.transaction {
            Some(transaction) if transaction.has_failed => "E",
            Some(_) => "T",
            None => "I",
        }
    }

    fn begin(&mut self, is_explicit: bool) {
        self.transaction = Some(Transaction {
            is_explicit,
            has_failed: false,
            now: self.committed.clone(),
            savepoints: Vec::new(),
        });
    }

    /// What a text of these statements answers.
    fn text(&mut self, steps: &[Step]) -> String {
        let mut words = Vec::new();
        for step in steps {
            if self.transaction.is_none() && steps.len() > 1 {
                self.begin(false);
            }
            match self.step(step) {
                Ok(tag) => words.push(tag),
                Err(sqlstate) => {
                    words.push(sqlstate);
                    match &mut self.transaction {
                        Some(transaction) if transaction.is_explicit => {
                            transaction.has_failed = true;
                        }
                        implicit => *implicit = None,
                    }
                    break;
                }
            }
        }
        if let Some(transaction) = self.transaction.take_if(|own| !own.is_explicit) {
            self.committed = transaction.now;
        }
        words.push(self.status());
        words.join(" ")
    }

    fn step(&mut self, step: &Step) -> Result<&'static str, &'static str> {
        let has_failed = self.status() == "E";
        match step {
            Step::Commit if !has_failed => {
                if let Some(transaction) = self.transaction.take() {
                    self.committed = transaction.now;
                }
                return Ok("COMMIT");
            }
            Step::Commit | Step::Rollback => {
                self.transaction = None;
                return Ok("ROLLBACK");
            }
            Step::RollbackTo(name) => {
                let (transaction, index) = self.savepoint(name)?;
                transaction.savepoints.truncate(index + 1);
                transaction.now = transaction.savepoints[index].1.clone();
                transaction.has_failed = false;
                return Ok("ROLLBACK");
            }
            _ if has_failed => return Err("25P02"),
            Step::Release(name) => {
                let (transaction, index) = self.savepoint(name)?;
                transaction.savepoints.truncate(index);
                return Ok("RELEASE");
            }
            Step::Savepoint(name) => {
                let transaction = self.explicit()?;
                let state = transaction.now.clone();
                transaction.savepoints.push((name, state));
                return Ok("SAVEPOINT");
            }
            Step::Begin => {
                match &mut self.transaction {
                    Some(transaction) => transaction.is_explicit = true,
                    None => self.begin(true),
                }
                return Ok("BEGIN");
            }
            _ => {}
        }
        let State {
            streams,
            numbers,
            setting,
        } = self.now();
        match step {
            Step::Create(name) if streams.contains_key(name) => Err("42P07"),
            Step::Create(name) => {
                let number = numbers.entry(name).or_default();
                *number += 1;
                streams.insert(name, (*number, 1));
                Ok("CREATE STREAM")
            }
            Step::Alter(name) => {
                let (version, columns) = streams.get_mut(name).ok_or("42P01")?;
                *version += 1;
                *columns += 1;
                numbers.insert(name, *version);
                Ok("ALTER STREAM")
            }
            Step::Drop(name) => {
                let (version, _) = streams.remove(name).ok_or("42P01")?;
                numbers.insert(name, version + 1);
                Ok("DROP STREAM")
            }
            Step::Set(value) => {
                *setting = *value;
                Ok("SET")
            }
            _ => Err("42P01"),
        }
    }

    fn explicit(&mut self) -> Result<&mut Transaction, &'static str> {
        let transaction = self.transaction.as_mut();
        transaction.filter(|own| own.is_explicit).ok_or("25P01")
    }

    fn savepoint(&mut self, name: &str) -> Result<(&mut Transaction, usize), &'static str> {
        let transaction = self.explicit()?;
        let mut names = transaction.savepoints.iter().map(|(own, _)| *own);
        let index = names.rposition(|own| own == name).ok_or("3B001")?;
        Ok((transaction, index))
    }
}

/// The streams a session sees, as the model has them.
async fn seen(session: &mut Session) -> Vec<String> {
    let outcomes = session.execute("SHOW STREAMS").await.unwrap();
    let rows = outcomes[0].rows.iter();
    rows.map(|row| format!("{:?} {:?} {:?}", row[1], row[2], row[4]))
        .collect()
}

fn expected(state: &State) -> Vec<String> {
    use rekha::session::Value;
    let streams = state.streams.iter();
    streams
        .map(|(name, (version, columns))| {
            let (version, columns) = (Value::Int4(*version), Value::Int4(*columns));
            format!("{:?} {version:?} {columns:?}", Value::text(*name))
        })
        .collect()
}

async fn holds(texts: &[Vec<Step>]) -> Result<(), TestCaseError> {
    let store = Store::new();
    let registry = open(&store).await;
    let (mut session, mut other) = (session(&registry), session(&registry));
    session.execute("SET my.x = '0'").await.unwrap();
    let mut model = Model::default();
    let mut columns = 0..;
    for steps in texts {
        let words = steps.iter().zip(&mut columns);
        let words: Vec<_> = words.map(|(step, column)| step.sql(column)).collect();
        let text = words.join("; ");
        let answered = answer(&mut session, &text).await;
        prop_assert_eq!(answered, model.text(steps), "{}", text);
        prop_assert_eq!(
            seen(&mut other).await,
            expected(&model.committed),
            "{}",
            text
        );
        if model.status() != "E" {
            prop_assert_eq!(seen(&mut session).await, expected(model.now()), "{}", text);
            let shown = session.execute("SHOW my.x").await.unwrap();
            let setting = shown[0].rows.iter().next().map(|row| row[0].clone());
            let wanted = rekha::session::Value::text(model.now().setting.to_string());
            prop_assert_eq!(setting, Some(wanted), "{}", text);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_conversation_goes_as_a_stack_of_copies_would(
        texts in vec(prop_oneof![4 => vec(step(), 1), 1 => vec(step(), 2..4)], 1..60),
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(holds(&texts))?;
    }
}

// ---- beside others

#[tokio::test]
async fn an_idle_transaction_holds_nothing_of_the_store() {
    let rekha = Rekha::start();
    let client = rekha.connect().await;
    client.rows("CREATE STREAM s (a INT)").await;
    client
        .rows("BEGIN; ALTER STREAM s ADD COLUMN b INT; SAVEPOINT a; ALTER STREAM s ADD COLUMN c INT; SHOW STREAMS")
        .await;

    let outside = rekha.store().open_outside();
    outside
        .execute_batch("BEGIN IMMEDIATE; CREATE TABLE somebody_elses (a INT); COMMIT")
        .unwrap();
    let (is_busy, left): (bool, i64) = outside
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!((is_busy, left), (false, 0));

    client.rows("ROLLBACK TO a; COMMIT").await;
    assert_eq!(client.rows("DESCRIBE s").await.len(), 2);
}
