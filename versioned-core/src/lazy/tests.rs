//! The rules of the type, one by one; random documents and edits are in `model_tests`.

use serde_json::json;

use super::*;
use crate::{ConversionError, document::recycle, lazy};

/// Converts a text and gives the result, or the error with its pointer.
fn check(
    text: &str,
    expected: &str,
    convert: impl for<'t> FnOnce(&mut LazyValue<'t>) -> Result<(), ConversionError>,
) {
    let result = LazyValue::convert_str(text, |mut value| {
        convert(&mut value)?;
        Ok(value)
    });
    let shown = result.unwrap_or_else(|error| {
        let pointer = error.pointer().map(crate::json::Pointer::as_str).unwrap_or_default();
        format!("{pointer}: {error}")
    });
    assert_eq!(shown, expected);
}

#[test]
fn what_is_not_touched_is_written_byte_for_byte() {
    for text in [
        r#" {"a" : [1.0,1e5 , -0,12345678901234567890123], "a":2, "\u0061":"\ud800\/"} "#,
        "[ ]",
        "\t1.50\n",
        r#""\u00e9""#,
        "null",
    ] {
        check(text, text.trim(), |_| Ok(()));
    }
}

#[test]
fn opening_one_level_leaves_the_levels_below_and_the_scalars_as_they_are() {
    check(
        r#"{ "a\u0062" : { "x" : 1 } , "n": 1.0, "a\u0062":[ 1 ] }"#,
        r#"{"a\u0062":{ "x" : 1 },"n":1.0,"a\u0062":[ 1 ],"new":true}"#,
        |value| value.try_insert("new", true).map(drop),
    );
}

#[test]
fn a_key_that_no_text_can_hold_equals_itself_and_not_the_text_of_its_escape() {
    let equal = |left: &str, right: &str| {
        let mut is_equal = None;
        for opened in [false, true] {
            check(&format!("[{left},{right}]"), &format!("[{left},{right}]"), |value| {
                if opened {
                    assert!(value.elements_mut().all(|element| element.as_object_mut().is_some()));
                }
                is_equal = Some(value.at(0) == value.at(1));
                Ok(())
            });
        }
        is_equal.expect("it was compared")
    };
    assert!(equal(r#"{"\ud800":1}"#, r#"{"\ud800":1}"#));
    assert!(!equal(r#"{"\ud800":1}"#, r#"{"\\ud800":1}"#));
    assert!(equal(r#"{"\u0061":1}"#, r#"{"a":1}"#));
}

#[test]
fn a_new_key_may_start_and_end_with_a_quote() {
    // Inside, a key that starts with a quote is one as it stands in the text.
    check(r#"{"a":1}"#, r#"{"a":2,"\"a\"":3,"":4}"#, |value| {
        value.insert("\"a\"", 0);
        value.insert("a", 2);
        value.insert("\"a\"", 3);
        value.insert("", 4);
        assert!(value.get("\"a\"").is_some_and(|it| it.as_u64() == Some(3)));
        assert!(value.get("\"").is_none());
        Ok(())
    });
}

#[test]
fn reading_opens_nothing() {
    check(
        r#"{"a": {"b": [ {"c": "x\ny"}, 2 ]}}"#,
        r#"{"a": {"b": [ {"c": "x\ny"}, 2 ]}}"#,
        |value| {
            assert_eq!(
                value.pointer("/a/b/0/c").and_then(LazyRef::as_str).as_deref(),
                Some("x\ny")
            );
            assert_eq!(value.pointer("/a/b/1").and_then(LazyRef::as_i64), Some(2));
            assert_eq!(value.try_get("a")?.try_get("b")?.len(), 2);
            assert_eq!(value.pointer("/a/b/01"), None);
            assert_eq!(value.remove("absent"), None);
            assert!(!value.rename("absent", "new"));
            Ok(())
        },
    );
}

#[test]
fn of_equal_keys_the_last_one_counts_and_removal_means_all() {
    let text = r#"{"a":1,"b":0,"a":2,"a":3}"#;
    check(text, r#"{"a":1,"b":0,"a":2,"a":9}"#, |value| {
        assert_eq!(value.get("a").and_then(LazyRef::as_i64), Some(3));
        assert_eq!(value.insert("a", 9).and_then(|old| old.as_i64()), Some(3));
        Ok(())
    });
    check(text, r#"{"b":0}"#, |value| {
        assert_eq!(value.remove("a").and_then(|old| old.as_i64()), Some(3));
        Ok(())
    });
    check(text, r#"{"b":0,"c":3}"#, |value| {
        assert!(value.rename("a", "c"));
        Ok(())
    });
}

#[test]
fn a_renamed_member_keeps_its_place_and_replaces_a_member_of_the_new_name() {
    check(r#"{"a":1,"b":2,"c":3}"#, r#"{"x":1,"b":2,"c":3}"#, |value| {
        assert!(value.rename("a", "x"));
        Ok(())
    });
    check(r#"{"a":1,"b":2,"c":3}"#, r#"{"b":2,"a":3}"#, |value| {
        assert!(value.rename("c", "a"));
        Ok(())
    });
    check(r#"{"a":1}"#, r#"{"a":1}"#, |value| {
        assert!(value.rename("a", "a"));
        Ok(())
    });
}

