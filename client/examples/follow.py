"""Follows warnings over plain graphql-transport-ws, with nothing but the `websockets` package (pip install websockets).

    FENGHUO_URL=http://127.0.0.1:4000/graphql FENGHUO_KEY=fh_... python3 client/examples/follow.py

The cursor is kept in a file and written once a change was handled: a kill in between repeats one change and loses none.
"""

import asyncio
import json
import os
import random
import sys
import urllib.error
import urllib.request

import websockets

URL = os.environ.get("FENGHUO_URL", "http://127.0.0.1:4000/graphql")
KEY = os.environ.get("FENGHUO_KEY")
PLACE = os.environ.get("FENGHUO_CURSOR", "warnings.cursor")
CREDENTIAL = {"authorization": f"Bearer {KEY}"} if KEY else {}
CHANGES = """subscription ($after: Cursor) {
  warningChanged(after: $after) { cursor kind warning { identifier level headline } }
}"""
IN_FORCE = "{ warnings(first: 200) { edges { node { identifier level headline } } } }"


class Refused(Exception):
    """What is not to be answered by trying again: a wrong credential, a wrong query."""


class CursorExpired(Exception):
    """The hub no longer holds what followed."""


def ask(query):
    request = urllib.request.Request(
        URL,
        data=json.dumps({"query": query}).encode(),
        headers={"content-type": "application/json", **CREDENTIAL},
    )
    try:
        with urllib.request.urlopen(request, timeout=15) as response:
            answer = json.load(response)
    except urllib.error.HTTPError as error:
        if error.code == 429 or error.code >= 500:
            raise
        raise Refused(error.read().decode()) from error
    if answer.get("errors"):
        judge(answer["errors"])
    return answer["data"]


def judge(errors):
    code = errors[0].get("extensions", {}).get("code")
    if code == "CURSOR_EXPIRED":
        raise CursorExpired(errors[0]["message"])
    if code in ("SOURCE_UNAVAILABLE", "RATE_LIMITED", "INTERNAL"):
        raise ConnectionError(errors[0]["message"])
    raise Refused(errors[0]["message"])


def stored():
    try:
        with open(PLACE, encoding="utf-8") as file:
            return file.read().strip() or None
    except FileNotFoundError:
        return None


def store(cursor):
    with open(f"{PLACE}.new", "w", encoding="utf-8") as file:
        file.write(f"{cursor}\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(f"{PLACE}.new", PLACE)


def begin():
    """Takes the cursor first, then the state: what changes in between comes as a change."""
    cursor = ask("{ currentCursor }")["currentCursor"]
    for edge in ask(IN_FORCE)["warnings"]["edges"]:
        print("CURRENT", edge["node"]["level"], edge["node"]["identifier"], flush=True)
    store(cursor)


def handle(change):
    """Act here."""
    print(change["kind"], change["warning"]["level"], change["warning"]["identifier"], flush=True)


async def follow():
    """One connection, until it ends. A ping that is not answered ends it, too."""
    address = "ws" + URL.removeprefix("http")
    async with websockets.connect(
        address, subprotocols=["graphql-transport-ws"], open_timeout=15, ping_interval=12, ping_timeout=15
    ) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": CREDENTIAL}))
        async for text in socket:
            message = json.loads(text)
            kind, payload = message["type"], message.get("payload")
            if kind == "connection_ack":
                variables = {"after": stored()}
                payload = {"query": CHANGES, "variables": variables}
                await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
            elif kind == "ping":
                await socket.send(json.dumps({"type": "pong"}))
            elif kind == "error":
                judge(payload)
            elif kind == "next" and payload.get("errors"):
                judge(payload["errors"])
            elif kind == "next":
                handle(payload["data"]["warningChanged"])
                store(payload["data"]["warningChanged"]["cursor"])
            elif kind == "complete":
                return


async def main():
    failures = 0
    while True:
        before = stored()
        try:
            if before is None:
                begin()
            await follow()
        except CursorExpired as gap:
            print("warnings may have been missed:", gap, file=sys.stderr, flush=True)
            os.remove(PLACE)
        except websockets.ConnectionClosed as closed:
            print("the connection was closed:", closed, file=sys.stderr, flush=True)
            if closed.rcvd and closed.rcvd.code in (1009, 4400, 4401, 4403):
                raise Refused(closed.rcvd.reason) from closed
        except (OSError, TimeoutError, websockets.WebSocketException) as problem:
            print("the hub does not answer:", problem, file=sys.stderr, flush=True)
        failures = failures + 1 if stored() == before else 0
        # Full jitter: anything up to a bound that doubles, to half a minute.
        await asyncio.sleep(random.uniform(0, min(30, 0.5 * 2**failures)))


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except Refused as reason:
        sys.exit(f"refused: {reason}")
    except KeyboardInterrupt:
        pass
