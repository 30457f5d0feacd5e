CREATE TABLE inbox (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    txn_id TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    events BIGINT NOT NULL,
    size BIGINT NOT NULL,
    body BYTEA NOT NULL
);
-- Packed already where it is worth it.
ALTER TABLE inbox ALTER COLUMN body SET STORAGE EXTERNAL;
