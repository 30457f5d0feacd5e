"""The least that storing events in SQLite costs: WAL, a unique event id, one commit for each transaction, no HTTP.

    floor.py DATABASE FULL|NORMAL EVENTS_PER_TRANSACTION SECONDS [unindexed]

With `unindexed` the table has no index beside its number: the bare commit of one small row.

Prints one line of JSON: transactions a second, p50, p99 and p99.9 of a transaction in ms, the version of SQLite.
"""

import hashlib
import json
import sqlite3
import sys
import time

path, synchronous, events, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
unique, conflict = ("", "") if sys.argv[5:] == ["unindexed"] else (" UNIQUE", " ON CONFLICT (event_id) DO NOTHING")
database = sqlite3.connect(path, isolation_level=None)
database.execute("PRAGMA journal_mode = WAL")
database.execute(f"PRAGMA synchronous = {synchronous}")
database.execute(f"CREATE TABLE events (seq INTEGER PRIMARY KEY, event_id TEXT NOT NULL{unique}, json TEXT NOT NULL)")

text = "x" * 450
insert = f"INSERT INTO events (event_id, json) VALUES (?, ?){conflict}"
times = []
event = 0
start = time.perf_counter()
while time.perf_counter() - start < seconds:
    # Without an order, as real ids are hashes.
    rows = [(f"${hashlib.sha256(str(event + n).encode()).hexdigest()[:43]}", text) for n in range(events)]
    event += events
    begin = time.perf_counter()
    if events == 1:
        # A statement of its own is a transaction of its own.
        database.execute(insert, rows[0])
    else:
        database.execute("BEGIN IMMEDIATE")
        database.executemany(insert, rows)
        database.execute("COMMIT")
    times.append(time.perf_counter() - begin)

stored = database.execute("SELECT count(*) FROM events").fetchone()[0]
assert stored == event, f"{stored} of {event} events are there"
rate = len(times) / sum(times)
times.sort()
percentiles = [times[round((len(times) - 1) * share)] * 1e3 for share in (0.5, 0.99, 0.999)]
print(json.dumps({"rate": rate, "ack_ms": percentiles, "version": sqlite3.sqlite_version}))
