//! Documents of our own, with everything that a parser and printer would spell in its own way.

use versioned_core::BaseVersionedDomainObject;

use super::{
    super::{exploration::Exploration, notebook::Notebook},
    Untouched,
    declared::{EXPLORATION, NOTEBOOK},
    real::{compare_migrated, since},
    steps::Step,
};

/// Duplicate keys, numbers of all spellings, odd escapes, lone surrogates, blanks.
const HARD: &str = r#"{ "twice":1, "twice" : 1.0,"twice":{"twice":[ ],"twice":{ } },
	"integers":[18446744073709551616 ,-123456789012345678901234567890, -0],
	"fractions": [1.0,0.10,-0.0,1e5,1E+05, 1e-0 ,1.5e400,0.1000000000000000055511151231257827],
	"odd \u0065scapes" : "\u0041\/\b\f\u00E9\u00e9\ud83d\uDE00\u0022\\\u005C",
	"lone":"\ud800x", "lone \udfff" : [ "\uDC00\ud800" ],
	"blanks"	:  [ {"a" :
null}, [[ ],[
{ } ]] ],"":"" , "unescaped":"é😀/" }"#;

/// Migrates a document in which every `HARD` stands for a hard value, and expects all of them
/// again, and all the rest that no step touches.
fn check<D: BaseVersionedDomainObject>(document: &str, steps: &[Step], expect_members: usize) {
    let stored = document.replace("HARD", HARD);
    let migrated = D::migrate_to_latest_schema_versions(&stored).unwrap();
    let hard_values = document.matches("HARD").count();
    assert_eq!(migrated.document().matches(HARD).count(), hard_values);

    let Untouched { members, changed_bytes, differences, .. } =
        compare_migrated::<D>(&stored, steps).unwrap();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert_eq!((members, changed_bytes), (expect_members, 0));
}

#[test]
fn hard_values_in_an_exploration_stay() {
    let document = r#" { "id":"x", "init_state_name": "St\u0061rt","language_code" :"en",
    "other":HARD, "oth\u0065r": HARD,
    "states" : {
        "Start": { "content" : HARD,"linked_skill_id":"old" , "int\u0065raction": {
            "id": "DragAndDropSortInput", "hard":HARD, "solution" :{ "correct_answer": [["<p>"]],
                "explanation": HARD, "explanation" : 1.0 },
            "customization_args": {"choices": {"hard": HARD, "value" : [
                {"content_id": "ca_0", "html" : "<p>", "hard":HARD} ] }, "hard": HARD },
            "answer_groups": [ {"outcome":HARD , "rule_specs" :[
                {"rule_type": "HasElementXBeforeElementY", "hard":HARD ,
                "inputs":{"y":"<p>", "hard": HARD, "x" : "\u003cp>"} } , { "rule_type": "other",
                "inputs" : {"x":HARD, "x":[ ],"y" : HARD } } ] },
                {"rule_specs": [ ], "hard" :HARD} ]
        } },
        "odd \u006eame \udfff" : {"a":HARD, "a" : 1.0,"interaction":{ "id" :"MathEquationInput",
            "customization_args" : { "hard":HARD } , "hard": HARD}, "b":-0 },
        "twice": {"content": 1E5 , "interaction": { "id":"TextInput" , "hard" : HARD } },
        "twice": {"content":123456789012345678901 }
    } , "states_schema_version": 41 } "#;
    check::<Exploration>(document, &EXPLORATION, 27);
    let document = document.replace(": 41 }", ": 44 }");
    check::<Exploration>(&document, since(&EXPLORATION, 41, 44), 14);
    let document = document.replace(": 44 }", ": 45 }");
    check::<Exploration>(&document, &[], 1);
}

#[test]
fn hard_values_in_a_notebook_of_format_3_stay() {
    let document = r#"{ "file":"x" , "notebook" : { "hard":HARD, "metadata": {
        "name":"n", "hard" : HARD,"a":-0 }, "nbformat" : 3, "worksheets" :[ {"cells": [
        { "cell_type":"markdown" , "source" : [ "a\u000a" , "\u0062" ],
            "metadata": { "hard":HARD }, "hard": HARD },
        {"cell_type" : "raw", "source":"\ud800" , "hard": HARD },
        {"cell_type":"heading", "level": 2, "source" : "t","metadata":HARD,"hard" :HARD}
    ] }, { "cells" : [
        {"cell_type" : "code" , "input": "p\/q","language":"x" ,
            "prompt_number" : 18446744073709551616, "collapsed": true,
            "metadata" :{"hard": HARD}, "hard":HARD, "outputs": [
                { "output_type" :"pyout", "png":"\u0041\/" ,
                    "metadata": {"png" :HARD, "hard":HARD }, "prompt_number": 1e5,
                    "html" : [ "<p>\n" ,"\u003c"], "own\/key" : "\u0041" },
                { "output_type":"stream" , "text":[ "\u0061\u000A" , "\udfff"] , "hard" : HARD },
                { "output_type":"display_data" , "metadata": HARD, "svg" : [ "\u0041" ],
                    "latex":"\u0041" },
                {"output_type": "pyerr", "traceback" :[ "\ud800" ,"\u0041" ], "hard": HARD },
                { "output_type" : "own", "hard":HARD } ] },
        { "cell_type" :"code", "outputs" : [ ] }
    ] } ] } , "notebook_schema_version" : 3 }"#;
    check::<Notebook>(document, since(&NOTEBOOK, 2, 3), 37);
    let document = document.replace(r#"" : 3 }"#, r#"" : 2 }"#);
    check::<Notebook>(&document, &NOTEBOOK, 37);
}

#[test]
fn hard_values_in_a_notebook_of_format_4_stay() {
    let document = r#"{ "file":"x" , "notebook" : { "nbformat" : 4,
    "nbformat_minor": 4,"hard" :HARD, "metadata": {
        "orig_nbformat_minor" : 1.0 , "hard":HARD, "hard" : [ HARD ] }, "hard": HARD,
    "cells" : [
        { "source":[ "a" ,"\u0062"],"hard": HARD, "hard":HARD ,
            "outputs" : [ {"data" :{"text\/plain": HARD} } ] },
        { "source" : "\ud800", "i\u0064" :"\u0061" , "hard": HARD, "metadata" : { } } ,
        {"metadata":{"hard": HARD }}
    ] } , "notebook_schema_version" : 4 }"#;
    check::<Notebook>(document, since(&NOTEBOOK, 2, 4), 15);
    let document = document.replace(r#"" : 4 }"#, r#"" : 5 }"#);
    check::<Notebook>(&document, &[], 1);
}
