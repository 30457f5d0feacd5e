//! What Kring keeps: SQLite or PostgreSQL, one set of queries, one conformance suite.
