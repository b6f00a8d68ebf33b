//! The lesson's declaration: a chain of a hundred steps, of which a document of version `101 - n` runs the last `n`.

use serde::Deserialize;
use serde_json::{Map, Value};
use versioned_core::{BaseVersionedDomainObject, ConversionError, LazyValue, SchemaVersion};

use super::lazy;

/// A lesson: named states, each with a text, an interaction and hints.
#[derive(Debug, Deserialize, BaseVersionedDomainObject)]
#[versioned(entity = "generated_lesson")]
#[expect(dead_code, reason = "the object is read from its document and not looked at")]
pub(crate) struct Lesson {
    pub(crate) id: String,
    pub(crate) title: String,
    #[versioned(version_field = "states_schema_version", min = 1, max = 101)]
    pub(crate) states: Map<String, Value>,
    pub(crate) states_schema_version: SchemaVersion,
}

/// The latest version.
pub(crate) const LATEST: u32 = 101;

macro_rules! steps {
    ($($from:literal $name:ident,)*) => {
        impl Lesson {$(
            fn $name(states: LazyValue<'_>) -> Result<LazyValue<'_>, ConversionError> {
                lazy::step($from, states)
            }
        )*}
    };
}

steps! {
    1 _convert_states_v1_to_v2, 2 _convert_states_v2_to_v3,
    3 _convert_states_v3_to_v4, 4 _convert_states_v4_to_v5,
    5 _convert_states_v5_to_v6, 6 _convert_states_v6_to_v7,
    7 _convert_states_v7_to_v8, 8 _convert_states_v8_to_v9,
    9 _convert_states_v9_to_v10, 10 _convert_states_v10_to_v11,
    11 _convert_states_v11_to_v12, 12 _convert_states_v12_to_v13,
    13 _convert_states_v13_to_v14, 14 _convert_states_v14_to_v15,
    15 _convert_states_v15_to_v16, 16 _convert_states_v16_to_v17,
    17 _convert_states_v17_to_v18, 18 _convert_states_v18_to_v19,
    19 _convert_states_v19_to_v20, 20 _convert_states_v20_to_v21,
    21 _convert_states_v21_to_v22, 22 _convert_states_v22_to_v23,
    23 _convert_states_v23_to_v24, 24 _convert_states_v24_to_v25,
    25 _convert_states_v25_to_v26, 26 _convert_states_v26_to_v27,
    27 _convert_states_v27_to_v28, 28 _convert_states_v28_to_v29,
    29 _convert_states_v29_to_v30, 30 _convert_states_v30_to_v31,
    31 _convert_states_v31_to_v32, 32 _convert_states_v32_to_v33,
    33 _convert_states_v33_to_v34, 34 _convert_states_v34_to_v35,
    35 _convert_states_v35_to_v36, 36 _convert_states_v36_to_v37,
    37 _convert_states_v37_to_v38, 38 _convert_states_v38_to_v39,
    39 _convert_states_v39_to_v40, 40 _convert_states_v40_to_v41,
    41 _convert_states_v41_to_v42, 42 _convert_states_v42_to_v43,
    43 _convert_states_v43_to_v44, 44 _convert_states_v44_to_v45,
    45 _convert_states_v45_to_v46, 46 _convert_states_v46_to_v47,
    47 _convert_states_v47_to_v48, 48 _convert_states_v48_to_v49,
    49 _convert_states_v49_to_v50, 50 _convert_states_v50_to_v51,
    51 _convert_states_v51_to_v52, 52 _convert_states_v52_to_v53,
    53 _convert_states_v53_to_v54, 54 _convert_states_v54_to_v55,
    55 _convert_states_v55_to_v56, 56 _convert_states_v56_to_v57,
    57 _convert_states_v57_to_v58, 58 _convert_states_v58_to_v59,
    59 _convert_states_v59_to_v60, 60 _convert_states_v60_to_v61,
    61 _convert_states_v61_to_v62, 62 _convert_states_v62_to_v63,
    63 _convert_states_v63_to_v64, 64 _convert_states_v64_to_v65,
    65 _convert_states_v65_to_v66, 66 _convert_states_v66_to_v67,
    67 _convert_states_v67_to_v68, 68 _convert_states_v68_to_v69,
    69 _convert_states_v69_to_v70, 70 _convert_states_v70_to_v71,
    71 _convert_states_v71_to_v72, 72 _convert_states_v72_to_v73,
    73 _convert_states_v73_to_v74, 74 _convert_states_v74_to_v75,
    75 _convert_states_v75_to_v76, 76 _convert_states_v76_to_v77,
    77 _convert_states_v77_to_v78, 78 _convert_states_v78_to_v79,
    79 _convert_states_v79_to_v80, 80 _convert_states_v80_to_v81,
    81 _convert_states_v81_to_v82, 82 _convert_states_v82_to_v83,
    83 _convert_states_v83_to_v84, 84 _convert_states_v84_to_v85,
    85 _convert_states_v85_to_v86, 86 _convert_states_v86_to_v87,
    87 _convert_states_v87_to_v88, 88 _convert_states_v88_to_v89,
    89 _convert_states_v89_to_v90, 90 _convert_states_v90_to_v91,
    91 _convert_states_v91_to_v92, 92 _convert_states_v92_to_v93,
    93 _convert_states_v93_to_v94, 94 _convert_states_v94_to_v95,
    95 _convert_states_v95_to_v96, 96 _convert_states_v96_to_v97,
    97 _convert_states_v97_to_v98, 98 _convert_states_v98_to_v99,
    99 _convert_states_v99_to_v100, 100 _convert_states_v100_to_v101,
}
