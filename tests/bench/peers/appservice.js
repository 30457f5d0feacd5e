// An application service on matrix-appservice, as its documentation makes one.
//
//     node appservice.js PORT HS_TOKEN [HANDLED]
"use strict";
const { AppService } = require("matrix-appservice");

const [port, token, handled] = process.argv.slice(2);
const service = new AppService({ homeserverToken: token, httpMaxSizeBytes: 32 * 1024 * 1024 });
service.on("event", require("./handler.js")(handled));
service.listen(Number(port), "127.0.0.1", 128);
