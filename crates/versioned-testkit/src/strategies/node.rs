//! A schema in the form that generating and checking work on.
//!
//! Layer: testkit. Invariant: references between nodes are numbers, so a recursive schema is a plain list; the edges that
//! stay at one place of a document (`all`, `any`, `one`, `not`, `condition`) have no cycle.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{number::Amount, pattern::Pattern};

/// The number of a node in its schema.
pub(super) type NodeId = usize;

/// Kinds of JSON values, as a set of bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kinds(u8);

impl Kinds {
    pub(super) const NONE: Self = Self(0);
    pub(super) const NULL: Self = Self(1);
    pub(super) const BOOLEAN: Self = Self(2);
    pub(super) const INTEGER: Self = Self(4);
    /// Numbers that are no integers.
    pub(super) const FRACTION: Self = Self(8);
    pub(super) const NUMBER: Self = Self(12);
    pub(super) const STRING: Self = Self(16);
    pub(super) const ARRAY: Self = Self(32);
    pub(super) const OBJECT: Self = Self(64);
    pub(super) const ALL: Self = Self(127);

    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "null" => Self::NULL,
            "boolean" => Self::BOOLEAN,
            "integer" => Self::INTEGER,
            "number" => Self::NUMBER,
            "string" => Self::STRING,
            "array" => Self::ARRAY,
            "object" => Self::OBJECT,
            _ => return None,
        })
    }

    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::NULL,
            Value::Bool(_) => Self::BOOLEAN,
            Value::Number(number) if Amount::of(number).is_whole() => Self::INTEGER,
            Value::Number(_) => Self::FRACTION,
            Value::String(_) => Self::STRING,
            Value::Array(_) => Self::ARRAY,
            Value::Object(_) => Self::OBJECT,
        }
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(super) fn is_none(self) -> bool {
        self == Self::NONE
    }

    pub(super) fn meets(self, other: Self) -> bool {
        !self.and(other).is_none()
    }
}

/// One schema: what it says of the place it is applied to.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) pointer: String,
    /// The supported keywords that it is written with.
    pub(super) keywords: BTreeSet<&'static str>,
    /// `false`: accepts nothing.
    pub(super) is_never: bool,
    pub(super) kinds: Kinds,
    /// What `enum` and `const` leave.
    pub(super) fixed: Option<Vec<Value>>,
    /// `allOf` and `$ref`.
    pub(super) all: Vec<NodeId>,
    /// `anyOf`; empty if absent.
    pub(super) any: Vec<NodeId>,
    /// `oneOf`; empty if absent.
    pub(super) one: Vec<NodeId>,
    pub(super) not: Option<NodeId>,
    pub(super) condition: Option<Condition>,
    /// The name of a supported format.
    pub(super) format: Option<&'static str>,
    pub(super) number: NumberRules,
    pub(super) text: TextRules,
    pub(super) array: ArrayRules,
    pub(super) object: ObjectRules,
}

impl Node {
    pub(super) fn new(pointer: &str) -> Self {
        Self {
            pointer: pointer.to_owned(),
            keywords: BTreeSet::new(),
            is_never: false,
            kinds: Kinds::ALL,
            fixed: None,
            all: Vec::new(),
            any: Vec::new(),
            one: Vec::new(),
            not: None,
            condition: None,
            format: None,
            number: NumberRules::default(),
            text: TextRules::default(),
            array: ArrayRules::default(),
            object: ObjectRules::default(),
        }
    }

    /// The nodes that are applied at the same place of a document.
    pub(super) fn in_place(&self) -> impl Iterator<Item = NodeId> {
        let condition = self.condition.iter();
        let condition = condition.flat_map(|condition| {
            [Some(condition.test), condition.then, condition.otherwise].into_iter().flatten()
        });
        let lists = self.all.iter().chain(&self.any).chain(&self.one).chain(&self.not);
        lists.copied().chain(condition)
    }
}

/// `if`, `then`, `else`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Condition {
    pub(super) test: NodeId,
    pub(super) then: Option<NodeId>,
    pub(super) otherwise: Option<NodeId>,
}

#[derive(Debug, Default)]
pub(super) struct NumberRules {
    pub(super) least: Option<Amount>,
    pub(super) greatest: Option<Amount>,
    pub(super) above: Option<Amount>,
    pub(super) below: Option<Amount>,
    pub(super) multiple_of: Option<Amount>,
}

/// Lengths count characters.
#[derive(Debug, Default)]
pub(super) struct TextRules {
    pub(super) length_min: usize,
    pub(super) length_max: Option<usize>,
    pub(super) pattern: Option<Pattern>,
}

#[derive(Debug, Default)]
pub(super) struct ArrayRules {
    pub(super) count_min: usize,
    pub(super) count_max: Option<usize>,
    pub(super) is_unique: bool,
    pub(super) prefix: Vec<NodeId>,
    /// What follows the prefix.
    pub(super) items: Option<NodeId>,
    pub(super) contains: Option<Contains>,
}

impl ArrayRules {
    /// The node of the element at this index.
    pub(super) fn element(&self, index: usize) -> Option<NodeId> {
        self.prefix.get(index).copied().or(self.items)
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Contains {
    pub(super) node: NodeId,
    pub(super) count_min: usize,
    pub(super) count_max: Option<usize>,
}

#[derive(Debug, Default)]
pub(super) struct ObjectRules {
    pub(super) count_min: usize,
    pub(super) count_max: Option<usize>,
    pub(super) properties: BTreeMap<String, NodeId>,
    pub(super) patterns: Vec<(Pattern, NodeId)>,
    pub(super) additional: Option<NodeId>,
    pub(super) names: Option<NodeId>,
    pub(super) required: BTreeSet<String>,
    pub(super) unevaluated: Option<NodeId>,
}

impl ObjectRules {
    /// The nodes of the member with this name; empty if nothing here says anything of it.
    pub(super) fn member(&self, name: &str) -> Vec<NodeId> {
        let mut nodes: Vec<NodeId> = self.properties.get(name).copied().into_iter().collect();
        let patterns = self.patterns.iter().filter(|(pattern, _)| pattern.is_match(name));
        nodes.extend(patterns.map(|(_, node)| *node));
        if nodes.is_empty() {
            nodes.extend(self.additional);
        }
        nodes
    }

    /// Whether members with undeclared names are spoken of.
    pub(super) fn is_map(&self) -> bool {
        self.additional.is_some() || !self.patterns.is_empty()
    }
}
