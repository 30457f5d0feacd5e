"""A member's Matrix client for tests, driven by JSON lines.

Reads one request a line from standard input, `{"id": 1, "do": "join", "room": "!…"}`, and answers each with one line
`{"id": 1, "ok": …}` or `{"id": 1, "error": "M_FORBIDDEN", "message": "…"}`. After `login` it syncs in the background
and remembers what it saw; the `seen_…` requests answer from that memory without asking the server.
"""

import asyncio
import json
import sys

from nio import AsyncClient, AsyncClientConfig, LoginResponse, RoomVisibility, SyncResponse
from nio.responses import ErrorResponse


class Refused(Exception):
    """The homeserver said no."""

    def __init__(self, errcode, message):
        super().__init__(message)
        self.errcode, self.message = errcode, message


def good(response):
    """The response itself, when it is no refusal."""
    if isinstance(response, ErrorResponse):
        raise Refused(response.status_code or "NO_ANSWER", response.message)
    return response


class Member:
    """One logged-in person."""

    def __init__(self, homeserver, user):
        config = AsyncClientConfig(encryption_enabled=False, max_timeouts=1, max_limit_exceeded=0)
        self.client = AsyncClient(homeserver, user, config=config)
        self.client.add_response_callback(self.remember, SyncResponse)
        self.events = []
        self.invited = {}
        self.syncs = 0
        self.loop = None

    async def remember(self, sync):
        """Keeps the timeline and the open invitations."""
        for room, invitation in sync.rooms.invite.items():
            senders = [e.sender for e in invitation.invite_state if getattr(e, "membership", None) == "invite"]
            self.invited[room] = senders[0] if senders else None
        for room, info in sync.rooms.join.items():
            self.invited.pop(room, None)
            self.events += [{"room": room, **event.source} for event in info.timeline.events]
        for room in sync.rooms.leave:
            self.invited.pop(room, None)
        self.syncs += 1

    async def login(self, ask):
        response = good(await self.client.login(ask["password"], device_name="test"))
        assert isinstance(response, LoginResponse)
        self.loop = asyncio.create_task(self.client.sync_forever(timeout=2000, full_state=False))
        return {"user_id": response.user_id, "access_token": response.access_token}

    async def join(self, ask):
        return good(await self.client.join(ask["room"])).room_id

    async def leave(self, ask):
        good(await self.client.room_leave(ask["room"]))

    async def invite(self, ask):
        good(await self.client.room_invite(ask["room"], ask["user"]))

    async def kick(self, ask):
        good(await self.client.room_kick(ask["room"], ask["user"], ask.get("reason")))

    async def ban(self, ask):
        good(await self.client.room_ban(ask["room"], ask["user"], ask.get("reason")))

    async def unban(self, ask):
        good(await self.client.room_unban(ask["room"], ask["user"]))

    async def knock(self, ask):
        good(await self.client.room_knock(ask["room"], ask.get("reason")))

    async def create_room(self, ask):
        made = await self.client.room_create(
            visibility=RoomVisibility.private, name=ask.get("name"), invite=ask.get("invite", []),
            is_direct=ask.get("is_direct", False), space=ask.get("space", False), preset=None,
        )
        return good(made).room_id

    async def send(self, ask):
        content = ask.get("content") or {"msgtype": "m.text", "body": ask["text"]}
        sent = await self.client.room_send(ask["room"], ask.get("type", "m.room.message"), content)
        return good(sent).event_id

    async def put_state(self, ask):
        put = await self.client.room_put_state(ask["room"], ask["type"], ask["content"], ask.get("state_key", ""))
        return good(put).event_id

    async def get_state(self, ask):
        got = await self.client.room_get_state_event(ask["room"], ask["type"], ask.get("state_key", ""))
        return good(got).content

    async def redact(self, ask):
        return good(await self.client.room_redact(ask["room"], ask["event"], ask.get("reason"))).event_id

    async def joined_rooms(self, _ask):
        return sorted(good(await self.client.joined_rooms()).rooms)

    async def joined_members(self, ask):
        return sorted(m.user_id for m in good(await self.client.joined_members(ask["room"])).members)

    async def resolve_alias(self, ask):
        return good(await self.client.room_resolve_alias(ask["alias"])).room_id

    async def set_displayname(self, ask):
        good(await self.client.set_displayname(ask["name"]))

    async def seen_events(self, ask):
        """Events seen so far, from number `from` on."""
        return self.events[ask.get("from", 0):]

    async def seen_invitations(self, _ask):
        return self.invited

    async def seen_rooms(self, _ask):
        return sorted(self.client.rooms)

    async def syncs_done(self, _ask):
        return self.syncs

    async def close(self, _ask):
        if self.loop:
            self.loop.cancel()
        await self.client.close()


REQUESTS = {name for name in vars(Member) if not name.startswith("_")} - {"remember"}


async def answer(member, ask):
    """Does one request and gives its answer."""
    try:
        if ask["do"] not in REQUESTS:
            raise Refused("UNKNOWN_REQUEST", ask["do"])
        return {"id": ask["id"], "ok": await getattr(member, ask["do"])(ask)}
    except Refused as refused:
        return {"id": ask["id"], "error": refused.errcode, "message": refused.message}
    except Exception as error:  # the driver must hear of everything, or it waits for ever
        return {"id": ask["id"], "error": "CLIENT", "message": repr(error)}


async def main(homeserver, user):
    """Reads requests until standard input ends; each runs on its own."""
    member = Member(homeserver, user)
    reader = asyncio.StreamReader(limit=2**24)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    running = set()

    async def respond(ask):
        print(json.dumps(await answer(member, ask)), flush=True)

    while line := await reader.readline():
        task = asyncio.create_task(respond(json.loads(line)))
        running.add(task)
        task.add_done_callback(running.discard)
    await member.close({})


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