#[test]
fn a_result_that_was_given_back_is_written_into_again() {
    let convert = |text: &str| {
        let result = LazyValue::convert_str(text, |mut value| {
            value.insert("new", true);
            Ok(value)
        });
        result.expect("it is an object")
    };
    let first = convert(r#"{"a":[1,2,3],"b":"text"}"#);
    let memory = first.as_ptr();
    recycle(first);
    let second = convert(r#"{"c":2}"#);
    assert_eq!((second.as_str(), second.as_ptr()), (r#"{"c":2,"new":true}"#, memory));
    assert_eq!(convert(r#"{"d":3}"#), r#"{"d":3,"new":true}"#);
}

#[test]
fn what_has_no_such_member_is_not_opened() {
    let text = r#"[ { "a" : 1 } , { } , [ ] , 5 ]"#;
    check(text, r#"[{ "a" : 1 },{ },[ ],5]"#, |value| {
        for (index, element) in value.try_elements_mut()?.enumerate() {
            let error = element.try_get_mut("b").expect_err("there is none");
            assert_eq!(
                element.try_remove("b").expect_err("there is none").to_string(),
                error.to_string()
            );
            assert_eq!(error.to_string().contains("member `b` is missing"), index < 2, "{error}");
            assert!(element.remove("b").is_none() && !element.rename("b", "c"));
            assert!(!element.rename_each(|_| None::<&str>));
            assert_eq!(element.try_elements_mut().is_ok_and(|it| it.count() == 0), index == 2);
        }
        Ok(())
    });
    check(text, "/1: member `b` is missing", |value| {
        value.at_mut(1).expect("an object").try_get_mut("b").map(drop)
    });
    check(text, "/0: member `b` is missing", |value| {
        value.at_mut(0).expect("an object").try_remove("b").map(drop)
    });
}

#[test]
fn keys_are_compared_by_what_they_say_and_new_ones_are_escaped() {
    check(r#"{"a\u0062\n":1}"#, "{\"a\\u0062\\n\":2,\"q\\\"\\\\\\u0001\u{e9}\":3}", |value| {
        value.insert("ab\n", 2);
        value.insert("q\"\\\u{1}\u{e9}", 3);
        Ok(())
    });
}

#[test]
fn an_entry_is_changed_or_filled() {
    check(r#"{"a":1}"#, r#"{"a":2,"b":[],"c":"d"}"#, |value| {
        let object = value.try_object_mut()?;
        object.entry("a").and_modify(|old| *old = 2.into()).or_insert(5);
        object.entry("b").or_insert_with(LazyValue::list);
        *object.entry("c").or_insert(LazyValue::null()) = "d".into();
        object.retain(|key, _| key != "z");
        Ok(())
    });
}

#[test]
fn wrong_types_are_errors_with_a_pointer_into_the_stored_text() {
    let text = r#"{"cells": [{"source": 5}, {"source/x": [true]}]}"#;
    check(text, "/cells/0/source: expected a text, found a number", |value| {
        for cell in value.try_get("cells")?.try_elements()? {
            cell.try_get("source")?.try_str()?;
        }
        Ok(())
    });
    check(text, "/cells/1: member `source` is missing", |value| {
        value.try_get("cells")?.at(1).expect("two cells").try_get("source").map(drop)
    });
    check(text, "/cells/1/source~1x/0: expected an object, found a truth value", |value| {
        let cell = value.try_get_mut("cells")?.try_list_mut()?.remove(1);
        let mut cell = cell;
        cell.try_get_mut("source/x")?.map_each(|mut element| {
            element.try_object_mut()?;
            Ok(element)
        })
    });
    check(text, "/cells/0/x: within the element", |value| {
        value
            .try_get_mut("cells")?
            .map_each(|_| Err(ConversionError::new("within the element").at("/x")))
    });
    check(text, "/cells/0/source: expected a text, found a number", |value| {
        let source = value.try_get("cells")?.at(0).expect("two cells").try_get("source")?;
        source.try_str().map(drop).map_err(|error| error.within(&"/doubled".into()))
    });
    check(text, "/cells/1: refused", |value| {
        let mut seen = 0;
        value.try_get_mut("cells")?.map_each(|cell| {
            seen += 1;
            if seen == 2 { Err(ConversionError::new("refused")) } else { Ok(cell) }
        })
    });
    check(r#"{"n": 99999999999999999999}"#, EXPECTED_INTEGER, |value| {
        value.try_get("n")?.try_i64().map(drop)
    });
    check(r#"["\ud800"]"#, "/0: a text with a lone surrogate, which cannot be read", |value| {
        value.at(0).expect("one").try_str().map(drop)
    });
    check(r#"{"a": 1, }"#, ": unexpected character at byte 9", |_| Ok(()));
}

const EXPECTED_INTEGER: &str = "/n: expected an integer of 64 bits, found 99999999999999999999";

#[test]
fn members_that_must_be_objects_are_opened_or_named() {
    check(r#"{"a":{"x":1},"b":{ }}"#, r#"{"a":{"x":1,"n":"a"},"b":{"n":"b"}}"#, |value| {
        for (key, object) in value.try_object_members_mut()? {
            let key = key.into_owned();
            object.insert("n", key);
        }
        Ok(())
    });
    check(r#"[{"x":1},{ }]"#, r#"[{"x":1,"n":0},{"n":1}]"#, |value| {
        for (index, object) in value.try_object_elements_mut()?.enumerate() {
            object.insert("n", index);
        }
        Ok(())
    });
    let text = r#"{"a":{"x":1},"b":[2]}"#;
    check(text, "/b: expected an object, found a list", |value| {
        value.try_object_members_mut().map(drop)
    });
    check("[{},3]", "/1: expected an object, found a number", |value| {
        value.try_object_elements_mut().map(drop)
    });
}

