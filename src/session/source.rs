//! Where the rows of a portal come from.

use std::sync::Arc;

use futures::stream::{self, StreamExt};
use tokio::sync::{Mutex, watch};

use super::budget::{Budget, Share};
use super::{Row, RowStream};
use crate::error::{Error, ErrorKind, Result, TransactionState};
use crate::sql::Direction;

/// How many bytes of rows a cursor keeps to go back to, when nobody said that it
/// shall scroll.
const KEPT_BYTES: usize = 1 << 20;

/// The most rows that are handed out in one piece.
const BATCH_ROWS: usize = 1024;

/// A source that is being read, perhaps by a stream of its own.
pub(super) type SharedSource = Arc<Mutex<Source>>;

/// Whether a source can go back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scroll {
    /// `NO SCROLL`, and every portal of the protocol.
    No,
    /// Nothing was said: as long as the rows are few.
    Perhaps,
    /// `SCROLL`: as far as the session's budget goes.
    Yes,
}

/// The rows of a portal: a stream, and where a cursor stands in it.
pub(super) struct Source {
    /// Rows that came and were not handed out.
    batch: std::vec::IntoIter<Row>,
    /// The rows behind them.
    rest: Option<RowStream>,
    /// Tells what makes them how many are wanted since the beginning.
    wanted: Option<watch::Sender<usize>>,
    /// An error came out of it: whatever it would still answer is not to be trusted.
    has_failed: bool,
    scroll: Scroll,
    /// All rows that were handed out, to go back to, and their part of the budget.
    kept: Vec<Row>,
    share: Option<Share>,
    kept_bytes: usize,
    budget: Budget,
    /// How many rows came from the stream and were handed out.
    taken: usize,
    /// The row where it stands, from 1: 0 before the first, one more than there
    /// are behind the last.
    position: usize,
}

impl Source {
    pub(super) fn new(rest: RowStream, scroll: Scroll, budget: Budget) -> Self {
        Self {
            batch: Vec::new().into_iter(),
            rest: Some(rest),
            wanted: None,
            has_failed: false,
            scroll,
            kept: Vec::new(),
            share: None,
            kept_bytes: 0,
            budget,
            taken: 0,
            position: 0,
        }
    }

    /// The same rows, of which it tells how many are wanted.
    pub(super) fn telling(mut self, wanted: watch::Sender<usize>) -> Self {
        self.wanted = Some(wanted);
        self
    }

    /// The next rows, at most so many; none at the end.
    ///
    /// # Errors
    /// What goes wrong in the query; 53200 when a cursor that scrolls keeps too much.
    pub(super) async fn next(&mut self, limit: usize) -> Result<Vec<Row>> {
        if self.has_failed {
            return Err(state("the portal cannot be run"));
        }
        let rows = self.read(limit).await;
        rows.inspect_err(|_| self.has_failed = true)
    }

    async fn read(&mut self, wanted: usize) -> Result<Vec<Row>> {
        let limit = wanted.min(BATCH_ROWS);
        if limit == 0 {
            return Ok(Vec::new());
        }
        if self.position < self.taken && self.scroll != Scroll::No {
            let rest = &self.kept[self.position..];
            let rows = rest[..limit.min(rest.len())].to_vec();
            self.position += rows.len();
            return Ok(rows);
        }
        while self.batch.len() == 0 {
            match self.pull(wanted).await? {
                Some(rows) => self.batch = rows.into_iter(),
                None => {
                    self.position = self.taken + 1;
                    return Ok(Vec::new());
                }
            }
        }
        let rows: Vec<_> = self.batch.by_ref().take(limit).collect();
        self.keep(&rows)?;
        self.taken += rows.len();
        self.position = self.taken;
        Ok(rows)
    }

    /// The next rows of the stream, of which so many are wanted. What came before was
    /// handed out.
    async fn pull(&mut self, more: usize) -> Result<Option<Vec<Row>>> {
        let Some(mut rest) = self.rest.take() else {
            return Ok(None);
        };
        if let Some(wanted) = &self.wanted {
            wanted.send_replace(self.taken.saturating_add(more));
        }
        // Who gives up waiting here ends the query, and the portal cannot be run.
        self.has_failed = true;
        let next = rest.next().await.transpose();
        self.has_failed = false;
        let rows = next?;
        if rows.is_some() {
            self.rest = Some(rest);
        }
        Ok(rows)
    }

    fn keep(&mut self, rows: &[Row]) -> Result<()> {
        if self.scroll == Scroll::No {
            return Ok(());
        }
        self.kept_bytes += bytes(rows);
        if self.scroll == Scroll::Perhaps && self.kept_bytes > KEPT_BYTES {
            self.scroll = Scroll::No;
            self.kept = Vec::new();
            self.share = None;
            return Ok(());
        }
        self.budget.set(&mut self.share, self.kept_bytes)?;
        self.kept.extend_from_slice(rows);
        Ok(())
    }

