// What every peer's handler does here: nothing, or 50 ms and then the event's id as a line at the end of `handled`.
"use strict";
const fs = require("node:fs");

module.exports = function handler(handled) {
    if (!handled) {
        return () => {};
    }
    const log = fs.openSync(handled, "a");
    return (event) => {
        setTimeout(() => fs.writeSync(log, `${event.event_id}\n`), 50);
    };
};