#[test]
fn structs_are_parsed_from_the_slice_and_written_back() {
    #[derive(serde::Deserialize, serde::Serialize)]
    struct Point {
        x: u8,
        y: f64,
    }
    check(r#"{"p":{"x":1,"y":2.5}}"#, r#"{"p":{"x":2,"y":2.5}}"#, |value| {
        let mut point: Point = value.try_get("p")?.parse()?;
        point.x += 1;
        value.try_insert("p", LazyValue::from_serialize(&point)?)?;
        assert_eq!(value.try_get("p")?.parse::<Point>()?.x, 2);
        Ok(())
    });
    let text = r#"{"p":{"x":1,"y":"far"}}"#;
    let expected = "/p/y: invalid type: string \"far\", expected f64 at line 1 column 16";
    check(text, expected, |value| value.try_get("p")?.parse::<Point>().map(drop));
    check(r#"{"a":[{"k":1,"k":2}]}"#, DUPLICATE, |value| value.try_get("a")?.to_value().map(drop));
}

const DUPLICATE: &str = "/a/0/k: a key that stands twice in its object, which `serde_json::Value` \
                         cannot hold at byte 8";

#[test]
fn values_convert_from_and_to_those_of_serde_json() {
    let value = json!({"a": [1, -2, 2.5, "x\"", null, true], "b": {}});
    let lazily = LazyValue::from(value.clone());
    assert_eq!(lazily.to_value().expect("it came from one"), value);
    assert_eq!(lazily.to_json(), value.to_string());
    let made: LazyValue<'_> = lazy!({"a": [1, (-2), 2.5_f64.to_string()], "b": {}});
    assert_eq!(made.to_json(), r#"{"a":[1,-2,"2.5"],"b":{}}"#);
    assert_eq!(
        LazyValue::from_serialize(&u128::MAX).expect("a number").to_json(),
        u128::MAX.to_string()
    );
    assert!(LazyValue::from_f64(f64::NAN).is_none());
}

#[test]
fn a_copy_keeps_the_spelling_of_numbers_and_refuses_what_it_cannot_hold() {
    let copy = LazyValue::from_json(r#"[1.0, 123456789012345678901234567890, "\u0061"]"#);
    assert_eq!(copy.expect("valid").to_json(), r#"[1.0,123456789012345678901234567890,"a"]"#);
    for (text, pointer) in [(r#"{"a":["\ud800x"]}"#, "/a/0"), (r#"{"a":{"\udfff":1}}"#, "/a")] {
        let error = LazyValue::from_json(text).expect_err(text);
        assert_eq!(error.pointer().map(crate::json::Pointer::as_str), Some(pointer));
    }
}

#[test]
fn members_are_moved_into_an_object_of_their_own() {
    check(
        r#"{"a\u0062":1.0,"c":2,"a\u0062":3}"#,
        r#"{"c":2,"moved":{"a\u0062":1.0,"a\u0062":3}}"#,
        |value| {
            let object = value.try_object_mut()?;
            let moved = object.extract(|key, _| key == "ab");
            object.insert("moved", moved);
            assert!(value.try_get("c")? != "2");
            Ok(())
        },
    );
}

#[test]
fn equality_is_by_value() {
    let equal = |left: &str, right: &str| {
        let mut is_equal = false;
        LazyValue::convert_str(left, |left| {
            LazyValue::convert_str(right, |right| {
                is_equal = left == right;
                Ok(right)
            })?;
            Ok(left)
        })
        .expect("valid");
        is_equal
    };
    assert!(equal(r#"{"a":1.0,"b":["\u0061"]}"#, r#"{"b":["a"],"a":1e0}"#));
    assert!(equal("100000000000000000000000000000001", "100000000000000000000000000000001"));
    assert!(!equal("100000000000000000000000000000001", "100000000000000000000000000000002"));
    assert!(equal("0", "-0.0"));
    assert!(!equal(r#"{"a":1}"#, r#"{"a":1,"b":2}"#));
    assert!(equal(r#"{"a":1,"a":2}"#, r#"{"a":2}"#));
    assert!(!equal("[1,2]", "[2,1]"));
    let lone_surrogate = r#"{"\ud800":["\ud800"]}"#;
    assert!(equal(lone_surrogate, lone_surrogate));
}

#[test]
fn equality_does_not_multiply_under_nested_equal_keys() {
    let nest = |value: String, _| format!(r#"{{"a":0,"a":{value}}}"#);
    let text = (0..100).fold("1".to_owned(), nest);
    check(&text, &text, |value| {
        assert_eq!(*value, value.clone());
        Ok(())
    });
}

#[test]
fn debug_is_short() {
    let list: LazyValue<'_> = (0..1000).collect();
    assert!(format!("{list:?}").len() < 100);
    assert_eq!(format!("{:?}", LazyValue::from("a")), "\"a\"");
}

#[test]
fn the_last_character_of_a_text_is_found_however_it_is_written() {
    let text = concat!(
        r#"["a\n", "a\\n", "\\\n", "\ud83e\udd80", "\u000a", "🦀", "é","#,
        r#" "", "x\ud83e", 1, {"a": "b"}]"#
    );
    let expected =
        [Some('\n'), Some('n'), Some('\n'), Some('🦀'), Some('\n'), Some('🦀'), Some('é')];
    check(text, text, |value| {
        let stored: Vec<_> = value.elements().map(LazyRef::last_char).collect();
        assert_eq!(stored[..7], expected);
        assert_eq!(stored[7..], [None; 4]);
        Ok(())
    });
    assert_eq!(LazyValue::from("given\n").last_char(), Some('\n'));
    assert_eq!(LazyValue::from("owned\"".to_owned()).last_char(), Some('"'));
    assert_eq!(LazyValue::list().last_char(), None);
}

#[test]
fn iterators_say_how_many_there_are_left() {
    let mut value = LazyValue::from_json(r#"{"a":[1,2,3],"b":[]}"#).expect("it is JSON");
    assert_eq!(value.members().size_hint(), (2, Some(2)));
    assert_eq!(value.get("a").expect("a list").elements().size_hint(), (3, Some(3)));
    assert_eq!(value.elements().size_hint(), (0, Some(0)));
    let mut list = lazy!([{"a": 1}, {}]);
    assert_eq!(list.try_object_elements_mut().expect("objects").size_hint(), (2, Some(2)));
    check(r#"{"a":[1,{}]}"#, r#"{"a":[1,{}]}"#, |value| {
        assert_eq!(value.members().size_hint(), (1, Some(1)));
        let list = value.try_get("a")?;
        let mut elements = list.try_elements()?;
        assert_eq!(elements.size_hint(), (2, Some(2)));
        elements.next();
        assert_eq!(elements.size_hint(), (1, Some(1)));
        Ok(())
    });
    value.insert("c", LazyValue::null());
    assert_eq!(value.members().size_hint(), (3, Some(3)));
}
