//! Rows as every schema had them. A new migration gets an entry here: the rows that its version could hold.

/// By schema version, oldest first: statements that fill every table that was new or changed in that version.
pub(crate) const ROWS: &[(i64, &[&str])] = &[(1, FIRST), (2, WHOLE), (3, &[]), (4, &[])];

const WHOLE: &[&str] = &["UPDATE rooms SET whole = '$2' WHERE room_id = '!zwolle'"];

const FIRST: &[&str] = &[
    r#"INSERT INTO people (id, source, number, given, infix, family, email, user_type, attributes, since, until, address, user_id, removed_on)
           VALUES ('m-1', 'administration', '0042', 'Kees', 'van den', 'Heuvel', 'kees@example.org', 'vrijwilliger',
           '[["afdeling",["Zwolle"]]]', '2020-02-29', NULL, 'unique', '@merel-beuk-482:example.org', NULL)"#,
    r#"INSERT INTO association_groups (group_key, template, name, archived, details)
           VALUES ('afdeling/zwolle', 'afdeling', 'Zwolle', 0, '{"values":{"afdeling":"Zwolle"},"parents":[],"settings":{"admits":null,"topic":null}}')"#,
    "INSERT INTO grants (group_key, member, role, until_ms, given_by) VALUES ('afdeling/zwolle', 'm-1', 'admin', 1000, NULL)",
    r#"INSERT INTO rooms (room_id, place, filling, state) VALUES ('!zwolle', 'afdeling/zwolle', 0, '{"version":"12"}')"#,
    "INSERT INTO room_members (room_id, user_id, membership, expected) VALUES ('!zwolle', '@merel-beuk-482:example.org', 'invite', 'join')",
    "INSERT INTO events (event_id, room_id, event_type, sender, json, received_at, state) VALUES ('$1', '!zwolle', 'm.room.message', '@a:b', '', 1, 1)",
    "INSERT INTO events (event_id, room_id, event_type, sender, json, received_at, state, error) VALUES ('$2', '!zwolle', 'm.room.message', '@a:b', '{}', 2, 2, 'why')",
    "INSERT INTO events (event_id, room_id, event_type, sender, json, received_at) VALUES ('$3', '!zwolle', 'm.room.message', '@a:b', '{}', 3)",
    "INSERT INTO transactions (txn_id, fingerprint, received_at) VALUES ('1', 'f', 1)",
    "INSERT INTO outbox (lane, dedupe_key, pending_key, kind, payload, txn_id, state, next_at, created_at) VALUES ('!zwolle', 'k', 'k', 'send', '{}', 't1', 'pending', 0, 0)",
    "INSERT INTO outbox (lane, kind, payload, txn_id, state, next_at, created_at, error, finished_at) VALUES ('!zwolle', 'send', '{}', 't0', 'failed', 0, 0, 'why', 1)",
    "INSERT INTO imports (at, sha256, counts, records) VALUES (1, 'f', '{}', NULL)",
    "INSERT INTO settings (name, value) VALUES ('root', '!root')",
    "INSERT INTO repairs (room_id, user_id, at) VALUES ('!zwolle', '@a:b', 1)",
    "UPDATE leader SET term = 3 WHERE id = 1",
];
