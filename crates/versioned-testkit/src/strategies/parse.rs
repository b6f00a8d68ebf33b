//! Reading a JSON Schema into nodes.
//!
//! Layer: testkit. Invariant: every keyword is honoured, known to have no effect, or refused with its place.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    SchemaError, keywords,
    node::{Condition, Contains, Kinds, Node, NodeId},
    number::{Amount, same},
    pattern::Pattern,
};

/// Deeper schemas are refused.
const DEPTH_MAX: usize = 128;
/// Schemas of more parts are refused.
const NODES_MAX: usize = 100_000;

/// A schema as nodes.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) nodes: Vec<Node>,
    /// How often each format stands in the schema that is passed over.
    pub(super) ignored_formats: BTreeMap<String, usize>,
}

/// Reads a schema; its node is the first.
pub(super) fn parse(root: &Value) -> Result<Parsed, SchemaError> {
    let mut parser = Parser {
        root,
        parsed: Parsed { nodes: Vec::new(), ignored_formats: BTreeMap::new() },
        known: BTreeMap::new(),
        depth: 0,
    };
    parser.schema(root, "")?;
    Ok(parser.parsed)
}

struct Parser<'a> {
    root: &'a Value,
    parsed: Parsed,
    /// Nodes by their pointers, so that a reference to a part that is being read ends.
    known: BTreeMap<String, NodeId>,
    depth: usize,
}

/// One keyword with its value and the place of its schema.
#[derive(Clone, Copy)]
struct Keyword<'a, 'p> {
    name: &'p str,
    value: &'a Value,
    pointer: &'p str,
}

impl<'a> Keyword<'a, '_> {
    fn malformed(self, expected: &'static str) -> SchemaError {
        SchemaError::Malformed {
            pointer: self.pointer.to_owned(),
            keyword: self.name.to_owned(),
            expected,
        }
    }

    fn unsupported(self) -> SchemaError {
        SchemaError::UnsupportedKeyword {
            pointer: self.pointer.to_owned(),
            keyword: self.name.to_owned(),
        }
    }

    fn count(self) -> Result<usize, SchemaError> {
        let count = match self.value {
            Value::Number(number) => Amount::of(number),
            _ => return Err(self.malformed("a number from 0")),
        };
        let whole = count.is_whole().then(|| usize::try_from(count.floor()).ok()).flatten();
        whole.ok_or_else(|| self.malformed("a whole number from 0"))
    }

    fn amount(self) -> Result<Amount, SchemaError> {
        match self.value {
            Value::Number(number) => Ok(Amount::of(number)),
            _ => Err(self.malformed("a number")),
        }
    }

    fn text(self) -> Result<&'a str, SchemaError> {
        self.value.as_str().ok_or_else(|| self.malformed("a text"))
    }

    fn list(self) -> Result<&'a [Value], SchemaError> {
        let list = self.value.as_array().filter(|list| !list.is_empty());
        list.map(Vec::as_slice).ok_or_else(|| self.malformed("a list with something in it"))
    }

    fn object(self) -> Result<&'a Map<String, Value>, SchemaError> {
        self.value.as_object().ok_or_else(|| self.malformed("an object"))
    }

    fn pattern(self, pattern: &str) -> Result<Pattern, SchemaError> {
        Pattern::new(pattern).map_err(|reason| SchemaError::UnsupportedPattern {
            pointer: self.pointer.to_owned(),
            pattern: pattern.to_owned(),
            reason,
        })
    }
}

