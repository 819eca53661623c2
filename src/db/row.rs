use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{ColumnIndex, Decode, Postgres, Sqlite, Type};

use super::DbError;

/// One row of an answer, read by position in the select list.
pub enum Row<'r> {
    Sqlite(&'r SqliteRow),
    Postgres(&'r PgRow),
}

/// What one column can be read as.
pub trait Column: Sized {
    /// # Errors
    /// [`DbError::Column`] if the column is absent or of another type.
    fn read(row: &Row<'_>, column: usize) -> Result<Self, DbError>;
}

/// What a whole row can be read as.
pub trait FromRow: Sized + Send {
    /// # Errors
    /// [`DbError::Column`] for the first column that does not fit.
    fn from_row(row: &Row<'_>) -> Result<Self, DbError>;
}

impl Row<'_> {
    /// The column at `column`, counted from 0.
    ///
    /// # Errors
    /// [`DbError::Column`] if it is absent or of another type.
    pub fn get<T: Column>(&self, column: usize) -> Result<T, DbError> {
        T::read(self, column)
    }

    /// The last column, for what stands behind a record's own.
    ///
    /// # Errors
    /// As [`Row::get`].
    pub fn last<T: Column>(&self) -> Result<T, DbError> {
        let columns = match self {
            Self::Sqlite(row) => sqlx::Row::len(*row),
            Self::Postgres(row) => sqlx::Row::len(*row),
        };
        self.get(columns.saturating_sub(1))
    }

    fn native<'r, T>(&'r self, column: usize) -> Result<T, DbError>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>,
        usize: ColumnIndex<SqliteRow> + ColumnIndex<PgRow>,
    {
        match self {
            Self::Sqlite(row) => sqlx::Row::try_get(*row, column),
            Self::Postgres(row) => sqlx::Row::try_get(*row, column),
        }
        .map_err(|cause| DbError::Column {
            column,
            cause: cause.to_string(),
        })
    }

    /// Hands a text column to `take` without copying it.
    ///
    /// # Errors
    /// [`DbError::Column`] if it is absent, null or no text.
    pub fn with_text<T>(&self, column: usize, take: impl FnOnce(&str) -> T) -> Result<T, DbError> {
        self.native::<&str>(column).map(take)
    }

    /// Hands a bytes column to `take` without copying it.
    ///
    /// # Errors
    /// [`DbError::Column`] if it is absent, null or no bytes.
    pub fn with_bytes<T>(&self, column: usize, take: impl FnOnce(&[u8]) -> T) -> Result<T, DbError> {
        self.native::<&[u8]>(column).map(take)
    }
}

macro_rules! column {
    ($($native:ty),+) => {$(
        impl Column for $native {
            fn read(row: &Row<'_>, column: usize) -> Result<Self, DbError> {
                row.native(column)
            }
        }
        impl Column for Option<$native> {
            fn read(row: &Row<'_>, column: usize) -> Result<Self, DbError> {
                row.native(column)
            }
        }
    )+};
}
column!(bool, i64, f64, String, Vec<u8>);

macro_rules! narrow {
    ($($narrow:ty),+) => {$(
        impl Column for $narrow {
            fn read(row: &Row<'_>, column: usize) -> Result<Self, DbError> {
                let wide: i64 = row.native(column)?;
                <$narrow>::try_from(wide).map_err(|cause| DbError::Column { column, cause: cause.to_string() })
            }
        }
        impl Column for Option<$narrow> {
            fn read(row: &Row<'_>, column: usize) -> Result<Self, DbError> {
                let wide: Option<i64> = row.native(column)?;
                wide.map(<$narrow>::try_from)
                    .transpose()
                    .map_err(|cause| DbError::Column { column, cause: cause.to_string() })
            }
        }
    )+};
}
narrow!(u8, u16, u32, u64, i32, usize);

macro_rules! id_column {
    ($($id:ident),+) => {$(
        impl Column for crate::support::ids::$id {
            fn read(row: &Row<'_>, column: usize) -> Result<Self, DbError> {
                row.native(column).map(Self)
            }
        }
        impl Column for Option<crate::support::ids::$id> {
            fn read(row: &Row<'_>, column: usize) -> Result<Self, DbError> {
                let id: Option<i64> = row.native(column)?;
                Ok(id.map(crate::support::ids::$id))
            }
        }
    )+};
}
id_column!(
    ProviderId,
    ChannelId,
    StreamId,
    DecisionId,
    HdhomerunId,
    MergeRuleId,
    MaintenanceId,
    MovieId,
    SeriesId,
    EpisodeId,
    UserId,
    SessionId,
    CredentialId,
    ApiTokenId,
    SyncId,
    JobId,
    FavouriteId,
    PlayId,
    TrashId,
    VersionId
);

macro_rules! tuple {
    ($($name:ident $at:tt),+) => {
        impl<$($name: Column + Send),+> FromRow for ($($name,)+) {
            fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
                Ok(($($name::read(row, $at)?,)+))
            }
        }
    };
}
tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);

/// Declares a struct that is read from a row by position: the select list names the columns in the order of the fields.
#[macro_export]
macro_rules! record {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$field_meta:meta])* $field_vis:vis $field:ident : $kind:ty),+ $(,)? }) => {
        $(#[$meta])*
        $vis struct $name { $($(#[$field_meta])* $field_vis $field: $kind),+ }

        impl $crate::db::FromRow for $name {
            fn from_row(row: &$crate::db::Row<'_>) -> Result<Self, $crate::db::DbError> {
                let mut column = 0..;
                let mut next = || column.next().unwrap_or_default();
                Ok(Self { $($field: row.get(next())?),+ })
            }
        }
    };
}