    /// Reads the stream to its end, so that nothing is left of the query.
    ///
    /// # Errors
    /// What goes wrong in the query; 53200 when it is too much.
    pub(super) async fn hold(&mut self) -> Result<()> {
        let mut rows: Vec<Row> = self.batch.by_ref().collect();
        let mut held = self.kept_bytes + bytes(&rows);
        while let Some(more) = self.pull(usize::MAX).await? {
            held += bytes(&more);
            self.budget.set(&mut self.share, held)?;
            rows.extend(more);
        }
        self.batch = rows.into_iter();
        Ok(())
    }

    /// Goes where the direction says. Answers the rows there, or how many are to be
    /// read from here on.
    ///
    /// The rules are those of PostgreSQL's `DoPortalRunFetch`.
    ///
    /// # Errors
    /// Those of [`Source::next`]; 55000 when it cannot go back.
    async fn go(&mut self, direction: Direction) -> Result<Fetched> {
        let fetched = self.try_go(direction).await;
        fetched.inspect_err(|_| self.has_failed = true)
    }

    async fn try_go(&mut self, direction: Direction) -> Result<Fetched> {
        if self.has_failed {
            return Err(state("the portal cannot be run"));
        }
        let all = |count: Option<i64>| count.map_or(i64::MAX, |count| count);
        match direction {
            Direction::Forward(count) => match all(count) {
                0 => self.again(),
                count if count > 0 => Ok(Fetched::Next(unsigned(count))),
                count => self.back(unsigned(count)),
            },
            Direction::Backward(count) => match all(count) {
                0 => self.again(),
                count if count > 0 => self.back(unsigned(count)),
                count => Ok(Fetched::Next(unsigned(count))),
            },
            Direction::Absolute(row) if row >= 0 => self.seek(unsigned(row)).await,
            Direction::Absolute(row) => {
                self.must_scroll()?;
                while !self.next(usize::MAX).await?.is_empty() {}
                self.seek((self.taken + 1).saturating_sub(unsigned(row)))
                    .await
            }
            Direction::Relative(0) => self.again(),
            Direction::Relative(rows) if rows > 0 => {
                self.seek(self.position.saturating_add(unsigned(rows)))
                    .await
            }
            Direction::Relative(rows) => {
                self.seek(self.position.saturating_sub(unsigned(rows)))
                    .await
            }
        }
    }

    /// The row where it stands, once more.
    fn again(&mut self) -> Result<Fetched> {
        if self.position == 0 || self.position > self.taken {
            return Ok(Fetched::Rows(Vec::new()));
        }
        self.must_scroll()?;
        Ok(Fetched::Rows(vec![self.kept[self.position - 1].clone()]))
    }

    fn back(&mut self, count: usize) -> Result<Fetched> {
        if self.position == 0 {
            return Ok(Fetched::Rows(Vec::new()));
        }
        self.must_scroll()?;
        let end = self.position - 1;
        let start = end.saturating_sub(count);
        let rows = self.kept[start..end].iter().rev().cloned().collect();
        // Behind the first it stands before it.
        self.position = if count > end { 0 } else { start + 1 };
        Ok(Fetched::Rows(rows))
    }

    /// Goes to the row of this number.
    async fn seek(&mut self, row: usize) -> Result<Fetched> {
        if row <= self.position && self.position > 0 {
            self.must_scroll()?;
            self.position = row.saturating_sub(1);
        }
        if row == 0 {
            return Ok(Fetched::Rows(Vec::new()));
        }
        while self.position + 1 < row {
            if self.next(row - 1 - self.position).await?.is_empty() {
                return Ok(Fetched::Rows(Vec::new()));
            }
        }
        self.next(1).await.map(Fetched::Rows)
    }

    fn must_scroll(&self) -> Result<()> {
        if self.scroll != Scroll::No {
            return Ok(());
        }
        let error = state("cursor can only scan forward");
        Err(error.with_hint("Declare it with SCROLL option to enable backward scan."))
    }

    /// Whether it can go back.
    pub(super) fn is_scrollable(&self) -> bool {
        self.scroll != Scroll::No
    }
}

/// What a FETCH brought.
pub(super) enum Fetched {
    /// These rows.
    Rows(Vec<Row>),
    /// The next ones, so many.
    Next(usize),
}

/// Goes where the direction says; see [`Source::go`].
pub(super) async fn go(source: &SharedSource, direction: Direction) -> Result<Fetched> {
    source.lock().await.go(direction).await
}

/// The next rows as they come, at most so many.
pub(super) fn take(source: SharedSource, limit: usize) -> RowStream {
    let left = (source, limit);
    stream::unfold(left, |(source, limit)| async move {
        let rows = source.lock().await.next(limit).await;
        match rows {
            Ok(rows) if rows.is_empty() => None,
            Ok(rows) => {
                let left = limit - rows.len();
                Some((Ok(rows), (source, left)))
            }
            Err(error) => Some((Err(error), (source, 0))),
        }
    })
    .boxed()
}

/// What the portal is in no state for (55000).
fn state(message: &str) -> Error {
    Error::new(
        ErrorKind::TransactionState(TransactionState::PortalDone),
        message,
    )
}

fn unsigned(count: i64) -> usize {
    usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX)
}