impl<'a> Parser<'a> {
    fn schema(&mut self, value: &'a Value, pointer: &str) -> Result<NodeId, SchemaError> {
        if let Some(known) = self.known.get(pointer) {
            return Ok(*known);
        }
        let too_large =
            |limit, unit| Err(SchemaError::TooLarge { pointer: pointer.to_owned(), limit, unit });
        if self.depth >= DEPTH_MAX {
            return too_large(DEPTH_MAX, "levels");
        }
        let id = self.parsed.nodes.len();
        if id >= NODES_MAX {
            return too_large(NODES_MAX, "parts");
        }
        self.known.insert(pointer.to_owned(), id);
        self.parsed.nodes.push(Node::new(pointer));
        let mut node = Node::new(pointer);
        self.depth += 1;
        match value {
            Value::Bool(accepts) => {
                node.is_never = !accepts;
                node.keywords.extend(keywords::supported("boolean schema"));
            }
            Value::Object(object) => self.keywords(&mut node, object, pointer)?,
            _ => return Err(SchemaError::NotASchema { pointer: pointer.to_owned() }),
        }
        self.depth -= 1;
        self.parsed.nodes[id] = node;
        Ok(id)
    }

    fn keywords(
        &mut self,
        node: &mut Node,
        object: &'a Map<String, Value>,
        pointer: &str,
    ) -> Result<(), SchemaError> {
        for (name, value) in object {
            let keyword = Keyword { name, value, pointer };
            // The identifier of the whole changes nothing, as long as all references are local.
            let is_root_id = name == "$id" && pointer.is_empty();
            if keywords::is_without_effect(name) || is_root_id {
                continue;
            }
            let is_read = self.in_place(node, keyword)?
                || self.number_or_text(node, keyword)?
                || self.array(node, keyword)?
                || self.object(node, keyword)?;
            if !is_read {
                return Err(keyword.unsupported());
            }
            node.keywords.extend(keywords::supported(name));
        }
        if let Some(test) = object.get("if") {
            let test = self.schema(test, &format!("{pointer}/if"))?;
            let mut part = |name: &str| {
                let part = object.get(name);
                part.map(|part| self.schema(part, &format!("{pointer}/{name}"))).transpose()
            };
            node.condition =
                Some(Condition { test, then: part("then")?, otherwise: part("else")? });
        }
        if let Some(contains) = object.get("contains") {
            let count = |name| {
                let value = object.get(name);
                value.map(|value| Keyword { name, value, pointer }.count()).transpose()
            };
            node.array.contains = Some(Contains {
                node: self.schema(contains, &format!("{pointer}/contains"))?,
                count_min: count("minContains")?.unwrap_or(1),
                count_max: count("maxContains")?,
            });
        }
        Ok(())
    }

