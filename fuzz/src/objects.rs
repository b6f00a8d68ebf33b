//! Domain objects for the fuzzer: every kind of step, and none that panics on any value.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use versioned_core::{BaseVersionedDomainObject, ConversionError, LazyValue, SchemaVersion, lazy};

/// Fields with versions of their own: lazy, `Value` and typed steps, context, a side output and
/// `each`.
#[derive(Debug, Deserialize, BaseVersionedDomainObject)]
#[versioned(entity = "album")]
pub struct Album {
    /// A plain field, which a chain reads.
    pub title: String,
    /// Converted as a whole.
    #[versioned(
        version_field = "pages_version",
        min = 1,
        max = 7,
        context(title, tags(version = 2, as = Option<Vec<String>>)),
        side_output(step = 4, field = page_count)
    )]
    pub pages: Vec<Page>,
    /// The version of the pages.
    pub pages_version: SchemaVersion,
    /// Set by a step of the pages.
    pub page_count: usize,
    /// May be absent, as may its version.
    #[versioned(version_field = "tags_version", min = 1, max = 3, missing_version = 1)]
    pub tags: Option<Vec<Tag>>,
    /// The version of the tags.
    pub tags_version: Option<SchemaVersion>,
    /// Converted element by element.
    #[versioned(version_field = "marks_version", min = 1, max = 4, each)]
    pub marks: BTreeMap<String, Mark>,
    /// The version of the marks.
    pub marks_version: SchemaVersion,
    /// Never converted.
    #[versioned(unversioned)]
    #[serde(default)]
    pub extra: Map<String, Value>,
}

/// A page of an album.
#[derive(Debug, Serialize, Deserialize)]
pub struct Page {
    /// What is written on it.
    pub text: String,
    /// Where it belongs.
    pub album: String,
    /// Anything.
    #[serde(default)]
    pub notes: Value,
}

/// A tag of an album.
#[derive(Debug, Serialize, Deserialize)]
pub struct Tag {
    /// Its name.
    pub name: String,
}

/// A mark in an album.
#[derive(Debug, Serialize, Deserialize)]
pub struct Mark {
    /// Where it is.
    pub page: u64,
    /// How strong it is.
    #[serde(default)]
    pub weight: f64,
}

impl Album {
    fn _convert_pages_v1_to_v2(mut pages: LazyValue<'_>) -> Result<LazyValue<'_>, ConversionError> {
        for page in pages.try_elements_mut()? {
            page.try_object_mut()?.rename("content", "text");
        }
        Ok(pages)
    }

    fn _convert_pages_v2_to_v3<'a>(
        mut pages: LazyValue<'a>,
        context: &AlbumPagesContext<'_>,
    ) -> LazyValue<'a> {
        for page in pages.elements_mut() {
            page.insert("album", context.title.to_owned());
            page.insert("tag_count", context.tags.as_ref().map(Vec::len));
        }
        pages
    }

    // Deeper by one level.
    fn _convert_pages_v3_to_v4(mut pages: LazyValue<'_>) -> Result<LazyValue<'_>, ConversionError> {
        pages.map_each(|mut page| {
            let notes = page.remove("note");
            page.insert("notes", notes.map(|note| lazy!({ "first": note })));
            Ok(page)
        })?;
        Ok(pages)
    }

    fn _convert_pages_v4_to_v5(pages: Value) -> Result<(Value, usize), ConversionError> {
        let count = pages.as_array().map(Vec::len);
        let count = count.ok_or_else(|| ConversionError::new("the pages are no list").at(""))?;
        Ok((pages, count))
    }

    fn _convert_pages_v5_to_v6(mut pages: Vec<Page>) -> Result<Vec<Page>, ConversionError> {
        match pages.iter().position(|page| page.text == "torn") {
            Some(torn) => Err(ConversionError::new("a torn page").at(format!("/{torn}/text"))),
            None => {
                pages.reverse();
                Ok(pages)
            }
        }
    }

    fn _convert_pages_v6_to_v7(pages: LazyValue<'_>) -> LazyValue<'_> {
        pages
    }

    fn _convert_tags_v1_to_v2(tags: Value) -> Value {
        match tags {
            Value::String(names) => names.split(',').collect(),
            other => other,
        }
    }

    fn _convert_tags_v2_to_v3(tags: LazyValue<'_>) -> Result<LazyValue<'_>, ConversionError> {
        Ok(tags.try_elements()?.map(|tag| lazy!({ "name": LazyValue::from(tag) })).collect())
    }

    fn _convert_marks_v1_to_v2(mark: LazyValue<'_>) -> LazyValue<'_> {
        if mark.as_u64().is_some() { lazy!({ "page": mark }) } else { mark }
    }

    fn _convert_marks_v2_to_v3(mark: Mark) -> Mark {
        Mark { weight: mark.weight / 2.0, ..mark }
    }

    fn _convert_marks_v3_to_v4(mut mark: Value) -> Value {
        if let Some(members) = mark.as_object_mut() {
            members.insert("weight".to_owned(), json!(1));
        }
        mark
    }
}

/// One version for the whole document.
#[derive(Debug, Serialize, Deserialize, BaseVersionedDomainObject)]
#[versioned(
    document,
    entity = "notice",
    version_field = "schema_version",
    min = 1,
    max = 5,
    missing_version = 1
)]
pub struct Notice {
    /// The version of the document.
    pub schema_version: Option<SchemaVersion>,
    /// What it says.
    pub lines: Vec<String>,
    /// All the rest.
    #[serde(default)]
    pub rest: Value,
}

impl Notice {
    // Deeper by one level.
    fn _convert_document_v1_to_v2(mut document: LazyValue<'_>) -> LazyValue<'_> {
        let lines = document.remove("text");
        lazy!({ "lines": [lines], "rest": document })
    }

    fn _convert_document_v2_to_v3(
        mut document: LazyValue<'_>,
    ) -> Result<LazyValue<'_>, ConversionError> {
        document.try_get_mut("lines")?.try_list_mut()?.retain(|line| !line.is_null());
        Ok(document)
    }

    fn _convert_document_v3_to_v4(mut document: Value) -> Value {
        if let Some(rest) = document.get_mut("rest").and_then(Value::as_object_mut) {
            rest.remove("schema_version");
        }
        document
    }

    fn _convert_document_v4_to_v5(document: Self) -> Self {
        document
    }
}
