"""An application service on mautrix-python, as its documentation makes one.

    mautrix_service.py PORT HS_TOKEN [HANDLED]

Without HANDLED the handler does nothing. With it, handling an event takes 50 ms and ends with the event's id as a line
at the end of that file.
"""

import asyncio
import os
import sys

from mautrix.appservice import AppService


async def main(port: int, token: str, handled: str | None) -> None:
    service = AppService(
        server="http://127.0.0.1:9",
        domain="kring.test",
        as_token="as-token",
        hs_token=token,
        bot_localpart="peer",
        id="peer",
        # Its default of 1 MB refuses large transactions for ever; its bridges have a setting for it.
        aiohttp_params={"client_max_size": 32 * 1024 * 1024},
    )
    log = os.open(handled, os.O_WRONLY | os.O_CREAT | os.O_APPEND) if handled else None

    @service.matrix_event_handler
    async def handle(event) -> None:
        if log is not None:
            await asyncio.sleep(0.05)
            os.write(log, f"{event.event_id}\n".encode())

    await service.start(host="127.0.0.1", port=port)
    service.ready = True
    await asyncio.Event().wait()


if __name__ == "__main__":
    arguments = sys.argv[1:] + [None]
    asyncio.run(main(int(arguments[0]), arguments[1], arguments[2]))
