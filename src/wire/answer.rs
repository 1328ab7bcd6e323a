//! What a statement answers, on its way to the client.

use futures::StreamExt;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;

use crate::relation::{Form, Row, check_binary};
use crate::session::{CopyFormat, Outcome, RowStream};

use super::client::Ending;
use super::connection::Connection;
use super::copy::Copier;
use super::format::Formats;
use super::stop::Stop;

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Connection<'_, S> {
    /// Sends the rows of an answer as they come, or what COPY makes of them. Answers
    /// how many there were.
    pub(super) async fn send(
        &mut self,
        outcome: &mut Outcome,
        formats: &Formats,
        ending: Ending,
        deadline: Option<Instant>,
    ) -> Result<usize, Stop> {
        if let Some(format) = outcome.copy.take() {
            return self.copy(outcome, &format, deadline).await;
        }
        let columns = outcome.columns.iter().enumerate();
        let mut binary = columns.filter(|(place, _)| formats.of(*place) == Form::Binary);
        binary
            .try_for_each(|(_, column)| check_binary(&column.column_type))
            .map_err(Stop::Session)?;
        let style = outcome.style;
        self.client
            .rows(&outcome.rows, formats, &style, ending)
            .await?;
        let mut count = outcome.rows.len();
        if let Some(mut rest) = outcome.rest.take() {
            while let Some(rows) = self.next(&mut rest, deadline).await? {
                count += rows.len();
                for row in &rows {
                    self.client.out.row(row, formats, &style);
                    self.client.push(ending).await?;
                }
            }
            self.session.finish().await.map_err(Stop::Session)?;
        }
        Ok(count)
    }

    async fn copy(
        &mut self,
        outcome: &mut Outcome,
        format: &CopyFormat,
        deadline: Option<Instant>,
    ) -> Result<usize, Stop> {
        let ending = Ending::Open(deadline);
        let (columns, style) = (outcome.columns.clone(), outcome.style);
        let mut copier = Copier::new(format, &columns, &style);
        if copier.form() == Form::Binary {
            let mut columns = columns.iter();
            columns
                .try_for_each(|column| check_binary(&column.column_type))
                .map_err(Stop::Session)?;
        }
        self.client.out.copy_out(columns.len(), copier.form());
        self.client.out.data(|out| copier.begin(out));
        let mut count = 0;
        if let Some(mut rest) = outcome.rest.take() {
            while let Some(rows) = self.next(&mut rest, deadline).await? {
                count += rows.len();
                for row in &rows {
                    self.client.out.data(|out| copier.row(out, row));
                    self.client.push(ending).await?;
                }
            }
            self.session.finish().await.map_err(Stop::Session)?;
        }
        self.client.out.data(|out| copier.end(out));
        self.client.out.copy_done();
        Ok(count)
    }

    /// The next rows of a stream. The session does not know of its errors.
    async fn next(
        &mut self,
        rest: &mut RowStream,
        deadline: Option<Instant>,
    ) -> Result<Option<Vec<Row>>, Stop> {
        let next = async { rest.next().await.transpose() };
        let next = self.client.run(next, deadline, &self.submission).await;
        next.map_err(|stop| match stop {
            Stop::Session(error) => Stop::Wire(error),
            stop => stop,
        })
    }
}
