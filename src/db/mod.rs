//! SQLite and PostgreSQL behind one shape.
