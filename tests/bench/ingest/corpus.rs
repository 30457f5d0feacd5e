//! The transactions: the same for everybody, made on the way, no event id twice.

use std::fmt::Write;

/// Rooms and people that the events are spread over.
pub(crate) const ROOMS: u64 = 50;
const PEOPLE: u64 = 200;

/// Of so many events one is state: somebody comes in.
const STATE_EVERY: u64 = 5;

/// What one transaction holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    pub(crate) events: u64,
    /// Characters of text in an event: 100 make some 450 bytes of it.
    text: usize,
}

/// As Synapse sends: the quiet day, the busy one, the hundred that it sends at most, and those at their largest.
pub(crate) const SHAPES: [Shape; 4] = [
    Shape { name: "1", events: 1, text: 100 },
    Shape { name: "10", events: 10, text: 100 },
    Shape { name: "100", events: 100, text: 100 },
    Shape { name: "100 large (6.5 MB)", events: 100, text: 64_600 },
];

/// Makes the bodies of one run.
#[derive(Debug)]
pub(crate) struct Corpus {
    shape: Shape,
    text: String,
    next: u64,
    body: String,
}

impl Corpus {
    pub(crate) fn new(shape: Shape) -> Self {
        let text = "De vleermuizen vliegen weer over het ven. ".chars().cycle().take(shape.text).collect();
        Self { shape, text, next: 0, body: String::new() }
    }

    /// The next transaction.
    pub(crate) fn body(&mut self) -> &[u8] {
        self.body.clear();
        self.body.push_str("{\"events\":[");
        for n in 0..self.shape.events {
            if n > 0 {
                self.body.push(',');
            }
            event(&mut self.body, self.next, &self.text);
            self.next += 1;
        }
        self.body.push_str("]}");
        self.body.as_bytes()
    }
}

/// The id of a room.
pub(crate) fn room(n: u64) -> String {
    format!("!{n:043}")
}

/// With the fields that Synapse writes, in their order.
fn event(out: &mut String, n: u64, text: &str) {
    let (room, person) = (room(n % ROOMS), n % PEOPLE);
    let (kind, extra) = match n % STATE_EVERY {
        0 => (
            "m.room.member",
            format!("\"membership\":\"join\"}},\"state_key\":\"@person-{person:04}:kring.test\""),
        ),
        _ => ("m.room.message", "\"msgtype\":\"m.text\"}".to_owned()),
    };
    let _ = write!(
        out,
        "{{\"age\":42,\"content\":{{\"body\":\"{text}\",{extra},\"event_id\":\"{}\",\
         \"origin_server_ts\":1782900000000,\"room_id\":\"{room}\",\"sender\":\"@person-{person:04}:kring.test\",\
         \"type\":\"{kind}\",\"unsigned\":{{\"age\":42}},\"user_id\":\"@person-{person:04}:kring.test\"}}",
        event_id(n)
    );
}

/// 43 characters without an order, as the hashes that real event ids are: ids in order would flatter every index.
fn event_id(n: u64) -> String {
    let [a, b, c] = [1, 2, 3].map(|part| scrambled(n ^ (part << 60)));
    format!("${a:016x}{b:016x}{:011x}", c >> 20)
}

/// Spreads numbers over all 64 bits and never maps two to the same (the finalizer of `SplitMix64`).
fn scrambled(n: u64) -> u64 {
    let n = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}
