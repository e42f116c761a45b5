//! Whether a value is as a schema wants it: as much of JSON Schema as is used here.

use serde_json::{Map, Value};

pub(super) fn check(value: &Value, schema: &Value, root: &Value, at: &str) {
    if let Err(why) = validate(value, schema, root, at) {
        panic!("{why}");
    }
}

/// What of JSON Schema the generator uses. A keyword that is not known here fails, so that nothing is
/// passed over.
pub(super) fn validate(
    value: &Value,
    schema: &Value,
    root: &Value,
    at: &str,
) -> Result<(), String> {
    let Some(keywords) = schema.as_object() else {
        return if schema == &Value::Bool(true) {
            Ok(())
        } else {
            Err(format!("{at}: not allowed"))
        };
    };
    let wrong = |what: &str| Err(format!("{at}: {what}: {value}"));
    let all = |list: &Value| -> Vec<Result<(), String>> {
        let list = list.as_array().into_iter().flatten();
        list.map(|schema| validate(value, schema, root, at))
            .collect()
    };
    for (keyword, wanted) in keywords {
        match keyword.as_str() {
            "$ref" => {
                let pointer = wanted.as_str().unwrap_or_default().trim_start_matches('#');
                let target = root.pointer(pointer).ok_or("a reference to nothing")?;
                validate(value, target, root, at)?;
            }
            "type" if !is_of_type(value, wanted) => return wrong("another type"),
            "const" if value != wanted => return wrong("another value"),
            "enum" if !wanted.as_array().is_some_and(|all| all.contains(value)) => {
                return wrong("none of the words");
            }
            "minimum" if value.as_f64() < wanted.as_f64() => return wrong("too small"),
            "maximum" if value.as_f64() > wanted.as_f64() => return wrong("too large"),
            "anyOf" if !all(wanted).iter().any(Result::is_ok) => return wrong("nothing fits"),
            "oneOf" if all(wanted).iter().filter(|one| one.is_ok()).count() != 1 => {
                return wrong("not just one fits");
            }
            "allOf" => all(wanted).into_iter().collect::<Result<(), _>>()?,
            "required" => {
                let names = wanted.as_array().into_iter().flatten();
                for name in names.filter_map(Value::as_str) {
                    if value.is_object() && value.get(name).is_none() {
                        return wrong(&format!("`{name}` is missing"));
                    }
                }
            }
            "properties" => {
                for (name, schema) in wanted.as_object().into_iter().flat_map(Map::iter) {
                    if let Some(field) = value.get(name) {
                        validate(field, schema, root, &format!("{at}.{name}"))?;
                    }
                }
            }
            "additionalProperties" => {
                let known = keywords.get("properties").and_then(Value::as_object);
                for (name, field) in value.as_object().into_iter().flat_map(Map::iter) {
                    if known.is_none_or(|known| !known.contains_key(name)) {
                        validate(field, wanted, root, &format!("{at}.{name}"))?;
                    }
                }
            }
            "items" => {
                for item in value.as_array().into_iter().flatten() {
                    validate(item, wanted, root, &format!("{at}[]"))?;
                }
            }
            "type" | "const" | "enum" | "minimum" | "maximum" | "anyOf" | "oneOf" | "$schema"
            | "$defs" | "title" | "description" | "default" | "format" => {}
            other => return Err(format!("{at}: `{other}` is a keyword nobody looks at")),
        }
    }
    Ok(())
}

fn is_of_type(value: &Value, wanted: &Value) -> bool {
    let is = |word: &str| match word {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        _ => false,
    };
    match wanted {
        Value::String(word) => is(word),
        Value::Array(words) => words.iter().filter_map(Value::as_str).any(is),
        _ => false,
    }
}
