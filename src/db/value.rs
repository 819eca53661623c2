use std::sync::Arc;

use sqlx::{AssertSqlSafe, SqlStr};

/// A value bound to a placeholder. The type is known even where the value is absent, as PostgreSQL needs it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Bool(Option<bool>),
    Int(Option<i64>),
    Float(Option<f64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

macro_rules! into_value {
    ($($from:ty => $variant:ident($name:ident) $into:expr),+ $(,)?) => {$(
        impl From<$from> for Value {
            fn from($name: $from) -> Self {
                Self::$variant(Some($into))
            }
        }
        impl From<Option<$from>> for Value {
            fn from(value: Option<$from>) -> Self {
                Self::$variant(value.map(|$name| $into))
            }
        }
    )+};
}

into_value! {
    bool => Bool(value) value,
    i64 => Int(value) value,
    i32 => Int(value) i64::from(value),
    u32 => Int(value) i64::from(value),
    u16 => Int(value) i64::from(value),
    u8 => Int(value) i64::from(value),
    f64 => Float(value) value,
    String => Text(value) value,
    &str => Text(value) value.to_owned(),
    &String => Text(value) value.clone(),
    Vec<u8> => Bytes(value) value,
    &[u8] => Bytes(value) value.to_vec(),
    [u8; 16] => Bytes(value) value.to_vec(),
    [u8; 32] => Bytes(value) value.to_vec(),
    crate::support::ids::ProviderId => Int(value) value.0,
    crate::support::ids::ChannelId => Int(value) value.0,
    crate::support::ids::StreamId => Int(value) value.0,
    crate::support::ids::DecisionId => Int(value) value.0,
    crate::support::ids::HdhomerunId => Int(value) value.0,
    crate::support::ids::MergeRuleId => Int(value) value.0,
    crate::support::ids::MaintenanceId => Int(value) value.0,
    crate::support::ids::MovieId => Int(value) value.0,
    crate::support::ids::SeriesId => Int(value) value.0,
    crate::support::ids::EpisodeId => Int(value) value.0,
    crate::support::ids::UserId => Int(value) value.0,
    crate::support::ids::SessionId => Int(value) value.0,
    crate::support::ids::CredentialId => Int(value) value.0,
    crate::support::ids::ApiTokenId => Int(value) value.0,
    crate::support::ids::SyncId => Int(value) value.0,
    crate::support::ids::JobId => Int(value) value.0,
    crate::support::ids::FavouriteId => Int(value) value.0,
    crate::support::ids::PlayId => Int(value) value.0,
    crate::support::ids::TrashId => Int(value) value.0,
    crate::support::ids::VersionId => Int(value) value.0,
}

/// The values of a statement's placeholders, in order.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::db::Value::from($value)),*] };
}

/// The text of a statement: written in the source, or put together from such pieces, never from input.
#[derive(Debug, Clone)]
pub enum Sql {
    Static(&'static str),
    Built(Arc<str>),
}

impl Sql {
    /// Text put together from pieces of the source; values go into placeholders only.
    pub fn built(text: impl Into<Arc<str>>) -> Self {
        Self::Built(text.into())
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::Static(text) => text,
            Self::Built(text) => text,
        }
    }

    pub(super) fn into_sqlx(self) -> SqlStr {
        match self {
            Self::Static(text) => SqlStr::from_static(text),
            Self::Built(text) => sqlx::SqlSafeStr::into_sql_str(AssertSqlSafe(text)),
        }
    }
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Self::Static(text)
    }
}
