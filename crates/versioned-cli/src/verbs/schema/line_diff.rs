//! Two texts line by line: what is gone, what is new, and the lines around it.
//!
//! Layer: cli.

/// Lines shown before and after a difference.
const AROUND: usize = 2;

/// Cells of the table that is filled for texts that differ in many lines; beyond it the texts are shown one after the other.
const CELLS_MAX: usize = 16_000_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Same,
    Gone,
    New,
}

/// The lines that differ, with a sign before each and those around them; empty for equal texts.
pub(super) fn line_diff(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let marked = marked(&old, &new);
    let is_near = |index: usize| {
        let near = index.saturating_sub(AROUND)..marked.len().min(index + AROUND + 1);
        marked[near].iter().any(|(mark, _)| *mark != Mark::Same)
    };
    let mut text = String::new();
    let mut is_cut = false;
    for (index, (mark, line)) in marked.iter().enumerate() {
        if !is_near(index) {
            is_cut = true;
            continue;
        }
        if is_cut {
            text.push_str("    ..\n");
            is_cut = false;
        }
        let sign = match mark {
            Mark::Same => ' ',
            Mark::Gone => '-',
            Mark::New => '+',
        };
        text.push_str(&format!("  {sign} {line}\n"));
    }
    if is_cut && !text.is_empty() {
        text.push_str("    ..\n");
    }
    text
}

fn marked<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<(Mark, &'t str)> {
    let same = old.iter().zip(new).take_while(|(one, other)| one == other).count();
    let (old_rest, new_rest) = (&old[same..], &new[same..]);
    let pairs = old_rest.iter().rev().zip(new_rest.iter().rev());
    let end = pairs.take_while(|(one, other)| one == other).count();
    let old_middle = &old_rest[..old_rest.len() - end];
    let new_middle = &new_rest[..new_rest.len() - end];
    let mut marked: Vec<_> = old[..same].iter().map(|line| (Mark::Same, *line)).collect();
    marked.extend(middle(old_middle, new_middle));
    marked.extend(old_rest[old_rest.len() - end..].iter().map(|line| (Mark::Same, *line)));
    marked
}

/// By the longest common subsequence.
fn middle<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<(Mark, &'t str)> {
    let width = new.len() + 1;
    let mut marked = Vec::with_capacity(old.len() + new.len());
    let (mut at, mut to) = (0, 0);
    if old.len().saturating_mul(width) <= CELLS_MAX {
        // For every pair of ends, how many lines are common from there on.
        let mut common = vec![0_u32; (old.len() + 1) * width];
        for row in (0..old.len()).rev() {
            for column in (0..new.len()).rev() {
                common[row * width + column] = if old[row] == new[column] {
                    common[(row + 1) * width + column + 1] + 1
                } else {
                    common[(row + 1) * width + column].max(common[row * width + column + 1])
                };
            }
        }
        while at < old.len() && to < new.len() {
            if old[at] == new[to] {
                marked.push((Mark::Same, old[at]));
                (at, to) = (at + 1, to + 1);
            } else if common[(at + 1) * width + to] >= common[at * width + to + 1] {
                marked.push((Mark::Gone, old[at]));
                at += 1;
            } else {
                marked.push((Mark::New, new[to]));
                to += 1;
            }
        }
    }
    marked.extend(old[at..].iter().map(|line| (Mark::Gone, *line)));
    marked.extend(new[to..].iter().map(|line| (Mark::New, *line)));
    marked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_shown_with_what_is_around_it() {
        let old = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk";
        let new = "a\nb\nc\nX\ne\nf\ng\nh\ni\nj\nk\nl";
        let expect =
            "    ..\n    b\n    c\n  - d\n  + X\n    e\n    f\n    ..\n    j\n    k\n  + l\n";
        assert_eq!(line_diff(old, new), expect);
        assert_eq!(line_diff(old, old), "");
        assert_eq!(line_diff("", "a"), "  + a\n");
        assert_eq!(line_diff("a\nb", ""), "  - a\n  - b\n");
    }

    #[test]
    fn lines_in_common_are_found_between_changes() {
        let expect = "  - a\n  + x\n    b\n  + y\n    c\n";
        assert_eq!(line_diff("a\nb\nc", "x\nb\ny\nc"), expect);
    }
}
