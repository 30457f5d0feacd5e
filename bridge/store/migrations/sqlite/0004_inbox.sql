-- On SQLite the inbox is a file of its own (inbox/sqlite.rs); the number keeps both engines in step.
SELECT 1;
