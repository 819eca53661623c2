//! Whether a run may be applied by itself: a list that shrank too much waits for a person.

use crate::features::catalogue::entry::EntryKind;

/// Categories of fewer entries are not looked at by themselves.
pub(super) const CATEGORY_ENTRIES: u64 = 50;

/// How much of something was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Loss {
    pub kind: EntryKind,
    /// None for the whole kind.
    pub category: Option<String>,
    /// Entries that were there before.
    pub before: u64,
    /// Those of them that are not listed any more.
    pub lost: u64,
}

/// What keeps a run from being applied, a sentence each; nothing if it may be.
pub(super) fn objections(losses: &[Loss], percent: u8) -> Vec<String> {
    losses
        .iter()
        .filter(|loss| is_too_much(loss, percent))
        .map(sentence)
        .collect()
}

/// Whether a loss is too much for any category that is judged: for the smallest of them.
pub(super) fn may_be_too_much(lost: u64, percent: u8) -> bool {
    lost * 100 > CATEGORY_ENTRIES * u64::from(percent)
}

fn is_too_much(loss: &Loss, percent: u8) -> bool {
    let is_judged = loss.category.is_none() || loss.before >= CATEGORY_ENTRIES;
    is_judged && loss.lost * 100 > loss.before * u64::from(percent)
}

fn sentence(loss: &Loss) -> String {
    let share = (loss.lost * 100).div_ceil(loss.before.max(1));
    let what = match &loss.category {
        Some(category) => format!("{} of the category \"{category}\"", loss.kind.plural()),
        None => loss.kind.plural().to_owned(),
    };
    format!(
        "{} of {} {what} ({share} %) are not listed any more.",
        loss.lost, loss.before
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loss(category: Option<&str>, before: u64, lost: u64) -> Loss {
        Loss {
            kind: EntryKind::Live,
            category: category.map(str::to_owned),
            before,
            lost,
        }
    }

    #[test]
    fn exactly_the_percentage_passes_and_one_more_is_held() {
        assert_eq!(objections(&[loss(None, 100, 20)], 20), Vec::<String>::new());
        assert_eq!(
            objections(&[loss(None, 100, 21)], 20),
            ["21 of 100 live streams (21 %) are not listed any more."]
        );
        assert_eq!(objections(&[loss(None, 3, 1)], 20).len(), 1);
    }

    #[test]
    fn small_categories_are_not_judged() {
        assert_eq!(objections(&[loss(Some("News"), 49, 49)], 20).len(), 0);
        assert_eq!(
            objections(&[loss(Some("News"), 50, 11)], 20),
            ["11 of 50 live streams of the category \"News\" (22 %) are not listed any more."]
        );
    }

    #[test]
    fn nothing_lost_is_nothing_to_object_to() {
        assert_eq!(objections(&[loss(None, 0, 0), loss(None, 10, 0)], 0).len(), 0);
        assert_eq!(objections(&[loss(None, 10, 10)], 100).len(), 0);
    }
}
