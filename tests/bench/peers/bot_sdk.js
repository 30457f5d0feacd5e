// An application service on matrix-bot-sdk, as its documentation makes one. At its start it registers its own user at
// HOMESERVER with AS_TOKEN.
//
//     node bot_sdk.js PORT HS_TOKEN memory|FILE [HANDLED]
//
// `memory` is its own default storage; a FILE is its file storage with transactions on the disk.
"use strict";
const { Appservice, LogLevel, LogService, MemoryStorageProvider, SimpleFsStorageProvider } = require("matrix-bot-sdk");

const [port, token, storage, handled] = process.argv.slice(2);
// At its default it writes a line for every transaction and every event, which would be measured with it.
LogService.setLevel(LogLevel.WARN);
const service = new Appservice({
    port: Number(port),
    bindAddress: "127.0.0.1",
    homeserverName: "kring.test",
    homeserverUrl: process.env.HOMESERVER,
    storage: storage === "memory" ? new MemoryStorageProvider() : new SimpleFsStorageProvider(storage, false),
    registration: {
        id: "kring",
        url: `http://127.0.0.1:${port}`,
        as_token: process.env.AS_TOKEN,
        hs_token: token,
        sender_localpart: "kring",
        namespaces: { users: [{ exclusive: true, regex: "@kring_.*:kring\\.test" }], rooms: [], aliases: [] },
    },
});
const handle = require("./handler.js")(handled);
service.on("room.event", (_room, event) => handle(event));
service.begin();
