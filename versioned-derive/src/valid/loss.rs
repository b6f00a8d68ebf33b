//! Losses and moves: their steps exist, and their places are JSON pointers.

use super::{Versioned, versioned::range};
use crate::{
    ast::Input,
    attr::{LossItem, MoveItem, Number, Place},
    errors::Errors,
};

pub(super) fn check(input: &Input, versioned: &[Versioned<'_>], errors: &mut Errors) {
    for versioned in versioned {
        let place = format!("`{}.{}`", input.ident, versioned.name);
        check_losses(versioned, &place, errors);
        check_moves(versioned, &place, errors);
    }
}

fn check_losses(versioned: &Versioned<'_>, place: &str, errors: &mut Errors) {
    let losses = &versioned.attr.losses;
    for (index, loss) in losses.iter().enumerate() {
        if !check_step(versioned, loss.step, place, errors) || !check_place(&loss.path, errors) {
            continue;
        }
        let path = &loss.path.text;
        let same =
            |other: &LossItem| other.step.value == loss.step.value && other.path.text == *path;
        if path.is_empty() {
            let message = format!(
                "this loss is the whole value of {place}; name what the step drops of it, \
                 such as `path = \"/*/name\"`"
            );
            errors.add(loss.path.span, message);
        } else if losses[..index].iter().any(same) {
            let step = loss.step.value;
            let message = format!("the step from version {step} loses `{path}` twice; keep one");
            errors.add(loss.path.span, message);
        }
    }
}

fn check_moves(versioned: &Versioned<'_>, place: &str, errors: &mut Errors) {
    let moves = &versioned.attr.moves;
    for (index, moved) in moves.iter().enumerate() {
        let (from, to) = (&moved.from, &moved.to);
        let sound = check_step(versioned, moved.step, place, errors)
            && check_place(from, errors)
            && check_place(to, errors);
        if !sound {
            continue;
        }
        let same = |other: &MoveItem| {
            other.step.value == moved.step.value
                && (&other.from.text, &other.to.text) == (&from.text, &to.text)
        };
        if from.text == to.text {
            let message = format!("`{}` is moved to where it is; write where it was", to.text);
            errors.add(to.span, message);
        } else if moves[..index].iter().any(same) {
            let step = moved.step.value;
            let message = format!(
                "the step from version {step} moves `{}` to `{}` twice; keep one",
                from.text, to.text
            );
            errors.add(from.span, message);
        }
    }
}

fn check_step(versioned: &Versioned<'_>, step: Number, place: &str, errors: &mut Errors) -> bool {
    if versioned.attr.chain.is_some() {
        let message =
            format!("{place} shares a chain, whose owner declares what its steps lose and move");
        errors.add(step.span, message);
        return false;
    }
    let chain = versioned.chain;
    let outside = chain.min().is_some_and(|min| step.value < min)
        || chain.max().is_some_and(|max| step.value >= max);
    if outside {
        let message = format!(
            "{place} has no step v{} to v{}, with versions {}",
            step.value,
            u64::from(step.value) + 1,
            range(chain)
        );
        errors.add(step.span, message);
    }
    !outside
}

fn check_place(place: &Place, errors: &mut Errors) -> bool {
    let Some(problem) = problem(&place.text) else { return true };
    let message = format!("`{}` is no JSON pointer: {problem}", place.text);
    errors.add(place.span, message);
    false
}

/// What is wrong with a JSON pointer with `*`.
fn problem(text: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let Some(tokens) = text.strip_prefix('/') else {
        return Some(format!("it starts with a slash, as in `/{text}`"));
    };
    tokens.split('/').find_map(|token| {
        if token != "*" && token.contains('*') {
            let problem = "`*` stands alone between slashes, for every key or index; \
                           the character in a key is written `~2`";
            return Some(problem.to_owned());
        }
        let escapes = token.split('~').skip(1);
        let is_wrong = |rest: &&str| !rest.starts_with(['0', '1', '2']);
        let wrong = escapes.into_iter().find(is_wrong)?;
        let escape: String = std::iter::once('~').chain(wrong.chars().take(1)).collect();
        Some(format!("`{escape}` is no escape; `~0` is `~`, `~1` is `/` and `~2` is `*` in a key"))
    })
}

#[cfg(test)]
mod tests {
    use super::problem;

    #[test]
    fn pointers_with_wildcards_are_told_from_other_texts() {
        for pointer in ["", "/", "/a/*/b", "/a~0~1~2/0", "/*/*"] {
            assert_eq!(problem(pointer), None, "{pointer}");
        }
        for text in ["a", "*", "/a*", "/**", "/~", "/~3", "/a~/b"] {
            assert!(problem(text).is_some(), "{text}");
        }
    }
}
