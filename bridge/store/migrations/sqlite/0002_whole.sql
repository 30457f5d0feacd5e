-- The event up to which nothing of the room's history is missing; null where nobody has looked yet.
ALTER TABLE rooms ADD COLUMN whole TEXT;
