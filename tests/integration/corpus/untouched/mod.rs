//! What no step touches keeps its bytes: input and output are walked side by side.
//!
//! The steps' effects are declared once more in `declared.rs`, apart from the conversions. Every
//! value of the input that they do not name must stand in the output, at its place and in its
//! order, with the same bytes, its key included. The walk reads both texts by itself (`raw.rs`) and
//! uses nothing of the library.

mod declared;
mod hard_cases;
mod noticing;
mod raw;
mod real;
mod steps;
mod walk;

use raw::Raw;
use steps::Step;
use walk::{Node, Verdict, Walk};

/// What a comparison found.
#[derive(Debug, Default)]
struct Untouched {
    /// Values that no step touched, counted where a container is untouched as one.
    members: usize,
    /// Their bytes.
    bytes: usize,
    /// Bytes of those that were not found again as they were.
    changed_bytes: usize,
    /// Each of these, and each member that has lost its order.
    differences: Vec<String>,
}

impl Untouched {
    /// Compares a converted document with its input; `steps` are those that ran.
    fn compare(input: &str, output: &str, steps: &[Step]) -> Self {
        let (input_root, output_root) = (Raw::read(input), Raw::read(output));
        let node = Walk::new(steps).root(&input_root);
        let mut untouched = Self::default();
        untouched.look_at(&node, &output_root, output);
        untouched
    }

    fn add(&mut self, other: Self) {
        self.members += other.members;
        self.bytes += other.bytes;
        self.changed_bytes += other.changed_bytes;
        self.differences.extend(other.differences);
    }

    fn look_at(&mut self, node: &Node<'_, '_>, root: &Raw<'_>, output: &str) {
        let found = find(root, &node.target);
        match node.verdict {
            Verdict::Touched => {}
            Verdict::Whole => {
                self.members += 1;
                self.bytes += node.value.text.len();
                if found.is_none_or(|found| found.text != node.value.text) {
                    self.changed_bytes += node.value.text.len();
                    let found = found.map_or("nothing", |found| found.text);
                    let expected = node.value.text;
                    self.differences.push(format!("{}: {found}, was {expected}", node.place()));
                }
            }
            Verdict::Opened => {
                let mut end = 0;
                for child in &node.children {
                    self.look_at(child, root, output);
                    let stays = !child.is_moved && child.verdict != Verdict::Touched;
                    if let Some(found) = find(root, &child.target).filter(|_| stays) {
                        let offset = found.offset_in(output);
                        if offset < end {
                            self.differences.push(format!("{}: out of order", child.place()));
                        }
                        end = offset;
                    }
                }
            }
        }
    }
}

/// The value at a path of the output.
fn find<'r, 't>(root: &'r Raw<'t>, path: &[steps::Token<'_>]) -> Option<&'r Raw<'t>> {
    path.iter().try_fold(root, |value, token| {
        let part = if value.text.starts_with('[') {
            value.parts.get(token.text.parse::<usize>().ok()?)
        } else {
            let mut parts = value.parts.iter().filter(|part| part.key == Some(&*token.text));
            parts.nth(token.before)
        };
        part.map(|part| &part.value)
    })
}
