//! The layers: what each place says, and what is said of mistakes.

use std::path::Path;

use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

use super::Flags;
use crate::error::{Error, ErrorKind, Fault, Result};

/// The older registry's variables, and the keys they are short for.
const VELO: &[(&str, &str)] = &[
    ("VELO_SCHEMA_REGISTRY_URL", "http"),
    ("VELO_SCHEMA_CACHE_TTL", "cache.ttl"),
    ("VELO_SCHEMA_CACHE_SIZE", "cache.size"),
    ("VELO_SCHEMA_COMPATIBILITY", "registry.compatibility"),
    (
        "VELO_KAFKA_SCHEMA_SAMPLE_SIZE",
        "discovery.kafka_sample_size",
    ),
    ("VELO_FILE_SCHEMA_INFER_LINES", "discovery.file_infer_lines"),
    (
        "VELO_POSTGRES_SCHEMA_INCLUDE_VIEWS",
        "discovery.postgres_include_views",
    ),
];

/// One place that says something: the file, a variable or a flag.
pub(super) struct Layer {
    place: String,
    values: Dict,
}

impl Layer {
    fn new(place: String, key: &str, value: Value) -> Self {
        let values = figment::util::nest(key, value)
            .into_dict()
            .unwrap_or_default();
        Self { place, values }
    }

    pub(super) fn in_file(path: &Path, text: &str) -> Result<Self> {
        let values = toml::from_str(text).map_err(|error| {
            invalid(format!(
                "cannot read \"{}\": {}",
                path.display(),
                error.to_string().trim_end()
            ))
        })?;
        Ok(Self {
            place: format!("file {}", path.display()),
            values,
        })
    }

    pub(super) fn in_variable((name, text): &(String, String)) -> Option<Self> {
        let key = match name.strip_prefix("REKHA_")? {
            // Short, as the flags are.
            "LOG" => "log.filter".to_owned(),
            "LOG_FORMAT" => "log.format".to_owned(),
            "COMPATIBILITY" => "registry.compatibility".to_owned(),
            // Of the command line.
            "CONFIG" | "URL" => return None,
            // Kubernetes puts these there for a service called rekha.
            name if name.starts_with("SERVICE_") || name == "PORT" || name.starts_with("PORT_") => {
                return None;
            }
            name => name.to_ascii_lowercase().replace("__", "."),
        };
        Some(Self::new(
            format!("environment variable {name}"),
            &key,
            value(text),
        ))
    }

    pub(super) fn in_velo_variable((name, text): &(String, String)) -> Option<Self> {
        let (_, key) = VELO.iter().find(|(velo, _)| velo == name)?;
        let value = match *key {
            "cache.ttl" if text.bytes().all(|b| b.is_ascii_digit()) => format!("{text}s").into(),
            _ => value(text),
        };
        Some(Self::new(
            format!("environment variable {name}"),
            key,
            value,
        ))
    }

    pub(super) fn in_flags(flags: &Flags) -> impl Iterator<Item = Self> {
        let texts = [
            ("--listen", "listen", &flags.listen),
            ("--http", "http", &flags.http),
            ("--store", "store", &flags.store),
            (
                "--compatibility",
                "registry.compatibility",
                &flags.compatibility,
            ),
            ("--log", "log.filter", &flags.log),
            ("--log-format", "log.format", &flags.log_format),
        ];
        let texts = texts.into_iter().filter_map(|(flag, key, text)| {
            Some(Self::new(flag.to_owned(), key, text.clone()?.into()))
        });
        let insecure = flags
            .insecure
            .then(|| Self::new("--insecure".to_owned(), "insecure", true.into()));
        texts.chain(insecure)
    }
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.place.clone())
    }

    fn data(&self) -> figment::Result<Map<Profile, Dict>> {
        Ok(Profile::Default.collect(self.values.clone()))
    }
}

/// A variable's text as the value it spells: `true`, `7`, or itself.
fn value(text: &str) -> Value {
    match text.parse::<Value>() {
        Ok(value @ (Value::Bool(..) | Value::Num(..))) => value,
        _ => text.into(),
    }
}

/// Names the key, where it was said and what would do.
pub(super) fn refused(error: figment::Error, layers: &Figment) -> Error {
    let mut path = error.path.clone();
    let message = match &error.kind {
        figment::error::Kind::UnknownField(name, known) => {
            if path.last() != Some(name) {
                path.push(name.clone());
            }
            format!("unknown setting \"{}\"", path.join("."))
                + &place(&path, layers)
                + &format!(": expected one of {}", known.join(", "))
        }
        kind => format!(
            "invalid value for \"{}\"{}: {kind}",
            path.join("."),
            place(&path, layers)
        ),
    };
    invalid(message)
}

fn place(path: &[String], layers: &Figment) -> String {
    match layers.find_metadata(&path.join(".")) {
        Some(metadata) => format!(" in {}", metadata.name),
        None => String::new(),
    }
}

pub(super) fn invalid(message: String) -> Error {
    Error::new(ErrorKind::Internal(Fault::Config), message)
}
