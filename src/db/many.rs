//! Statements of many rows.

use sqlx::postgres::PgArguments;
use sqlx::{Arguments, Postgres};

use super::{DbError, Sql, Value};

/// As the record of statements has it, with one row.
pub(super) fn in_short(head: &str, width: usize, tail: &str) -> String {
    let row: Vec<String> = (1..=width).map(|at| format!("${at}")).collect();
    format!("{head} values ({}) {tail}", row.join(", "))
}

/// SQLite looks a `$n` up among all the others of its statement, which takes quadratic time; a bare `?` it counts.
pub(super) fn of_values(head: &str, width: usize, rows: usize, tail: &str) -> Sql {
    let mut text = String::with_capacity(head.len() + tail.len() + rows * width * 3 + 16);
    text.push_str(head);
    text.push_str(" values ");
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..width {
            text.push_str(if column == 0 { "?" } else { ", ?" });
        }
        text.push(')');
    }
    text.push(' ');
    text.push_str(tail);
    Sql::built(text)
}

/// The values of one column. PostgreSQL takes it as one: a statement with a placeholder for each value is read and planned
/// anew for each number of rows, which takes longer than writing them.
enum Column {
    Bool(Vec<Option<bool>>),
    Int(Vec<Option<i64>>),
    Float(Vec<Option<f64>>),
    Text(Vec<Option<String>>),
    Bytes(Vec<Option<Vec<u8>>>),
}

impl Column {
    /// An empty one for values as this one.
    fn like(value: &Value) -> Self {
        match value {
            Value::Bool(_) => Self::Bool(Vec::new()),
            Value::Int(_) => Self::Int(Vec::new()),
            Value::Float(_) => Self::Float(Vec::new()),
            Value::Text(_) => Self::Text(Vec::new()),
            Value::Bytes(_) => Self::Bytes(Vec::new()),
        }
    }

    fn push(&mut self, value: Value) -> Result<(), DbError> {
        match (self, value) {
            (Self::Bool(column), Value::Bool(value)) => column.push(value),
            (Self::Int(column), Value::Int(value)) => column.push(value),
            (Self::Float(column), Value::Float(value)) => column.push(value),
            (Self::Text(column), Value::Text(value)) => column.push(value),
            (Self::Bytes(column), Value::Bytes(value)) => column.push(value),
            _ => {
                return Err(DbError::Other(
                    "a column of many rows holds different types".to_owned(),
                ));
            }
        }
        Ok(())
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Bool(_) => "boolean[]",
            Self::Int(_) => "bigint[]",
            Self::Float(_) => "double precision[]",
            Self::Text(_) => "text[]",
            Self::Bytes(_) => "bytea[]",
        }
    }

    fn bind(self, bound: &mut PgArguments) -> Result<(), DbError> {
        match self {
            Self::Bool(column) => Arguments::add(bound, column),
            Self::Int(column) => Arguments::add(bound, column),
            Self::Float(column) => Arguments::add(bound, column),
            Self::Text(column) => Arguments::add(bound, column),
            Self::Bytes(column) => Arguments::add(bound, column),
        }
        .map_err(|cause| DbError::Other(cause.to_string()))
    }
}

/// The statement of `of_values` for PostgreSQL, with its rows; it is the same for any number of them.
pub(super) fn of_columns<'q>(
    head: &str,
    width: usize,
    values: Vec<Value>,
    tail: &str,
) -> Result<sqlx::query::Query<'q, Postgres, PgArguments>, DbError> {
    let mut columns: Vec<Column> = values.iter().take(width).map(Column::like).collect();
    for (at, value) in values.into_iter().enumerate() {
        if let Some(column) = columns.get_mut(at % width.max(1)) {
            column.push(value)?;
        }
    }
    let text = text_of(head, &columns, tail);
    let mut bound = PgArguments::default();
    for column in columns {
        column.bind(&mut bound)?;
    }
    Ok(sqlx::query_with(Sql::built(text).into_sqlx(), bound))
}

fn text_of(head: &str, columns: &[Column], tail: &str) -> String {
    let arrays = (1..)
        .zip(columns)
        .map(|(at, column)| format!("${at}::{}", column.kind()));
    let names = (1..=columns.len()).map(|at| format!("column{at}"));
    let (arrays, names): (Vec<String>, Vec<String>) = (arrays.collect(), names.collect());
    format!(
        "{head} select * from unnest({}) as r ({}) {tail}",
        arrays.join(", "),
        names.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args;

    #[test]
    fn a_statement_is_the_same_for_any_number_of_rows() {
        let text = |values: Vec<Value>| {
            of_columns("insert into t (a, b)", 2, values, "on conflict do nothing")
                .map(|query| sqlx::Execute::sql(query).as_str().to_owned())
        };
        let one = text(args![1_i64, "x"]).unwrap();
        assert_eq!(
            one,
            "insert into t (a, b) select * from unnest($1::bigint[], $2::text[]) as r (column1, column2) on conflict do nothing"
        );
        assert_eq!(text(args![1_i64, "x", None::<i64>, None::<String>]).unwrap(), one);
        assert!(text(args![1_i64, "x", 2_i64, true]).is_err());
    }
}
