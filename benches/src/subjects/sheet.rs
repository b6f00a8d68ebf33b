//! A sheet of about four kilobytes in a column beside its version, with one step that adds a member; and the jobs that
//! migrate a table of them, with a history and without one.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use versioned_core::{BaseVersionedDomainObject, ConversionError, LazyValue, SchemaVersion};
use versioned_jobs::{BaseMigrateVersionedModelJob, VersionedModel};
use versioned_store::{History, IdColumn, StorageModel};

/// A sheet of exercises.
#[derive(Debug, Serialize, Deserialize, BaseVersionedDomainObject)]
#[versioned(entity = "sheet")]
pub(crate) struct Sheet {
    pub(crate) id: i64,
    #[versioned(version_field = "body_schema_version", min = 1, max = 2)]
    pub(crate) body: Body,
    pub(crate) body_schema_version: SchemaVersion,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Body {
    pub(crate) title: String,
    pub(crate) author: Author,
    pub(crate) exercises: Vec<Exercise>,
    pub(crate) language: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Author {
    pub(crate) name: String,
    pub(crate) since: u32,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Exercise {
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) answers: Vec<String>,
    pub(crate) points: u32,
    pub(crate) optional: bool,
}

impl Sheet {
    /// The body gets a language, as `body || '{"language": "en"}'` gives it one.
    fn _convert_body_v1_to_v2(mut body: LazyValue<'_>) -> Result<LazyValue<'_>, ConversionError> {
        body.try_insert("language", "en")?;
        Ok(body)
    }
}

/// Sheets without a history.
pub(crate) struct Sheets;

impl VersionedModel for Sheets {
    type DomainObject = Sheet;

    fn storage_model() -> StorageModel {
        StorageModel::columns("sheets").id(IdColumn::integer("id")).model_version("version")
    }
}

/// The job over a table of sheets.
pub(crate) struct MigrateSheetJob;

impl BaseMigrateVersionedModelJob for MigrateSheetJob {
    type Model = Sheets;
}

/// Sheets with a history.
pub(crate) struct KeptSheets;

impl VersionedModel for KeptSheets {
    type DomainObject = Sheet;

    fn storage_model() -> StorageModel {
        Sheets::storage_model().history(History::tables("sheet_snapshots", "sheet_commits"))
    }
}

/// The same job where there is a history.
pub(crate) struct MigrateKeptSheetJob;

impl BaseMigrateVersionedModelJob for MigrateKeptSheetJob {
    type Model = KeptSheets;
}

/// The words of which texts are made.
const WORDS: &str = "a above across after against along among and another any are around as at away back because been \
    before began behind below between both bridge brought but by called came can carry centre clear close cold could \
    country course cross day deep different distance does door down draw during each early earth east edge eight \
    either end enough even every example eye face fall far farm father feet few field fifth figure find fire first \
    five fold follow foot for form found four fraction from front full gate gave give glass gold good grass great \
    green ground group half hand hard have head heard heavy height held here high hill hold home horse hour house \
    however hundred ice in inside into iron island just keep kept kind king knew known lake land large last late \
    left length less letter level light line list little live long look lost low made main make many map mark \
    matter mean measure met middle mile might mill minute money month moon more morning most mountain move much \
    name near need never new next night nine north note nothing number of off old on one only open or order other \
    our out over page pair paper part pass path pattern people perhaps piece place plain plant point power problem";

/// The stored body of the sheet with this number, at its old version; always the same.
pub(crate) fn body(number: u32) -> String {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let mut state = u64::from(number) ^ 0x9e37_79b9_7f4a_7c15;
    let mut next = |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut body = format!(
        r#"{{"title": "Sheet {number}", "author": {{"name": "user{}", "since": {}}}, "exercises": ["#,
        next(9_000),
        2_000 + next(26)
    );
    let exercises = 10 + next(5);
    for exercise in 0..exercises {
        let separator = if exercise > 0 { ", " } else { "" };
        // Writing to a text does not fail.
        let _ = write!(body, r#"{separator}{{"id": "{:016x}", "text": ""#, next(1 << 31) * 7_919);
        for word in 0..25 + next(20) {
            let index = usize::try_from(next(words.len() as u64)).unwrap_or_default();
            let _ = write!(body, "{}{}", if word > 0 { " " } else { "" }, words[index]);
        }
        body.push_str(r#".", "answers": ["#);
        for answer in 0..4 {
            let index = usize::try_from(next(words.len() as u64)).unwrap_or_default();
            let separator = if answer > 0 { ", " } else { "" };
            let _ = write!(body, r#"{separator}"{} {}""#, words[index], next(1_000));
        }
        let optional = next(2) == 0;
        let _ = write!(body, r#"], "points": {}, "optional": {optional}}}"#, next(20));
    }
    body.push_str("]}");
    body
}
