//! The texts of what does not compile: what is wrong, where, why, and the line to write.

use crate::{
    attr::ChainPath,
    expand::{Names, conversion_name},
    valid::{Versioned, range},
};

/// The texts for one versioned field.
pub(super) struct Messages<'a> {
    versioned: &'a Versioned<'a>,
    object: String,
    /// "`Exploration.states`"
    place: String,
    context: Option<String>,
}

impl<'a> Messages<'a> {
    pub(super) fn new(versioned: &'a Versioned<'a>, names: &Names) -> Self {
        let object = names.object.to_string();
        let place = match versioned.field {
            Some(field) => format!("`{object}.{}`", field.name),
            None => format!("the document of `{object}`"),
        };
        let context = names.context(versioned).map(|context| context.to_string());
        Self { versioned, object, place, context }
    }

    fn range(&self) -> String {
        range(self.versioned.chain)
    }

    /// What stands below the marked literal.
    pub(super) fn range_label(&self) -> String {
        format!("{} declares schema versions {} here", self.place, self.range())
    }

    pub(super) fn missing(&self, from: u32) -> String {
        let Self { object, place, .. } = self;
        let function = conversion_name(self.versioned.name, from);
        let (min, max) = (self.versioned.chain.min(), self.versioned.chain.max());
        let (min, max) = (min.unwrap_or_default(), max.unwrap_or_default());
        format!(
            "\nconversion function `{object}::{function}` is missing\n  \
             {place} declares schema versions {min}..={max}, so it needs every step \
             from v{min} to v{max}\n  \
             add to `impl {object}`, in this module or as `pub(crate)`:\n    {}\n",
            self.line(from)
        )
    }

    /// The line to write for a step; with a second parameter the lifetime cannot be left out.
    fn line(&self, from: u32) -> String {
        let function = conversion_name(self.versioned.name, from);
        let (generics, value, context) = match &self.context {
            Some(name) => ("<'a>", "LazyValue<'a>", format!(", context: &{name}<'_>")),
            None => ("", "LazyValue<'_>", String::new()),
        };
        let output = self.returned(from, value);
        format!(
            "fn {function}{generics}(value: {value}{context}) -> Result<{output}, ConversionError>"
        )
    }

    /// What a step returns, errors aside.
    fn returned(&self, from: u32, value: &str) -> String {
        let sides: Vec<String> = self
            .versioned
            .side_outputs
            .iter()
            .filter(|(step, _)| step.value == from)
            .map(|(_, field)| type_text(&field.ty))
            .collect();
        match sides.as_slice() {
            [] => value.to_owned(),
            [one] => format!("({value}, {one})"),
            several => format!("({value}, ({}))", several.join(", ")),
        }
    }

    pub(super) fn leftover(&self, from: u32) -> String {
        let Self { object, place, .. } = self;
        let function = conversion_name(self.versioned.name, from);
        let (min, max) = (self.versioned.chain.min(), self.versioned.chain.max());
        let fix = match (min, max) {
            (Some(min), _) if from < min => format!("delete it, or lower `min` to {from}"),
            (_, Some(max)) if from >= max => {
                format!("raise `max` to {}, or delete it", u64::from(from) + 1)
            }
            _ => "delete it".to_owned(),
        };
        let text = format!("\nconversion function `{object}::{function}` is left over\n  {place}");
        match &self.versioned.attr.chain {
            Some(path) => format!("{text} has the chain of {}: {fix}\n", self.shared(path)),
            None => format!("{text} declares schema versions {}: {fix}\n", self.range()),
        }
    }

    pub(super) fn wrong_signature(&self) -> String {
        format!("`{{Self}}` is not a conversion function of {}", self.place)
    }