    fn in_place(&mut self, node: &mut Node, keyword: Keyword<'a, '_>) -> Result<bool, SchemaError> {
        match keyword.name {
            "$ref" => node.all.push(self.reference(keyword)?),
            "allOf" => node.all.extend(self.schemas(keyword)?),
            "anyOf" => node.any = self.schemas(keyword)?,
            "oneOf" => node.one = self.schemas(keyword)?,
            "not" => node.not = Some(self.child(keyword)?),
            // Read together with their neighbours.
            "if" | "then" | "else" | "contains" | "minContains" | "maxContains" => {}
            "type" => node.kinds = kinds(keyword)?,
            "const" => restrict(&mut node.fixed, std::slice::from_ref(keyword.value)),
            "enum" => restrict(&mut node.fixed, keyword.list()?),
            "format" => {
                let name = keyword.text()?;
                node.format = keywords::format(name);
                node.keywords.extend(node.format);
                if node.format.is_none() {
                    *self.parsed.ignored_formats.entry(name.to_owned()).or_default() += 1;
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn number_or_text(
        &mut self,
        node: &mut Node,
        keyword: Keyword<'a, '_>,
    ) -> Result<bool, SchemaError> {
        match keyword.name {
            "minimum" => node.number.least = Some(keyword.amount()?),
            "maximum" => node.number.greatest = Some(keyword.amount()?),
            "exclusiveMinimum" => node.number.above = Some(keyword.amount()?),
            "exclusiveMaximum" => node.number.below = Some(keyword.amount()?),
            "multipleOf" => {
                let unit = keyword.amount()?;
                if unit.as_real() <= 0.0 {
                    return Err(keyword.malformed("a number above 0"));
                }
                node.number.multiple_of = Some(unit);
            }
            "minLength" => node.text.length_min = keyword.count()?,
            "maxLength" => node.text.length_max = Some(keyword.count()?),
            "pattern" => node.text.pattern = Some(keyword.pattern(keyword.text()?)?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn array(&mut self, node: &mut Node, keyword: Keyword<'a, '_>) -> Result<bool, SchemaError> {
        match keyword.name {
            "minItems" => node.array.count_min = keyword.count()?,
            "maxItems" => node.array.count_max = Some(keyword.count()?),
            "uniqueItems" => {
                let flag = keyword.value.as_bool();
                node.array.is_unique = flag.ok_or_else(|| keyword.malformed("true or false"))?;
            }
            "prefixItems" => node.array.prefix = self.schemas(keyword)?,
            "items" => node.array.items = Some(self.child(keyword)?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn object(&mut self, node: &mut Node, keyword: Keyword<'a, '_>) -> Result<bool, SchemaError> {
        match keyword.name {
            "minProperties" => node.object.count_min = keyword.count()?,
            "maxProperties" => node.object.count_max = Some(keyword.count()?),
            "properties" => {
                for (name, value) in keyword.object()? {
                    let id = self.schema(value, &below(keyword, name))?;
                    node.object.properties.insert(name.clone(), id);
                }
            }
            "patternProperties" => {
                for (pattern, value) in keyword.object()? {
                    let id = self.schema(value, &below(keyword, pattern))?;
                    node.object.patterns.push((keyword.pattern(pattern)?, id));
                }
            }
            "additionalProperties" => node.object.additional = Some(self.child(keyword)?),
            "unevaluatedProperties" => node.object.unevaluated = Some(self.child(keyword)?),
            "propertyNames" => node.object.names = Some(self.child(keyword)?),
            "required" => {
                let names = keyword.value.as_array().and_then(|names| {
                    names.iter().map(|name| name.as_str().map(str::to_owned)).collect()
                });
                node.object.required = names.ok_or_else(|| keyword.malformed("a list of names"))?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn child(&mut self, keyword: Keyword<'a, '_>) -> Result<NodeId, SchemaError> {
        self.schema(keyword.value, &format!("{}/{}", keyword.pointer, keyword.name))
    }

    fn schemas(&mut self, keyword: Keyword<'a, '_>) -> Result<Vec<NodeId>, SchemaError> {
        let list = keyword.list()?.iter().enumerate();
        list.map(|(index, value)| self.schema(value, &below(keyword, &index.to_string()))).collect()
    }

    fn reference(&mut self, keyword: Keyword<'a, '_>) -> Result<NodeId, SchemaError> {
        let target = keyword.text()?;
        let found = target.strip_prefix('#').and_then(decoded).and_then(|pointer| {
            let value = self.root.pointer(&pointer)?;
            Some((value, pointer))
        });
        match found {
            Some((value, pointer)) => self.schema(value, &pointer),
            None => Err(SchemaError::NoTarget {
                pointer: keyword.pointer.to_owned(),
                target: target.to_owned(),
            }),
        }
    }
}

/// The pointer of a part of a keyword's value.
fn below(keyword: Keyword<'_, '_>, part: &str) -> String {
    let part = part.replace('~', "~0").replace('/', "~1");
    format!("{}/{}/{part}", keyword.pointer, keyword.name)
}

/// A fragment of a URI without its percent signs.
fn decoded(fragment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = after.get(2..)?;
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

fn kinds(keyword: Keyword<'_, '_>) -> Result<Kinds, SchemaError> {
    let named = |value: &Value| value.as_str().and_then(Kinds::named);
    let kinds = match keyword.value {
        Value::Array(names) if !names.is_empty() => names
            .iter()
            .try_fold(Kinds::NONE, |kinds, name| named(name).map(|named| kinds.or(named))),
        name => named(name),
    };
    kinds.ok_or_else(|| keyword.malformed("a name of a type or a list of them"))
}

/// Leaves only what both lists hold.
fn restrict(fixed: &mut Option<Vec<Value>>, values: &[Value]) {
    match fixed {
        None => *fixed = Some(values.to_vec()),
        Some(fixed) => fixed.retain(|value| values.iter().any(|other| same(value, other))),
    }
}
