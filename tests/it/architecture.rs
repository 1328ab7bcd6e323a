//! The shape of the house: who may know whom.
//!
//! Reads the sources, without their comments and their tests, and fails on a
//! `use` that the table does not allow. A new edge is a decision; it is made in
//! [`ALLOWED`].

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The modules at the top of the crate and the ones each may name.
const ALLOWED: &[(&str, &[&str])] = &[
    // The vocabulary and other leaves.
    ("error", &[]),
    ("tasks", &["error"]),
    // Places where a test may kill the process.
    ("failpoint", &[]),
    // What more than one layer says to its callers, and what neither owns: a
    // notice begins in the registry and ends on the wire; a position is how the
    // store, its events and the cache of them agree on a state; a dead letter is a
    // change that a component gave up, from the pipeline to where it is kept; a
    // relation is rows, from whoever has them to whoever shows them.
    ("dead_letter", &["error", "position"]),
    ("notice", &[]),
    ("position", &[]),
    ("relation", &["error", "schema"]),
    ("schema", &["error"]),
    ("sqlite", &["error", "tasks"]),
    // Pure.
    ("evolution", &["error", "schema"]),
    ("sql", &["error", "schema"]),
    // Durable truth and its events; they meet in the database only.
    (
        "store",
        &["dead_letter", "error", "position", "schema", "sqlite"],
    ),
    (
        "astha",
        &[
            "dead_letter",
            "error",
            "failpoint",
            "position",
            "sqlite",
            "tasks",
        ],
    ),
    // The library's face, and the conversation with it.
    (
        "registry",
        &[
            "astha",
            "dead_letter",
            "error",
            "evolution",
            "notice",
            "position",
            "relation",
            "schema",
            "store",
            "tasks",
        ],
    ),
    // SELECT. DataFusion stays in it.
    ("query", &["error", "registry", "relation", "schema", "sql"]),
    (
        "session",
        &[
            "error",
            "evolution",
            "notice",
            "query",
            "registry",
            "relation",
            "schema",
            "sql",
            "tasks",
        ],
    ),
    // The server.
    ("wire", &["error", "relation", "session", "tasks"]),
    ("http", &["registry", "tasks"]),
    (
        "config",
        &[
            "astha", "error", "query", "registry", "schema", "session", "sqlite", "store", "wire",
        ],
    ),
    ("cli", &["config", "error"]),
    (
        "server",
        &[
            "astha", "config", "error", "http", "query", "registry", "schema", "session", "sqlite",
            "store", "tasks", "wire",
        ],
    ),
    (
        "main",
        &["cli", "config", "error", "failpoint", "server", "tasks"],
    ),
];

/// The crates that stay behind one door.
const DOORS: &[(&str, &[&str])] = &[
    ("arrow_array", &["evolution", "query", "schema"]),
    ("arrow_buffer", &["evolution", "query", "schema"]),
    ("arrow_cast", &["evolution", "query", "schema"]),
    ("arrow_schema", &["evolution", "query", "schema"]),
    ("arrow_select", &["evolution", "query", "schema"]),
    ("axum", &["http"]),
    ("fail", &["failpoint"]),
    ("pgwire", &["wire"]),
    ("prometheus_client", &["astha", "http", "registry"]),
    ("datafusion", &["query"]),
    ("datafusion_pg_catalog", &["query"]),
    // The Parser is sql's; the tree that it makes of a query is read by query.
    ("sqlparser", &["query", "sql"]),
    ("rusqlite", &["astha", "sqlite", "store"]),
    ("rusqlite_migration", &["sqlite", "store"]),
    ("tokio_postgres", &["cli"]),
    ("postgres_types", &["relation"]),
    ("clap", &["cli", "config", "main"]),
    ("mimalloc", &["main"]),
    ("figment", &["config"]),
    ("moka", &["registry", "session"]),
    ("tracing_subscriber", &["main"]),
];

/// Words that only one module may say.
const WORDS: &[(&str, &[&str])] = &[
    ("Connection::open", &["sqlite"]),
    ("std::process::exit", &["main"]),
];

/// Modules without I/O, clocks and tasks, and what gives them away.
const PURE: &[&str] = &["evolution", "relation", "schema", "sql"];
const IMPURE: &[&str] = &[
    "async fn",
    "tokio::",
    "std::env",
    "std::fs",
    "std::net",
    "std::thread",
    "Instant::now",
    "SystemTime::now",
    "Utc::now",
];

/// A file past this length has two subjects.
const MAX_LINES: usize = 700;

#[test]
fn modules_know_only_whom_they_may() {
    let allowed: BTreeMap<_, _> = ALLOWED.iter().copied().collect();
    let mut violations = Vec::new();
    for source in sources().iter().filter(|source| source.module != "lib") {
        let Some(allowed) = allowed.get(source.module.as_str()) else {
            violations.push(format!("{}: not in the table", source.path));
            continue;
        };
        for named in source.modules_named() {
            if named != source.module && !allowed.contains(&named.as_str()) {
                violations.push(format!("{}: names {named}", source.path));
            }
        }
    }
    assert_none(violations);
}

#[test]
fn the_table_has_no_circle() {
    let mut rest: BTreeMap<&str, BTreeSet<&str>> = ALLOWED
        .iter()
        .map(|(module, allowed)| (*module, allowed.iter().copied().collect()))
        .collect();
    while let Some(leaf) = rest
        .iter()
        .find(|(_, allowed)| allowed.is_empty())
        .map(|(module, _)| *module)
    {
        rest.remove(leaf);
        for allowed in rest.values_mut() {
            allowed.remove(leaf);
        }
    }
    assert!(rest.is_empty(), "in a circle or without a line: {rest:?}");
}

