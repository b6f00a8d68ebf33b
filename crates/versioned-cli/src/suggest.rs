//! The name that somebody probably meant.
//!
//! Layer: cli.

/// The known name that is nearest to what was written, if one is near enough.
pub(crate) fn nearest<'a>(
    written: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let written = written.to_lowercase();
    let allowed = written.chars().count().div_ceil(3).max(1);
    known
        .into_iter()
        .map(|name| (distance(&written, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, name)| name)
}

/// How many insertions, deletions, replacements and swaps of neighbours lead from one text to the other.
fn distance(first: &str, second: &str) -> usize {
    let second: Vec<char> = second.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=second.len()).collect();
    let mut previous = None;
    for (row, letter) in first.chars().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in second.iter().enumerate() {
            let replaced = last[column] + usize::from(letter != *other);
            let mut best = replaced.min(last[column + 1] + 1).min(current[column] + 1);
            let is_swap = column > 0 && previous == Some(*other) && second[column - 1] == letter;
            if is_swap {
                best = best.min(before_last[column - 1] + 1);
            }
            current.push(best);
        }
        previous = Some(letter);
        before_last = std::mem::replace(&mut last, current);
    }
    last[second.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_finds_its_name_and_another_word_finds_none() {
        let known = ["notebook", "exploration"];
        assert_eq!(nearest("notebok", known), Some("notebook"));
        assert_eq!(nearest("ntoebook", known), Some("notebook"));
        assert_eq!(nearest("Notebooks", known), Some("notebook"));
        assert_eq!(nearest("explorations", known), Some("exploration"));
        assert_eq!(nearest("skill", known), None);
        assert_eq!(nearest("", known), None);
        assert_eq!(distance("ab", "ba"), 1);
        assert_eq!(distance("", "abc"), 3);
    }
}
