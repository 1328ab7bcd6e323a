//! The pipeline against a model: whatever happens in between, each component is told
//! every commit of its tables once (nobody dies here), in order.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::fixture::{Fixture, Recorder, fixture};
use crate::astha::Config;

/// What may happen.
#[derive(Clone, Debug)]
enum Step {
    /// The registry commits rows of these tables.
    Own(Vec<bool>),
    /// Another program does.
    Foreign(Vec<bool>),
    /// A component refuses so many units.
    Refuse(usize, usize),
    /// A component is paused, or goes on.
    Pause(usize, bool),
    /// Everybody is told what there is.
    Activate,
    /// One of them is.
    ActivateOne(usize),
    /// A component goes and comes back.
    Leave(usize),
}

const NAMES: [&str; 3] = ["all", "namespaces", "streams"];
const TABLES: [&[&str]; 3] = [&["databases", "tables"], &["databases"], &["tables"]];

fn step() -> impl Strategy<Value = Step> {
    let rows = || prop::collection::vec(any::<bool>(), 1..4);
    let who = 0..NAMES.len();
    prop_oneof![
        4 => rows().prop_map(Step::Own),
        2 => rows().prop_map(Step::Foreign),
        2 => (who.clone(), 1..3_usize).prop_map(|(who, times)| Step::Refuse(who, times)),
        2 => (who.clone(), any::<bool>()).prop_map(|(who, paused)| Step::Pause(who, paused)),
        3 => Just(Step::Activate),
        2 => who.clone().prop_map(Step::ActivateOne),
        1 => who.prop_map(Step::Leave),
    ]
}

/// What is committed, and what of it each component was told.
struct Model {
    fixture: Fixture,
    recorders: Vec<std::sync::Arc<Recorder>>,
    committed: Vec<(bool, String)>,
    told: BTreeMap<usize, Vec<String>>,
}

impl Model {
    async fn new(batch_size: usize) -> Self {
        let fixture = fixture(Config {
            batch_size,
            // Failures here are no reason to leave anybody alone.
            breaker_failures: u32::MAX,
            ..Config::default()
        });
        let mut recorders = Vec::new();
        for (name, tables) in NAMES.into_iter().zip(TABLES) {
            recorders.push(fixture.recorder_of(name, tables).await);
        }
        Self {
            fixture,
            recorders,
            committed: Vec::new(),
            told: BTreeMap::new(),
        }
    }

    async fn take(&mut self, step: &Step) {
        let astha = &self.fixture.astha;
        match step {
            Step::Own(rows) => {
                let sql = self.rows(rows);
                self.fixture.own(&sql).await;
            }
            Step::Foreign(rows) => {
                let sql = self.rows(rows);
                self.fixture.foreign(&sql).await;
            }
            Step::Refuse(who, times) => *self.recorders[*who].refusals.lock() = *times,
            Step::Pause(who, true) => astha.pause(NAMES[*who]).unwrap(),
            Step::Pause(who, false) => astha.resume(NAMES[*who]).unwrap(),
            Step::Activate => drop(astha.activate().await),
            Step::ActivateOne(who) => drop(astha.activate_component(NAMES[*who]).await),
            Step::Leave(who) => {
                astha.unregister(NAMES[*who]).await.unwrap();
                let recorder = self.recorders[*who].clone();
                astha.register(recorder).await.unwrap();
            }
        }
        self.listen();
    }

    /// Rows of `tables` or of `databases`, with names that say in which order.
    fn rows(&mut self, rows: &[bool]) -> String {
        let mut sql = String::new();
        for is_stream in rows {
            let name = format!("n{:04}", self.committed.len());
            sql += &match is_stream {
                true => format!(
                    "INSERT INTO tables (database_id, name) VALUES ((SELECT min(id) FROM databases), '{name}');"
                ),
                false => super::fixture::add(&name),
            };
            self.committed.push((*is_stream, name));
        }
        sql
    }

    fn listen(&mut self) {
        for (who, recorder) in self.recorders.iter().enumerate() {
            let told = recorder.take();
            let units = told.iter().filter(|said| *said != "refused");
            let names = units.flat_map(|said| said.split(['"', ' ', ',']));
            let names = names.filter(|word| word.starts_with('n') && word.len() == 5);
            let all = self.told.entry(who).or_default();
            all.extend(names.map(ToOwned::to_owned));
        }
    }

    /// In the end everybody was told everything.
    async fn judge(mut self) {
        for (who, recorder) in self.recorders.iter().enumerate() {
            *recorder.refusals.lock() = 0;
            self.fixture.astha.resume(NAMES[who]).unwrap();
        }
        self.fixture.astha.activate().await.unwrap();
        self.listen();
        for (who, tables) in TABLES.into_iter().enumerate() {
            let is_told =
                |is_stream: bool| tables.contains(if is_stream { &"tables" } else { &"databases" });
            let committed = self
                .committed
                .iter()
                .filter(|(is_stream, _)| is_told(*is_stream));
            let expected: Vec<_> = committed.map(|(_, name)| name.clone()).collect();
            assert_eq!(self.told[&who], expected, "{}", NAMES[who]);
        }
        self.fixture.keep_house().await;
        let left = self.fixture.number("SELECT count(*) FROM __cdc_log").await;
        assert_eq!(left, 0, "what everybody has seen is gone");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn everybody_is_told_everything_in_order(
        batch_size in 1..5_usize,
        steps in prop::collection::vec(step(), 1..40),
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let mut model = Model::new(batch_size).await;
            for step in &steps {
                model.take(step).await;
            }
            model.judge().await;
        });
    }
}
