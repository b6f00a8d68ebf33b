//! What `#[serde(..)]` says about keys and presence. What serde does not know, serde itself
//! reports.

use proc_macro2::Span;
use syn::{
    Attribute, Expr, ExprPath, Ident, LitStr, Token,
    ext::IdentExt as _,
    parenthesized,
    parse::{ParseStream, Parser as _},
};

use super::case::Case;

/// `#[serde(default)]` or `#[serde(default = "path")]`
#[derive(Clone)]
pub(crate) enum SerdeDefault {
    Trait,
    Path(ExprPath),
}

/// The serde attributes of a struct or of a field.
#[derive(Default, Clone)]
pub(crate) struct SerdeAttr {
    pub(crate) rename_serialize: Option<String>,
    pub(crate) rename_deserialize: Option<String>,
    pub(crate) rename_all_serialize: Option<Case>,
    pub(crate) rename_all_deserialize: Option<Case>,
    pub(crate) rename_span: Option<Span>,
    pub(crate) default: Option<SerdeDefault>,
    /// The function of `deserialize_with`, or of `with`.
    pub(crate) deserialize_with: Option<ExprPath>,
    /// Whether `serialize_with` or `with` is there.
    pub(crate) serialize_with: bool,
    pub(crate) flatten: Option<Span>,
    pub(crate) alias: Option<Span>,
    pub(crate) skip: Option<Span>,
    /// `skip_serializing` or `skip_deserializing`, with its name.
    pub(crate) skip_half: Option<(Span, &'static str)>,
    /// `transparent`, `from`, `try_from` or `into`: the JSON is not that of the fields.
    pub(crate) other_shape: Option<(Span, String)>,
    /// Whether there is something else that has to do with reading.
    pub(crate) has_more: bool,
}

impl SerdeAttr {
    /// Reads all serde attributes of a list.
    pub(crate) fn of(attributes: &[Attribute]) -> Self {
        let mut found = Self::default();
        for attribute in attributes {
            let syn::Meta::List(list) = &attribute.meta else { continue };
            if list.path.is_ident("serde") {
                // A malformed attribute is serde's to report.
                let read = |input: ParseStream<'_>| found.read(input);
                read.parse2(list.tokens.clone()).ok();
            }
        }
        found
    }

    fn read(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        while !input.is_empty() {
            let name: Ident = input.call(Ident::parse_any)?;
            let item = Item::parse(input)?;
            self.take(&name, item);
            if input.is_empty() {
                break;
            }
            input.parse::<Token![,]>()?;
        }
        Ok(())
    }

    fn take(&mut self, name: &Ident, item: Item) {
        let span = name.span();
        match (name.to_string().as_str(), item) {
            ("rename", item) => {
                self.rename_span = Some(span);
                let (serialize, deserialize) = item.halves();
                self.rename_serialize = serialize.map(|text| text.value());
                self.rename_deserialize = deserialize.map(|text| text.value());
            }
            ("rename_all", item) => {
                let (serialize, deserialize) = item.halves();
                let case = |text: LitStr| Case::named(&text.value());
                self.rename_all_serialize = serialize.and_then(case);
                self.rename_all_deserialize = deserialize.and_then(case);
            }
            ("default", Item::Word) => self.default = Some(SerdeDefault::Trait),
            ("default", Item::Text(text)) => {
                self.default = text.parse().ok().map(SerdeDefault::Path);
            }
            ("deserialize_with", Item::Text(text)) => self.deserialize_with = text.parse().ok(),
            ("serialize_with", Item::Text(_)) => self.serialize_with = true,
            ("with", Item::Text(text)) => {
                self.serialize_with = true;
                self.deserialize_with = text.parse::<ExprPath>().ok().map(|mut path| {
                    path.path.segments.push(Ident::new("deserialize", text.span()).into());
                    path
                });
            }
            ("flatten", _) => self.flatten = Some(span),
            ("alias", _) => self.alias = Some(span),
            ("skip", _) => self.skip = Some(span),
            ("skip_serializing", _) => self.skip_half = Some((span, "skip_serializing")),
            ("skip_deserializing", _) => self.skip_half = Some((span, "skip_deserializing")),
            ("transparent" | "from" | "try_from" | "into", _) => {
                self.other_shape = Some((span, name.to_string()));
            }
            ("skip_serializing_if" | "crate" | "expecting", _) => {}
            _ => self.has_more = true,
        }
    }

    /// Whether everything that serde does to read a field is known: a key, a default, a function.
    pub(crate) fn is_plain(&self) -> bool {
        !self.has_more
            && self.flatten.is_none()
            && self.alias.is_none()
            && self.other_shape.is_none()
    }
}

/// What follows the name in `#[serde(name ..)]`.
enum Item {
    Word,
    Text(LitStr),
    Pair { serialize: Option<LitStr>, deserialize: Option<LitStr> },
    Other,
}

impl Item {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            if input.peek(LitStr) {
                return input.parse().map(Self::Text);
            }
            input.parse::<Expr>()?;
            return Ok(Self::Other);
        }
        if !input.peek(syn::token::Paren) {
            return Ok(Self::Word);
        }
        let content;
        parenthesized!(content in input);
        let (mut serialize, mut deserialize) = (None, None);
        while !content.is_empty() {
            let name: Ident = content.call(Ident::parse_any)?;
            let value = match Self::parse(&content)? {
                Self::Text(text) => Some(text),
                Self::Word | Self::Pair { .. } | Self::Other => None,
            };
            if name == "serialize" {
                serialize = value;
            } else if name == "deserialize" {
                deserialize = value;
            }
            if !content.is_empty() {
                content.parse::<Token![,]>()?;
            }
        }
        Ok(Self::Pair { serialize, deserialize })
    }

    fn halves(self) -> (Option<LitStr>, Option<LitStr>) {
        match self {
            Self::Text(text) => (Some(text.clone()), Some(text)),
            Self::Pair { serialize, deserialize } => (serialize, deserialize),
            Self::Word | Self::Other => (None, None),
        }
    }
}
