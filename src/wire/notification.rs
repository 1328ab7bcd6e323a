//! Notifications to the client: before ReadyForQuery, or while it is idle
//! (PostgreSQL manual, "Asynchronous Operations").

use tokio::io::{AsyncRead, AsyncWrite};

use super::client::Ending;
use super::connection::Connection;
use super::stop::Stop;

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Connection<'_, S> {
    /// Puts what has been notified into what is sent. A client that does not read it
    /// is let go of once it has missed some.
    pub(super) async fn notify(&mut self) -> Result<(), Stop> {
        let notifications = self.session.take_notifications();
        for notification in notifications.map_err(Stop::Fatal)? {
            self.client.out.notification(&notification);
            tokio::select! {
                biased;
                pushed = self.client.push(Ending::Settled) => pushed?,
                () = self.session.missed() => break,
            }
        }
        Ok(())
    }

    /// Waits for the beginning of the idle client's next message, and notifies it
    /// meanwhile.
    pub(super) async fn wait(&mut self) -> Result<(), Stop> {
        loop {
            tokio::select! {
                biased;
                begun = self.client.beginning() => return begun,
                () = self.session.notified() => {}
            }
            self.notify().await?;
            self.flush().await?;
        }
    }

    /// Writes everything, or as much as is read before the client has missed
    /// notifications.
    pub(super) async fn flush(&mut self) -> Result<(), Stop> {
        tokio::select! {
            biased;
            flushed = self.client.flush() => flushed,
            () = self.session.missed() => Ok(()),
        }
    }
}