#[test]
fn other_crates_stay_behind_their_door() {
    let paths = DOORS
        .iter()
        .map(|(krate, doors)| (format!("{krate}::"), *doors));
    let words = WORDS
        .iter()
        .map(|(word, doors)| ((*word).to_owned(), *doors));
    let guarded: Vec<_> = paths.chain(words).collect();
    let mut violations = Vec::new();
    for source in sources() {
        for (word, doors) in &guarded {
            if source.says(word) && !doors.contains(&source.module.as_str()) {
                violations.push(format!("{}: says {word}", source.path));
            }
        }
    }
    assert_none(violations);
}

#[test]
fn pure_modules_are_pure() {
    let mut violations = Vec::new();
    for source in sources() {
        if PURE.contains(&source.module.as_str()) {
            for word in IMPURE.iter().filter(|word| source.says(word)) {
                violations.push(format!("{}: says {word}", source.path));
            }
        }
    }
    assert_none(violations);
}

#[test]
fn files_are_short_and_folders_have_a_door() {
    let mut violations = Vec::new();
    for source in sources() {
        if source.lines > MAX_LINES {
            violations.push(format!("{}: {} lines", source.path, source.lines));
        }
        let file = Path::new(&source.path);
        let folder = file.parent().unwrap();
        if folder != Path::new("src") && !root().join(folder).join("mod.rs").exists() {
            violations.push(format!("{}: no mod.rs beside it", source.path));
        }
        if file.ends_with("mod.rs") && source.code.contains("fn ") {
            violations.push(format!("{}: logic in a mod.rs", source.path));
        }
    }
    assert_none(violations);
}

fn assert_none(mut violations: Vec<String>) {
    violations.sort();
    violations.dedup();
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}

/// One file under `src`.
struct Source {
    /// `src/registry/cache.rs`
    path: String,
    /// `registry`; `main` and `lib` for the two roots.
    module: String,
    /// Its text without comments and tests.
    code: String,
    /// How long it is, with its tests.
    lines: usize,
}

impl Source {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let relative = path.strip_prefix(root()).unwrap();
        let first = relative.components().nth(1).unwrap().as_os_str();
        // Tests may know whom they like.
        let is_test = relative.iter().any(|part| part == "tests");
        Self {
            path: relative.to_string_lossy().into_owned(),
            module: Path::new(first)
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned(),
            code: if is_test {
                String::new()
            } else {
                code_of(&text)
            },
            lines: text.lines().count(),
        }
    }

    /// The modules named by `crate::x`, `crate::{x, y::z}`, and in `main.rs` by
    /// `rekha::x`.
    fn modules_named(&self) -> BTreeSet<String> {
        let root = if self.module == "main" {
            "rekha::"
        } else {
            "crate::"
        };
        let mut named = BTreeSet::new();
        for (position, _) in self.code.match_indices(root) {
            if is_word_at(&self.code, position) {
                named.extend(first_segments(&self.code[position + root.len()..]));
            }
        }
        named
    }

    fn says(&self, word: &str) -> bool {
        self.code
            .match_indices(word)
            .any(|(position, _)| is_word_at(&self.code, position))
    }
}

/// The first segment of a path, or those of a group: `x::y` is `x`,
/// `{a::b, c::{d, e}}` is `a` and `c`.
fn first_segments(path: &str) -> Vec<String> {
    let Some(group) = path.strip_prefix('{') else {
        return vec![leading_ident(path)];
    };
    let mut segments = vec![leading_ident(group)];
    let mut depth = 1;
    for (position, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => segments.push(leading_ident(&group[position + 1..])),
            _ => (),
        }
        if depth == 0 {
            break;
        }
    }
    segments.retain(|segment| !segment.is_empty());
    segments
}

fn leading_ident(text: &str) -> String {
    text.trim_start()
        .chars()
        .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
        .collect()
}

/// False when the word is the tail of a longer one.
fn is_word_at(code: &str, position: usize) -> bool {
    !code[..position].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_')
}

/// The text without comment lines and without the tests at its end.
fn code_of(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod ").unwrap_or(text.len());
    text[..end]
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file under `src` that is not tests only.
fn sources() -> Vec<Source> {
    let mut files = Vec::new();
    collect(&root().join("src"), &mut files);
    assert!(!files.is_empty());
    files.sort();
    files.iter().map(|file| Source::read(file)).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_tests = path.file_stem().is_some_and(|stem| stem == "tests");
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !is_tests {
            files.push(path);
        }
    }
}

#[test]
fn the_reader_of_sources_reads_them() {
    let text = "//! crate::comment\nuse crate::{error::Error, schema::{Name, Schema}, sql};\n\
                fn f() { crate::registry::get(mycrate::no) }\n\
                #[cfg(test)]\nmod tests { use crate::wire; }\n";
    let source = Source {
        path: String::new(),
        module: "session".to_owned(),
        code: code_of(text),
        lines: 0,
    };
    let named: Vec<_> = source.modules_named().into_iter().collect();
    assert_eq!(named, ["error", "registry", "schema", "sql"]);
    assert!(source.says("registry::") && !source.says("egistry::"));
}
