//! What `rekha` is told.

use std::path::PathBuf;

use super::Format;
use crate::config::Flags;

/// A schema registry you talk to in SQL, over the PostgreSQL wire protocol
#[derive(Debug, clap::Parser)]
#[command(name = "rekha", version, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    flags: Flags,
}

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Run the server (the default)
    Serve(Flags),
    /// Run SQL against a running server
    Sql(SqlArguments),
}

/// The arguments of `rekha sql`.
#[derive(Debug, clap::Args)]
#[group(id = "what", required = true, args = ["command", "file"])]
pub struct SqlArguments {
    /// SQL to run as one string: several statements are one transaction
    #[arg(short, long, value_name = "SQL")]
    pub command: Option<String>,
    /// A file of statements to run one by one, or - for standard input
    #[arg(short, long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Where the server is
    #[arg(
        long,
        env = "REKHA_URL",
        hide_env_values = true,
        default_value = "postgres://127.0.0.1:7432"
    )]
    pub url: String,
    /// How results are written [default: table on a terminal, csv otherwise]
    #[arg(long, value_enum)]
    pub format: Option<Format>,
}

impl Arguments {
    /// The command: `serve` when none was said.
    pub fn command(self) -> Command {
        self.command.unwrap_or(Command::Serve(self.flags))
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        <Arguments as CommandFactory>::command().debug_assert();
    }

    #[test]
    fn rekha_alone_serves() {
        for words in [
            &["rekha", "--listen", "x"][..],
            &["rekha", "serve", "--listen", "x"],
        ] {
            match Arguments::try_parse_from(words).map(Arguments::command) {
                Ok(Command::Serve(flags)) => assert_eq!(flags.listen.as_deref(), Some("x")),
                other => panic!("{words:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn sql_needs_something_to_run() {
        let parse = |words: &[&str]| Arguments::try_parse_from(words).is_ok();
        assert!(parse(&["rekha", "sql", "-c", "SHOW ALL"]));
        assert!(parse(&["rekha", "sql", "-f", "-", "--format", "json"]));
        assert!(!parse(&["rekha", "sql"]));
        assert!(!parse(&[
            "rekha", "sql", "-c", "SHOW ALL", "--format", "xml"
        ]));
    }
}
