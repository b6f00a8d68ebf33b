//! Finds out what the steps leave alone in a document, and where it must stand afterwards.

use std::{borrow::Cow, collections::BTreeMap};

use super::{
    raw::{Part, Raw},
    steps::{Effect, Place, Step, Token},
};

/// What the steps do to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// They may change it.
    Touched,
    /// They may change, add or move something in it.
    Opened,
    /// Nothing: its bytes stay, the blanks in it included.
    Whole,
}

/// A value of the input, and what becomes of it.
#[derive(Debug)]
pub(super) struct Node<'p, 't> {
    pub(super) value: &'p Raw<'t>,
    pub(super) verdict: Verdict,
    /// Where it stands in the output.
    pub(super) target: Vec<Token<'t>>,
    /// It stands in another container, or under another key.
    pub(super) is_moved: bool,
    pub(super) children: Vec<Node<'p, 't>>,
}

impl Node<'_, '_> {
    /// Where it should stand, for people.
    pub(super) fn place(&self) -> String {
        self.target.iter().map(|token| format!("/{}", token.text)).collect()
    }
}

/// Goes through the input from its beginning to its end.
pub(super) struct Walk<'s> {
    steps: &'s [Step],
    /// How many values each rule (step, rule) has appended to its list.
    appended: BTreeMap<(usize, usize), usize>,
}

impl<'s> Walk<'s> {
    pub(super) fn new(steps: &'s [Step]) -> Self {
        Self { steps, appended: BTreeMap::new() }
    }

    pub(super) fn root<'p, 't>(&mut self, value: &'p Raw<'t>) -> Node<'p, 't> {
        let place = Place { value, around: None };
        self.container(value, &place, vec![Vec::new(); self.steps.len() + 1], false)
    }

    /// Looks at a part of a container; `around` are the paths of that container, before each step
    /// and after the last.
    fn part<'p, 't>(
        &mut self,
        value: &'p Raw<'t>,
        place: &Place<'_, 't>,
        around: &[Vec<Token<'t>>],
        token: Token<'t>,
    ) -> Node<'p, 't> {
        let mut tail = vec![token.clone()];
        let mut list: Option<Vec<Token<'t>>> = None;
        let mut is_opened = false;
        let mut paths = Vec::new();
        for (number, step) in self.steps.iter().enumerate() {
            let path = joined(list.as_ref().unwrap_or(&around[number]), &tail);
            let rules = step.iter().enumerate();
            let mut rules = rules.filter(|(_, rule)| !matches!(rule.effect, Effect::Adds));
            match rules.find(|(_, rule)| rule.applies(&path, place)) {
                None => {}
                Some((rule, found)) => match found.effect {
                    Effect::Changes => {
                        let (verdict, target) = (Verdict::Touched, path);
                        let children = Vec::new();
                        return Node { value, verdict, target, is_moved: false, children };
                    }
                    Effect::Opens | Effect::Adds => is_opened = true,
                    Effect::MovesWithin(to) => {
                        let to = to(&tail[tail.len() - 1].text);
                        // A value that keeps its key keeps its number among equal keys too.
                        if to != [&*tail[tail.len() - 1].text] {
                            tail = to.into_iter().map(Token::new).collect();
                        }
                    }
                    Effect::AppendsTo(to) => {
                        let appended = self.appended.entry((number, rule)).or_default();
                        tail = vec![Token::new(appended.to_string())];
                        *appended += 1;
                        list = Some(to.iter().map(|key| Token::new((*key).to_owned())).collect());
                    }
                },
            }
            paths.push(path);
        }
        paths.push(joined(list.as_ref().unwrap_or(&around[self.steps.len()]), &tail));

        let is_moved = list.is_some() || tail != [token];
        let mut node = self.container(value, place, paths, is_opened);
        node.is_moved = is_moved;
        node
    }

    fn container<'p, 't>(
        &mut self,
        value: &'p Raw<'t>,
        place: &Place<'_, 't>,
        mut paths: Vec<Vec<Token<'t>>>,
        mut is_opened: bool,
    ) -> Node<'p, 't> {
        let mut children = Vec::new();
        for (index, part) in value.parts.iter().enumerate() {
            let inner = Place { value: &part.value, around: Some(place) };
            children.push(self.part(&part.value, &inner, &paths, token(value, index, part)));
        }
        is_opened |= children.iter().any(|it| it.is_moved || it.verdict != Verdict::Whole);
        is_opened |= self
            .steps
            .iter()
            .zip(&paths)
            .any(|(step, path)| step.iter().any(|rule| rule.adds_to(path, place)));
        let verdict = if is_opened { Verdict::Opened } else { Verdict::Whole };
        let target = paths.pop().unwrap_or_default();
        Node { value, verdict, target, is_moved: false, children }
    }
}

fn token<'t>(container: &Raw<'t>, index: usize, part: &Part<'t>) -> Token<'t> {
    match part.key {
        None => Token::new(index.to_string()),
        Some(key) => {
            let earlier = &container.parts[..index];
            let before = earlier.iter().filter(|earlier| earlier.key == Some(key)).count();
            Token { text: Cow::Borrowed(key), before }
        }
    }
}

fn joined<'t>(container: &[Token<'t>], tail: &[Token<'t>]) -> Vec<Token<'t>> {
    [container, tail].concat()
}
