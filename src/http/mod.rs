//! Health and metrics over HTTP.
//!
//! | path | answers |
//! | --- | --- |
//! | `/health/schema-registry` | JSON: `status`, `cache`, `providers`, `last_discovery`, `components`; 503 when something is not healthy |
//! | `/livez` | 200 as long as the process answers |
//! | `/readyz` | 200 when the store can be read, else 503 |
//! | `/metrics` | what is counted, for Prometheus (OpenMetrics 1.0 text) |
//!
//! Nothing here changes anything, and nothing waits for long: a store that does not
//! answer within two seconds is not healthy, and what is known without it is told all
//! the same. A client that does not ask, or does not take its answer, is let go of.

mod connection;
mod health;
mod http;
mod metrics;
mod probe;

pub use http::Http;