    pub(super) fn accepted_signatures(&self) -> String {
        let mut text =
            "accepted signatures, where `T` and `U` are `LazyValue`, `serde_json::Value` or types \
             that serde reads and writes, and `E` is any error:"
                .to_owned();
        let contexts = self.context.as_ref().map(|name| format!(", &{name}<'_>"));
        let contexts = std::iter::once(String::new()).chain(contexts);
        for context in contexts {
            for output in ["U", "Result<U, E>"] {
                text.push_str(&format!("\n  fn(T{context}) -> {output}"));
            }
        }
        if let Some(name) = &self.context {
            text.push_str(&format!(
                "\nbeside a context, the lifetime of a `LazyValue` is written out: \
                 fn<'a>(LazyValue<'a>, &{name}<'_>) -> LazyValue<'a>"
            ));
        }
        for (index, (step, _)) in self.versioned.side_outputs.iter().enumerate() {
            let steps = &self.versioned.side_outputs;
            if index > 0 && steps[index - 1].0.value == step.value {
                continue;
            }
            let function = conversion_name(self.versioned.name, step.value);
            let returned = self.returned(step.value, "U");
            text.push_str(&format!(
                "\n`{function}` has side outputs: it returns `{returned}` in the place of `U`"
            ));
        }
        text
    }

    pub(super) fn wrong_error(&self) -> String {
        format!("`{{F}}`, a conversion function of {}, cannot fail with `{{Self}}`", self.place)
    }

    pub(super) fn accepted_errors(&self) -> String {
        "a conversion fails with `versioned_core::ConversionError`, or with any type that \
         implements `std::error::Error + Send + Sync + 'static`"
            .to_owned()
    }

    pub(super) fn unreadable(&self) -> String {
        format!(
            "`{{F}}`, a conversion function of {}, takes a type that serde cannot read: `{{Self}}`",
            self.place
        )
    }

    pub(super) fn unwritable(&self) -> String {
        format!(
            "`{{F}}`, a conversion function of {}, returns a type that serde cannot write: \
             `{{Self}}`",
            self.place
        )
    }

    pub(super) fn read_note(&self) -> String {
        "add `#[derive(serde::Deserialize)]` to the type, or take a `LazyValue`; by value, not by \
         reference"
            .to_owned()
    }

    pub(super) fn write_note(&self) -> String {
        "add `#[derive(serde::Serialize)]` to the type, or return a `LazyValue`".to_owned()
    }

    /// The place of a function, with the numbers of its versions as parameters of the trait.
    fn function(&self, from: &str, to: &str) -> String {
        let Self { object, versioned, .. } = self;
        format!("`{object}::_convert_{}_v{{{from}}}_to_v{{{to}}}`", versioned.name)
    }

    pub(super) fn adjacent_disagree(&self) -> String {
        format!(
            "adjacent conversions of {} disagree: {} returns `{{Self}}`, but {} takes `{{T}}`",
            self.place,
            self.function("BEFORE", "FROM"),
            self.function("FROM", "TO"),
        )
    }

    pub(super) fn adjacent_note(&self) -> String {
        format!(
            "make {} return `{{T}}`, or let one of the two work on `LazyValue`",
            self.function("BEFORE", "FROM")
        )
    }

    pub(super) fn last_type(&self) -> String {
        let name = self.versioned.chain.max().and_then(|max| max.checked_sub(1));
        let function = conversion_name(self.versioned.name, name.unwrap_or_default());
        let Self { object, place, .. } = self;
        let what = match (self.versioned.field, self.versioned.attr.each) {
            (None, _) => "but the domain object is".to_owned(),
            (Some(_), Some(_)) => format!("but the elements of {place} are"),
            (Some(_), None) => format!("but {place} is"),
        };
        format!("the last conversion `{object}::{function}` returns `{{Self}}`, {what} `{{T}}`")
    }

    pub(super) fn last_note(&self) -> String {
        "a typed last step returns the type of the field; a `LazyValue` or a `serde_json::Value` \
         is checked when the object is read"
            .to_owned()
    }

    /// "`Exploration.states`", as the owner of a shared chain.
    pub(super) fn shared(&self, path: &ChainPath) -> String {
        let owner = path.owner.segments.last().map(|last| last.ident.to_string());
        let field = path.field.as_deref().unwrap_or(self.versioned.name);
        format!("`{}.{field}`", owner.unwrap_or_default())
    }

    pub(super) fn no_shared_chain(&self, chain: &str) -> String {
        format!(
            "\n{chain} is not a versioned field, and {} wants to share its chain\n  \
             name the type that owns the chain, or its field: `chain = Owner::field`\n",
            self.place
        )
    }

