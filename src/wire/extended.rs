//! The extended protocol: a statement is parsed, bound, described and executed
//! by messages of their own, in pipelines that end with Sync.

use tokio::io::{AsyncRead, AsyncWrite};

use crate::relation::Parameter;
use crate::session::Description;

use super::client::Ending;
use super::connection::Connection;
use super::format::Formats;
use super::frontend::{Bind, Target};
use super::stop::{Stop, violation};

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Connection<'_, S> {
    pub(super) async fn parse(
        &mut self,
        statement: &str,
        sql: &str,
        parameter_types: &[u32],
    ) -> Result<(), Stop> {
        let deadline = self.deadline();
        let prepare = self.session.prepare(statement, sql, parameter_types);
        self.client.run(prepare, deadline, &self.submission).await?;
        self.client.out.parsed();
        Ok(())
    }

    pub(super) async fn bind(&mut self, bind: &Bind<'_>) -> Result<(), Stop> {
        let (formats, parameters) = (bind.parameter_formats.len(), bind.parameters.len());
        if formats > 1 && formats != parameters {
            return Err(Stop::Wire(violation(format!(
                "bind message has {formats} parameter formats but {parameters} parameters"
            ))));
        }
        let formats = Formats::new(&bind.parameter_formats).map_err(Stop::Wire)?;
        let parameters: Vec<_> = bind
            .parameters
            .iter()
            .enumerate()
            .map(|(index, bytes)| Parameter {
                form: formats.of(index),
                bytes: *bytes,
            })
            .collect();
        let mut formats = Formats::new(&bind.result_formats).map_err(Stop::Wire)?;
        if self.formats.count() > self.session.portal_count() {
            self.formats
                .retain(|portal| self.session.has_portal(portal));
        }
        let deadline = self.deadline();
        let bound = self.session.bind(bind.portal, bind.statement, &parameters);
        self.client.run(bound, deadline, &self.submission).await?;
        // Only a list of formats can be too long or too short for the columns.
        if let Formats::Each(_) = formats {
            let description = self.session.describe_portal(bind.portal);
            match description.map_err(Stop::Session)?.columns {
                Some(columns) => {
                    if let Err(error) = formats.check(columns.len()) {
                        self.session.close_portal(bind.portal);
                        return Err(Stop::Wire(error));
                    }
                }
                None => formats = Formats::Text,
            }
        }
        self.formats.set(bind.portal, formats);
        self.client.out.bound();
        Ok(())
    }

    pub(super) fn describe(&mut self, target: &Target<'_>) -> Result<(), Stop> {
        match *target {
            Target::Statement(name) => {
                let description = self.session.describe_statement(name);
                let description = description.map_err(Stop::Session)?;
                self.client.out.parameters(&description.parameters);
                self.columns(description, &Formats::Text);
            }
            Target::Portal(name) => {
                let description = self.session.describe_portal(name);
                let formats = self.formats.get(name).clone();
                self.columns(description.map_err(Stop::Session)?, &formats);
            }
        }
        Ok(())
    }

    pub(super) async fn execute(&mut self, portal: &str, max_rows: i32) -> Result<(), Stop> {
        // Anything that is not positive is all rows.
        let max_rows = usize::try_from(max_rows).unwrap_or(0);
        let deadline = self.deadline();
        let alone = self.client.is_sync_next();
        let statement = self.session.execute_portal(portal, max_rows, alone);
        let run = self.client.run(statement, deadline, &self.submission);
        let mut outcome = run.await?;
        self.notices(&outcome.notices);
        let is_copy = outcome.copy.is_some();
        let formats = self.formats.get(portal).clone();
        let rows = match outcome.has_rows() {
            // A statement with rows changes nothing: it may still be stopped.
            true => {
                let ending = Ending::Open(deadline);
                self.send(&mut outcome, &formats, ending, deadline).await?
            }
            false => 0,
        };
        if outcome.has_rows() && !is_copy && max_rows > 0 && rows == max_rows {
            self.client.out.suspended();
        } else {
            self.client.out.complete(outcome.tag, outcome.count, rows);
        }
        Ok(())
    }

    fn columns(&mut self, description: Description, formats: &Formats) {
        match description.columns {
            Some(columns) => self.client.out.columns(&columns, formats),
            None => self.client.out.no_columns(),
        }
    }

    pub(super) fn close(&mut self, target: &Target<'_>) {
        match *target {
            Target::Statement(name) => self.session.close_statement(name),
            Target::Portal(name) => {
                self.session.close_portal(name);
                self.formats.remove(name);
            }
        }
        self.client.out.closed();
    }

    /// Ends a pipeline. What it commits is not taken away by a cancel any more.
    pub(super) async fn sync(&mut self) -> Result<(), Stop> {
        self.session.sync().await.map_err(Stop::Session)
    }
}
