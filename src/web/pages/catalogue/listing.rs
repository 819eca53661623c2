//! What the lists of channels, films and series have in common.

use crate::edge::Problem;
use crate::features::catalogue::browse::{Cursor, Page, Place};
use crate::support::validation::Invalid;
use crate::web::kit::{Paging, format};

/// Rows of a page.
pub(super) const ROWS: i64 = 50;
const LONGEST_SEARCH: usize = 200;

/// Where the page begins, by `after` or `before` of its address.
pub(super) fn place(after: &str, before: &str, invalid: &mut Invalid) -> Place {
    let mut cursor = |field: &str, text: &str| -> Option<Cursor> {
        parsed(text, || invalid.add(field, "This is no place in the list."))
    };
    match (cursor("after", after), cursor("before", before)) {
        (Some(cursor), _) => Place::After(cursor),
        (None, Some(cursor)) => Place::Before(cursor),
        (None, None) => Place::Skip(0),
    }
}

/// The value of a parameter; empty ones are none, others call `wrong`.
pub(super) fn parsed<T: std::str::FromStr>(text: &str, wrong: impl FnOnce()) -> Option<T> {
    let value = Some(text).filter(|text| !text.is_empty())?.parse().ok();
    if value.is_none() {
        wrong();
    }
    value
}

pub(super) fn check_search(q: &str, invalid: &mut Invalid) {
    if q.chars().count() > LONGEST_SEARCH {
        invalid.add("q", "Use at most 200 characters.");
    }
}

/// 422 if anything is wrong.
pub(super) fn refuse(invalid: Invalid) -> Result<(), Problem> {
    Ok(invalid.into_result()?)
}

/// The links below a list whose fragment is `#results`.
pub(super) fn paging<T>(path: &str, query: &[(&str, &str)], page: &Page<T>, plural: &str) -> Paging {
    let text = |cursor: &Option<Cursor>| cursor.as_ref().map(ToString::to_string);
    let (before, after) = (text(&page.before), text(&page.after));
    let shown = i64::try_from(page.items.len()).unwrap_or(i64::MAX);
    let paging = Paging::new(path, query, before.as_deref(), after.as_deref())
        .previous(path, query, before.as_deref())
        .target("results");
    if before.is_none() && after.is_none() {
        return paging;
    }
    paging.summary(format!(
        "{} of {} {plural} on this page",
        format::number(shown),
        format::number(page.total)
    ))
}

/// Choices of a field: what is sent and what is said, with `any` as the empty one. A chosen value that is no longer
/// among them stays.
pub(super) fn choices(
    any: &str,
    values: impl IntoIterator<Item = (String, String)>,
    chosen: &str,
) -> Vec<(String, String)> {
    let mut choices = vec![(String::new(), any.to_owned())];
    choices.extend(values);
    if choices.iter().all(|(value, _)| value != chosen) {
        choices.push((chosen.to_owned(), chosen.to_owned()));
    }
    choices
}

/// A part of a list that is whole in memory: the rows from `after` on, and where the next ones begin.
pub(super) fn cut<T>(rows: Vec<T>, after: usize, most: usize) -> (Vec<T>, Option<String>) {
    let next = after.saturating_add(most);
    let goes_on = rows.len() > next;
    let part = rows.into_iter().skip(after).take(most).collect();
    (part, goes_on.then(|| next.to_string()))
}