    pub(super) fn other_shared(&self, chain: &str, what: &str, attribute: &str) -> String {
        format!(
            "\n{} shares the chain of {chain}, and declares other {what}\n  \
             write the same `{attribute}` as {chain} has: the same names, versions and steps\n",
            self.place
        )
    }

    pub(super) fn other_shared_types(&self, chain: &str) -> String {
        format!(
            "\n{} shares the chain of {chain}, and its context or side outputs have other types\n  \
             give the siblings the types that they have beside {chain}\n",
            self.place
        )
    }

    pub(super) fn shared_min(&self, chain: &str, min: u32) -> String {
        format!(
            "\n{} declares `min` {min}, older than the chain of {chain} reads\n  \
             raise it, or leave it out\n",
            self.place
        )
    }

    pub(super) fn shared_max(&self, chain: &str, max: u32) -> String {
        format!(
            "\n{} declares `max` {max}, which is not the `max` of {chain}, whose chain it \
             shares\n  \
             write that number, or leave it out\n",
            self.place
        )
    }

    pub(super) fn late_missing_version(&self, value: u32) -> String {
        format!(
            "\n`missing_version` of {} is {value}, outside the versions of the chain that it \
             shares: \
             documents without a version could not be read\n",
            self.place
        )
    }

    pub(super) fn late_context_version(&self, sibling: &str, value: u32) -> String {
        format!(
            "\n`{sibling}` shares a chain that does not have version {value}, in which the \
             conversions of {} \
             want to see it\n",
            self.place
        )
    }

    pub(super) fn late_group(&self, first: &str, version: &str) -> String {
        format!(
            "\n{} and `{first}` have one version field, `{version}`, and other versions\n  \
             they need the same `min` and `max`, and one of them has those of the chain that \
             it shares\n",
            self.place
        )
    }

    pub(super) fn shared_target(&self, chain: &str) -> String {
        format!(
            "{} shares the chain of {chain}, whose conversions end in another type than \
             `{{Self}}`: \
             in `{{B}}`",
            self.place
        )
    }

    pub(super) fn asserted(&self, what: &str, value: Option<u32>, constant: &str) -> String {
        let value = value.map_or_else(String::new, |value| format!(" {value}"));
        format!(
            "\n`{what}`{value} of {} is not what `{constant}` says\n  change one of the two\n",
            self.place
        )
    }

    pub(super) fn no_elements(&self, ty: &str) -> String {
        format!(
            "\n{} is declared `each`, and its type `{ty}` is neither a list nor a map\n  \
             `each` works on `Vec`, `VecDeque`, arrays, `BTreeMap`, `HashMap`, \
             `serde_json::Value` and \
             `serde_json::Map`, and on an `Option` of those\n  \
             leave `each` out, and let the conversions take the whole value\n",
            self.place
        )
    }

    pub(super) fn version_type(&self, field: &str) -> String {
        let Self { object, place, .. } = self;
        let option = match self.versioned.attr.missing_version {
            Some(_) => " or an `Option` of one,",
            None => "",
        };
        format!(
            "\n`{object}.{field}` holds the version of {place}, and its type is no integer\n  \
             give it the type `SchemaVersion`,{option} or an integer type\n"
        )
    }
}

pub(super) fn undeclared(object: &str, field: &str) -> String {
    format!(
        "\nfield `{object}.{field}` is neither plain nor declared\n  \
         if the shape of its JSON changes over time, write above it:\n    \
         #[versioned(version_field = \"{field}_schema_version\", min = 1, max = 1)]\n  \
         if it has no versions:\n    \
         #[versioned(unversioned)]\n  \
         if its type is a number, a text, an id or a time of your own: \
         `impl PlainField` for that type\n"
    )
}

/// A type as it was written, without the spaces between its tokens.
pub(super) fn type_text(ty: &impl quote::ToTokens) -> String {
    let text = ty.to_token_stream().to_string();
    text.replace(" :: ", "::")
        .replace(" < ", "<")
        .replace(" >", ">")
        .replace(" ,", ",")
        .replace("& ", "&")
}
