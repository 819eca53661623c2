//! Values as panels send them: numbers as texts, texts as numbers, arrays where one text is meant, null everywhere.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// A scalar of whatever type, or nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum Loose<'a> {
    Text(Cow<'a, str>),
    Int(i64),
    Float(f64),
    /// Null, an array, an object, or absent.
    #[default]
    Nothing,
}

impl<'a> Loose<'a> {
    /// As a text; an empty one is none.
    pub(super) fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) => Some(text.trim())
                .filter(|text| !text.is_empty())
                .map(Cow::Borrowed),
            Self::Int(number) => Some(Cow::Owned(number.to_string())),
            Self::Float(number) => Some(Cow::Owned(number.to_string())),
            Self::Nothing => None,
        }
    }

    /// As a whole number.
    pub(super) fn int(&self) -> Option<i64> {
        match self {
            Self::Text(text) => text.trim().parse().ok(),
            Self::Int(number) => Some(*number),
            Self::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => Some(*number as i64),
            Self::Float(_) | Self::Nothing => None,
        }
    }
}

impl<'a> From<&'a Value> for Loose<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::String(text) => Self::Text(Cow::Borrowed(text)),
            Value::Bool(flag) => Self::Int(i64::from(*flag)),
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(number), _) => Self::Int(number),
                (None, Some(number)) => Self::Float(number),
                (None, None) => Self::Nothing,
            },
            Value::Null | Value::Array(_) | Value::Object(_) => Self::Nothing,
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Loose<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LooseVisitor)
    }
}

struct LooseVisitor;

impl<'de> Visitor<'de> for LooseVisitor {
    type Value = Loose<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Loose::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Loose::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Loose::Int(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(number).map_or(Loose::Float(number as f64), Loose::Int))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Loose::Float(number))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Loose::Int(i64::from(flag)))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Loose::Nothing)
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(Loose::Nothing)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Loose::Nothing)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Loose::Nothing)
    }
}

/// The first scalar of an array, or the scalar that stands in its place.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct First<'a>(pub Loose<'a>);

impl<'de: 'a, 'a> Deserialize<'de> for First<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FirstVisitor;

        impl<'de> Visitor<'de> for FirstVisitor {
            type Value = Loose<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_borrowed_str<E: serde::de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                LooseVisitor.visit_borrowed_str(text)
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
                LooseVisitor.visit_str(text)
            }

            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Self::Value, E> {
                LooseVisitor.visit_i64(number)
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Self::Value, E> {
                LooseVisitor.visit_u64(number)
            }

            fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Self::Value, E> {
                LooseVisitor.visit_f64(number)
            }

            fn visit_bool<E: serde::de::Error>(self, flag: bool) -> Result<Self::Value, E> {
                LooseVisitor.visit_bool(flag)
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Loose::Nothing)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let first = seq.next_element::<Loose<'de>>()?.unwrap_or_default();
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(first)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                LooseVisitor.visit_map(map)
            }
        }

        deserializer.deserialize_any(FirstVisitor).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Loose<'_> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_number_is_one_in_either_spelling() {
        for json in ["7", "\"7\"", "\" 7 \"", "7.0"] {
            assert_eq!(read(json).int(), Some(7), "{json}");
        }
        assert_eq!(read("true").int(), Some(1));
        for json in [
            "null",
            "\"\"",
            "\"n/A\"",
            "7.5",
            "[7]",
            "{\"a\":7}",
            "1e300",
            "\"9999999999999999999\"",
        ] {
            assert_eq!(read(json).int(), None, "{json}");
        }
    }

    #[test]
    fn a_text_is_one_in_either_spelling_and_an_empty_one_is_none() {
        assert_eq!(read("\" a \"").text().as_deref(), Some("a"));
        assert_eq!(read("42").text().as_deref(), Some("42"));
        for json in ["null", "\"  \"", "[\"a\"]", "{}"] {
            assert_eq!(read(json).text(), None, "{json}");
        }
    }

    #[test]
    fn the_first_of_several_stands_for_all() {
        let first = |json| serde_json::from_str::<First<'_>>(json).unwrap().0.int();
        assert_eq!(first("[5, \"6\"]"), Some(5));
        assert_eq!(first("[\"6\"]"), Some(6));
        assert_eq!(first("\"7\""), Some(7));
        assert_eq!((first("[]"), first("null"), first("{}")), (None, None, None));
    }
}
