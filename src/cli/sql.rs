//! `rekha sql`.

use std::future::poll_fn;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::pin::pin;
use std::process::ExitCode;

use futures::TryStreamExt;
use tokio_postgres::error::{DbError, ErrorPosition};
use tokio_postgres::{AsyncMessage, Client, NoTls, SimpleQueryMessage};

use super::message::Message;
use super::output::Rows;
use super::{Format, SqlArguments, script};

/// Runs what was asked for and answers the exit code: 1 after an error in a
/// statement, 2 when there is no connection.
pub async fn run(arguments: SqlArguments) -> ExitCode {
    let texts = match texts(&arguments) {
        Ok(texts) => texts,
        Err(message) => {
            eprintln!("rekha: {message}");
            return ExitCode::from(1);
        }
    };
    let connected = match arguments.url.parse::<tokio_postgres::Config>() {
        Ok(mut config) => config.application_name("rekha sql").connect(NoTls).await,
        Err(error) => Err(error),
    };
    let (client, mut connection) = match connected {
        Ok(connected) => connected,
        Err(error) => {
            eprint!("{}", no_connection(&arguments.url, &error));
            return ExitCode::from(2);
        }
    };
    let terminal = io::stdout().is_terminal();
    let format = arguments
        .format
        .unwrap_or(if terminal { Format::Table } else { Format::Csv });
    // The client ends the connection when it is dropped. What goes wrong with
    // the connection reaches the statement that waits for it.
    let notices = async {
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notice(notice) = message {
                eprint!("{}", message_of(&notice).words("", ""));
            }
        }
    };
    let (code, ()) = tokio::join!(run_all(client, &texts, format), notices);
    code
}

/// A text to send, and the place it is from: the file's name and the line.
struct Text {
    sql: String,
    from: Option<(String, usize)>,
}

/// `-c` is one text, a file has one a statement.
fn texts(arguments: &SqlArguments) -> Result<Vec<Text>, String> {
    let mut texts = Vec::new();
    if let Some(sql) = &arguments.command {
        texts.push(Text {
            sql: sql.clone(),
            from: None,
        });
    }
    if let Some(file) = &arguments.file {
        let script = read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let mut line = 1;
        for part in script::split(&script) {
            let sql = part.trim_start();
            let start = line + lines(&part[..part.len() - sql.len()]);
            line += lines(part);
            if !sql.is_empty() {
                let from = Some((file.display().to_string(), start));
                texts.push(Text {
                    sql: sql.to_owned(),
                    from,
                });
            }
        }
    }
    Ok(texts)
}

fn read(file: &Path) -> io::Result<String> {
    let text = if file == Path::new("-") {
        io::read_to_string(io::stdin())?
    } else {
        std::fs::read_to_string(file)?
    };
    // Some editors begin a UTF-8 file with a byte order mark.
    Ok(text
        .strip_prefix('\u{feff}')
        .map(ToOwned::to_owned)
        .unwrap_or(text))
}

fn lines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

async fn run_all(client: Client, texts: &[Text], format: Format) -> ExitCode {
    for text in texts {
        match run_text(&client, &text.sql, format).await {
            Ok(()) => {}
            Err(Failure::Statement(error)) => {
                eprint!("{}", failed(text, &error));
                return ExitCode::from(if error.is_closed() { 2 } else { 1 });
            }
            // Whoever reads the results has seen enough.
            Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
                return ExitCode::SUCCESS;
            }
            Err(Failure::Output(error)) => {
                eprintln!("rekha: cannot write the result: {error}");
                return ExitCode::from(1);
            }
        }
    }
    ExitCode::SUCCESS
}

enum Failure {
    Statement(tokio_postgres::Error),
    Output(io::Error),
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Statement(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

async fn run_text(client: &Client, sql: &str, format: Format) -> Result<(), Failure> {
    let mut answers = pin!(client.simple_query_raw(sql).await?);
    let mut result: Option<Rows> = None;
    while let Some(answer) = answers.try_next().await? {
        match answer {
            SimpleQueryMessage::RowDescription(columns) => {
                let columns = columns
                    .iter()
                    .map(|column| column.name().to_owned())
                    .collect();
                result = Some(Rows {
                    columns,
                    rows: Vec::new(),
                });
            }
            SimpleQueryMessage::Row(row) => {
                if let Some(result) = &mut result {
                    let values = (0..row.len()).map(|place| row.get(place).map(str::to_owned));
                    result.rows.push(values.collect());
                }
            }
            SimpleQueryMessage::CommandComplete(_) => {
                if let Some(result) = result.take() {
                    let mut output = io::stdout().lock();
                    result.write(format, &mut output)?;
                    output.flush()?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn failed(text: &Text, error: &tokio_postgres::Error) -> String {
    let Some(error) = error.as_db_error() else {
        return format!("rekha: {}\n", cause(error));
    };
    let message = message_of(error);
    let prefix = match &text.from {
        Some((file, line)) => format!("{file}:{}: ", line + message.line(&text.sql)),
        None => String::new(),
    };
    message.words(&prefix, &text.sql)
}

fn no_connection(url: &str, error: &tokio_postgres::Error) -> String {
    if let Some(error) = error.as_db_error() {
        return message_of(error).words("", "");
    }
    format!(
        "rekha: cannot connect to {}: {}\nHINT:  Is the server running? Start it with: rekha serve\n",
        without_password(url),
        cause(error)
    )
}

/// The password may stand before the `@` and after the `?`.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return "the server".to_owned();
    };
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let host = host.split_once('?').map_or(host, |(host, _)| host);
    format!("{scheme}://{host}")
}

/// The innermost cause, which says what happened.
fn cause(error: &tokio_postgres::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

fn message_of(error: &DbError) -> Message<'_> {
    Message {
        severity: error.severity(),
        message: error.message(),
        detail: error.detail(),
        hint: error.hint(),
        position: match error.position() {
            Some(ErrorPosition::Original(position)) => usize::try_from(*position).ok(),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_printed() {
        for (url, printed) in [
            ("postgres://127.0.0.1:7432", "postgres://127.0.0.1:7432"),
            ("postgres://me:secret@host:1/db", "postgres://host:1/db"),
            (
                "postgres://me:s@c?ret@host/db?password=ab",
                "postgres://host/db",
            ),
            ("host=/tmp password=secret", "the server"),
        ] {
            assert_eq!(without_password(url), printed);
        }
    }

    #[test]
    fn a_statement_of_a_file_knows_its_line() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("script.sql");
        std::fs::write(&file, "-- c\na;\n\n  b\n;c;\n").expect("a file");
        let arguments = SqlArguments {
            command: None,
            file: Some(file),
            url: String::new(),
            format: None,
        };
        let texts = texts(&arguments).expect("readable");
        let found: Vec<_> = texts
            .iter()
            .map(|text| (text.sql.as_str(), text.from.as_ref().map(|(_, line)| *line)))
            .collect();
        assert_eq!(
            found,
            [("-- c\na;", Some(1)), ("b\n;", Some(4)), ("c;", Some(5))]
        );
    }
}
