use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;

use super::cancel::Cancels;
use super::client::Client;
use super::startup::{Packet, Startup, VERSION};
use super::stop::{Stop, violation};

/// How long a cancel request waits until the statement it is for has heard it.
const HEARD: Duration = Duration::from_millis(250);

/// Reads what comes before a session: any encryption requests, each answered
/// with no, then who logs in. A cancel request is carried out and ends the
/// connection without a word.
///
/// # Errors
/// Those of [`Packet::decode`]; 08P01 when an encryption request comes twice.
pub(super) async fn shake_hands<S: AsyncRead + AsyncWrite + Unpin + Send>(
    client: &mut Client<S>,
    cancels: &Cancels,
) -> Result<Startup, Stop> {
    let (mut has_asked_tls, mut has_asked_gss) = (false, false);
    loop {
        let frame = client.packet().await?;
        let has_asked = match Packet::decode(&frame.body).map_err(Stop::Fatal)? {
            Packet::Tls => &mut has_asked_tls,
            Packet::GssEncryption => &mut has_asked_gss,
            Packet::Cancel { pid, secret } => {
                if let Some(signal) = cancels.cancel(pid, secret) {
                    // Whoever waits for the end of this connection knows then that the
                    // next statement is not the one that is cancelled. What cannot be
                    // cancelled any more is not waited for.
                    let _ = timeout(HEARD, signal.taken()).await;
                }
                return Err(Stop::Gone);
            }
            Packet::Startup(startup) => return Ok(negotiate(client, startup)),
        };
        if std::mem::replace(has_asked, true) {
            return Err(Stop::Fatal(violation("encryption was asked for twice")));
        }
        client.out.no_encryption();
        client.flush().await?;
    }
}

/// Tells a client that asks for more than there is what there is.
fn negotiate<S: AsyncRead + AsyncWrite + Unpin + Send>(
    client: &mut Client<S>,
    mut startup: Startup,
) -> Startup {
    let unknown_options = std::mem::take(&mut startup.unknown_options);
    if startup.is_newer || !unknown_options.is_empty() {
        client.out.negotiate_version(VERSION, unknown_options);
    }
    startup
}
