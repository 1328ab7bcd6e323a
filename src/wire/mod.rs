//! Bytes to session and back: the PostgreSQL frontend/backend protocol,
//! version 3.0, on the server's side (PostgreSQL manual, chapter
//! "Frontend/Backend Protocol").
//!
//! # The life of a message
//!
//! A [`Wire`] accepts a connection and gives it a task. The `handshake` answers
//! encryption requests and reads the start-up packet, which opens a
//! [`Session`](crate::session::Session). From then on `Client` cuts what comes
//! in into frames, `frontend` makes a frame a message, `Connection` hands the
//! message to the session, and `backend` and `row` put the answer into one
//! buffer, which is written at the end of the answer.
//!
//! # Invariants
//!
//! * A length is judged before anything of that length is kept: before the
//!   start-up packet is read whole nobody holds more than
//!   [`WireConfig::max_startup_bytes`], afterwards large messages share
//!   [`WireConfig::large_message_budget_bytes`].
//! * Until the first ReadyForQuery every error is FATAL and closes the
//!   connection.
//! * A broken message costs its sender an error, never the connection, as long
//!   as its length was right. A panic costs one statement.
//! * What a client does not read stays in its result: no more than 64 KiB and
//!   one row are encoded ahead.
//! * A statement that runs stops when its client cancels it, is gone, or its
//!   time is up. A client in between statements is told when the server stops.
//! * There are no timers and no extra writes on the way of a message that is
//!   there in full.
//!
//! # What is not here
//!
//! No SQL and nothing of it: a message's text goes to the session unread. No
//! statements and portals: the session has them, this module remembers the
//! formats a Bind asked for. Nothing of `pgwire` but the encoders of its
//! messages and its type OIDs; its decoders take bytes that are not UTF-8 and
//! panic on short messages, so frames are decoded here.

mod answer;
mod backend;
mod cancel;
mod client;
mod config;
mod connection;
mod copy;
mod extended;
mod format;
mod frame;
mod frontend;
mod handshake;
mod notification;
mod row;
mod startup;
mod stop;
#[allow(clippy::module_inception)]
mod wire;

pub use config::WireConfig;
pub use wire::{OpenSession, Wire};