fn bytes(rows: &[Row]) -> usize {
    rows.iter().flatten().map(super::Value::bytes).sum()
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;
    use crate::session::{SessionConfig, Value};

    const ROWS: i32 = 5;

    fn source(scroll: Scroll) -> Source {
        let rows = (1..=ROWS).map(|n| vec![Value::Int4(n)]);
        let batches: Vec<_> = rows.map(|row| Ok(vec![row])).collect();
        let budget = Budget::new(SessionConfig::default());
        Source::new(stream::iter(batches).boxed(), scroll, budget)
    }

    /// The numbers that a direction brings.
    async fn fetch(source: &mut Source, direction: Direction) -> Result<Vec<i32>> {
        let mut rows = match source.go(direction).await? {
            Fetched::Rows(rows) => rows,
            Fetched::Next(mut count) => {
                let mut all = Vec::new();
                loop {
                    let rows = source.next(count).await?;
                    if rows.is_empty() {
                        break all;
                    }
                    count -= rows.len();
                    all.extend(rows);
                }
            }
        };
        let number = |row: Row| match row[0] {
            Value::Int4(n) => n,
            _ => unreachable!("a number"),
        };
        Ok(rows.drain(..).map(number).collect())
    }

    #[tokio::test]
    async fn a_cursor_goes_where_postgresqls_goes() {
        use Direction::{Absolute, Backward, Forward, Relative};
        let mut cursor = source(Scroll::Yes);
        // Each step with what PostgreSQL 15 answers.
        let steps: [(Direction, &[i32]); 24] = [
            (Backward(Some(1)), &[]),
            (Forward(Some(0)), &[]),
            (Forward(Some(2)), &[1, 2]),
            (Forward(Some(0)), &[2]),
            (Relative(0), &[2]),
            (Backward(Some(1)), &[1]),
            (Backward(Some(1)), &[]),
            (Forward(Some(1)), &[1]),
            (Absolute(4), &[4]),
            (Relative(-2), &[2]),
            (Relative(1), &[3]),
            (Forward(None), &[4, 5]),
            (Forward(Some(1)), &[]),
            (Backward(Some(2)), &[5, 4]),
            (Backward(None), &[3, 2, 1]),
            (Absolute(-1), &[5]),
            (Absolute(-5), &[1]),
            (Absolute(-6), &[]),
            (Forward(Some(-1)), &[]),
            (Absolute(9), &[]),
            (Backward(Some(1)), &[5]),
            (Forward(Some(-1)), &[4]),
            (Absolute(0), &[]),
            (Forward(Some(1)), &[1]),
        ];
        for (step, (direction, expected)) in steps.into_iter().enumerate() {
            let found = fetch(&mut cursor, direction).await.expect("it scrolls");
            assert_eq!(found, expected, "step {step}: {direction:?}");
        }
    }

    #[tokio::test]
    async fn without_scroll_there_is_no_way_back() {
        use Direction::{Absolute, Backward, Forward, Relative};
        let mut cursor = source(Scroll::No);
        assert_eq!(fetch(&mut cursor, Absolute(2)).await.expect("forward"), [2]);
        let rest = fetch(&mut cursor, Forward(None)).await.expect("forward");
        assert_eq!(rest, [3, 4, 5]);
        for direction in [Backward(Some(1)), Absolute(1), Relative(0), Absolute(-1)] {
            let mut cursor = source(Scroll::No);
            fetch(&mut cursor, Absolute(2)).await.expect("forward");
            let error = fetch(&mut cursor, direction).await.expect_err("back");
            assert_eq!(error.sqlstate(), "55000", "{direction:?}");
            // What has failed once is not gone on with.
            let error = fetch(&mut cursor, Forward(None)).await.expect_err("failed");
            assert_eq!(error.sqlstate(), "55000", "{direction:?}");
        }
    }

    /// A FETCH that is cancelled ends what it waited for.
    #[tokio::test]
    async fn who_gives_up_waiting_has_ended_the_query() {
        let (query, is_running) = std::sync::mpsc::channel::<()>();
        let never = stream::once(async move {
            let _query = query;
            std::future::pending().await
        });
        let budget = Budget::new(SessionConfig::default());
        let mut cursor = Source::new(never.boxed(), Scroll::No, budget);
        assert!(cursor.next(1).now_or_never().is_none());
        let ended = is_running.try_recv().expect_err("nothing is sent");
        assert_eq!(ended, std::sync::mpsc::TryRecvError::Disconnected);
        let error = cursor.next(1).await.expect_err("failed");
        assert_eq!(error.sqlstate(), "55000");
    }

    #[tokio::test]
    async fn what_is_held_needs_no_stream() {
        let mut cursor = source(Scroll::No);
        fetch(&mut cursor, Direction::Forward(Some(2)))
            .await
            .expect("rows");
        cursor.hold().await.expect("few");
        assert!(cursor.rest.is_none());
        let rest = fetch(&mut cursor, Direction::Forward(None)).await;
        assert_eq!(rest.expect("rows"), [3, 4, 5]);
    }
}
