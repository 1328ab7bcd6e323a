//! The name somebody may have meant.

/// The known name nearest to the one that was written, when it is close
/// enough to be a slip: one edit in three letters, two at most, as PostgreSQL
/// judges it in longer names.
pub(crate) fn nearest<'a>(
    written: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let allowed = (written.chars().count() / 3).min(2);
    known
        .into_iter()
        .map(|name| (strsim::osa_distance(written, name), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}
