//! The machine, and how this program was built: without them a figure means nothing.

use std::{fs, process::Command};

use serde_json::{Value, json};

/// What is printed before the first case.
pub(crate) fn describe() -> Value {
    json!({
        "machine": {
            "cpu": cpu(),
            "cores": std::thread::available_parallelism().map_or(0, usize::from),
            "rustc": rustc(),
            "clock": "processor time of the thread",
            "allocator": "the system's, on both sides",
            "profile": if cfg!(debug_assertions) { "dev" } else { "measure: fat LTO, one codegen unit" },
            "target_cpu": "default",
            "serde_json": serde_json_features(),
        }
    })
}

fn cpu() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == "model name").then(|| value.trim().to_owned())
    });
    model.unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

fn rustc() -> String {
    let output = Command::new("rustc").arg("--version").output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.unwrap_or_else(|_| "unknown".to_owned())
}

/// Features of serde_json that change its speed, as they act in this very program: the crates that
/// we compare with could switch them on.
fn serde_json_features() -> Value {
    let keys: Option<Vec<String>> = serde_json::from_str::<Value>(r#"{"b":1,"a":2}"#)
        .ok()
        .and_then(|value| Some(value.as_object()?.keys().cloned().collect()));
    let printed = serde_json::from_str::<Value>("1.00").unwrap_or_default().to_string();
    json!({
        "preserve_order": keys.is_some_and(|keys| keys == ["b", "a"]),
        "arbitrary_precision": printed == "1.00",
        "float_roundtrip": true,
        "raw_value": true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_crate_that_we_compare_with_slows_serde_json_down() {
        let features = serde_json_features();
        assert_eq!(features["preserve_order"], false);
        assert_eq!(features["arbitrary_precision"], false);
    }
}
