CREATE TABLE people (
    id TEXT PRIMARY KEY NOT NULL,
    source TEXT NOT NULL,
    number TEXT UNIQUE,
    given TEXT NOT NULL,
    infix TEXT NOT NULL,
    family TEXT NOT NULL,
    email TEXT,
    user_type TEXT NOT NULL,
    attributes TEXT NOT NULL,
    since TEXT,
    until TEXT,
    address TEXT NOT NULL,
    user_id TEXT UNIQUE,
    removed_on TEXT
) WITHOUT ROWID;
CREATE INDEX people_by_email ON people (email) WHERE email IS NOT NULL;

-- "groups" is a word of the SQL standard; association_groups needs no quotes anywhere.
CREATE TABLE association_groups (
    group_key TEXT PRIMARY KEY NOT NULL,
    template TEXT NOT NULL,
    name TEXT NOT NULL,
    archived BIGINT NOT NULL,
    details TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE grants (
    group_key TEXT NOT NULL,
    member TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    until_ms BIGINT,
    given_by TEXT,
    PRIMARY KEY (group_key, member, role)
) WITHOUT ROWID;
CREATE INDEX grants_by_member ON grants (member);

CREATE TABLE rooms (
    room_id TEXT PRIMARY KEY NOT NULL,
    place TEXT UNIQUE,
    filling BIGINT NOT NULL,
    state TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE room_members (
    room_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    membership TEXT NOT NULL,
    expected TEXT,
    PRIMARY KEY (room_id, user_id)
) WITHOUT ROWID;

-- state: 0 pending, 1 handled, 2 dead, 3 dropped. seq needs no AUTOINCREMENT: the newest row is never deleted, so
-- that the next number is always larger than any that was given.
CREATE TABLE events (
    seq INTEGER PRIMARY KEY NOT NULL,
    event_id TEXT NOT NULL UNIQUE,
    room_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    state_key TEXT,
    sender TEXT NOT NULL,
    json TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    state BIGINT NOT NULL DEFAULT 0,
    attempts BIGINT NOT NULL DEFAULT 0,
    next_at BIGINT NOT NULL DEFAULT 0,
    lease_until BIGINT,
    lease_owner TEXT,
    error TEXT
);
-- One index for three questions: which rooms wait, which event is first in a room, which is a room's newest.
CREATE INDEX events_lanes ON events (state, room_id, seq);
CREATE INDEX events_leased ON events (room_id, lease_until) WHERE lease_until IS NOT NULL;

CREATE TABLE transactions (
    txn_id TEXT PRIMARY KEY NOT NULL,
    fingerprint TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    lies BIGINT NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    lane TEXT NOT NULL,
    dedupe_key TEXT,
    -- The dedupe key while the row is pending, else null: unique among those that wait, free again once one runs.
    pending_key TEXT UNIQUE,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    txn_id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    next_at BIGINT NOT NULL,
    lease_until BIGINT,
    owner TEXT,
    batch TEXT,
    result TEXT,
    error TEXT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX outbox_lanes ON outbox (lane, id) WHERE state IN ('pending', 'leased');
CREATE INDEX outbox_leased ON outbox (lane) WHERE state = 'leased';
CREATE INDEX outbox_failed ON outbox (batch, id) WHERE state = 'failed';
CREATE INDEX outbox_batches ON outbox (batch, state) WHERE batch IS NOT NULL;
CREATE INDEX outbox_done ON outbox (finished_at) WHERE state = 'done';

CREATE TABLE audit (
    seq BIGINT PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL,
    member TEXT,
    group_key TEXT,
    entry TEXT NOT NULL,
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX audit_by_member ON audit (member, seq) WHERE member IS NOT NULL;
CREATE INDEX audit_by_group ON audit (group_key, seq) WHERE group_key IS NOT NULL;
CREATE INDEX audit_by_time ON audit (at);
CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

-- The end of the chain; whoever appends takes this row first, so that the chain cannot fork.
CREATE TABLE audit_head (
    id BIGINT PRIMARY KEY NOT NULL CHECK (id = 1),
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '');

CREATE TABLE imports (
    id INTEGER PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    counts TEXT NOT NULL,
    records TEXT
);

CREATE TABLE settings (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE repairs (
    id INTEGER PRIMARY KEY NOT NULL,
    room_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX repairs_by_user ON repairs (room_id, user_id, at);

-- Who leads among several processes, and the number of their term; on SQLite the lock is a file.
CREATE TABLE leader (
    id BIGINT PRIMARY KEY NOT NULL CHECK (id = 1),
    term BIGINT NOT NULL,
    owner TEXT NOT NULL,
    backend BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
) WITHOUT ROWID;
INSERT INTO leader (id, term, owner, backend, seen_at) VALUES (1, 0, '', 0, 0);
