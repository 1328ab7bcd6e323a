//! Lists of names, as in `search_path`.

/// The names of a list such as `a, "B c", public`: folded unless quoted.
/// Nothing when the text is no list. (PostgreSQL's `SplitIdentifierString`,
/// without cutting names at 63 bytes.)
pub(super) fn split(text: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut rest = text.trim_ascii();
    if rest.is_empty() {
        return Some(names);
    }
    loop {
        let (name, after) = match rest.strip_prefix('"') {
            Some(quoted) => unquote(quoted)?,
            None => {
                let stop = |c: char| c == ',' || c.is_ascii_whitespace();
                let end = rest.find(stop).unwrap_or(rest.len());
                if end == 0 {
                    return None;
                }
                (rest[..end].to_lowercase(), &rest[end..])
            }
        };
        names.push(name);
        let after = after.trim_ascii_start();
        if after.is_empty() {
            return Some(names);
        }
        rest = after.strip_prefix(',')?.trim_ascii_start();
    }
}

/// The name before the closing quote and what follows it.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut rest = text;
    loop {
        let (part, after) = rest.split_once('"')?;
        name.push_str(part);
        match after.strip_prefix('"') {
            Some(doubled) => {
                name.push('"');
                rest = doubled;
            }
            None => return Some((name, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_split_as_postgresql_splits_it() {
        for (text, names) in [
            ("", Some(&[][..])),
            ("  ", Some(&[])),
            ("public", Some(&["public"])),
            ("Public , pg_catalog", Some(&["public", "pg_catalog"])),
            ("\"$user\", public", Some(&["$user", "public"])),
            ("\"A \"\"b\"\"\",c", Some(&["A \"b\"", "c"])),
            ("\"\"", Some(&[""])),
            ("a b", None),
            ("a,,b", None),
            ("a,", None),
            (",", None),
            ("\"a", None),
        ] {
            let expected = names.map(|names| names.iter().map(ToString::to_string).collect());
            assert_eq!(split(text), expected, "{text}");
        }
    }
}
