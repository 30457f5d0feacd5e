-- Only what waits is looked for by room; to keep every event in that index would cost more than storing it.
DROP INDEX events_lanes;
CREATE INDEX events_waiting ON events (room_id, seq) WHERE state = 0;
CREATE INDEX events_dead ON events (seq) WHERE state = 2;
