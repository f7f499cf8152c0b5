import { afterEach, expect, test } from '@jest/globals';
import { migratedDatabase } from './support/database.js';
import { ADMIN_KEY, reader, startHub, subscribers, until } from './support/running-hub.js';
import { subscribe } from './support/subscriber.js';
import { identifierOf, officeFeed, WarningOffice } from './support/warning-office.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Change {
  warningChanged: {
    cursor: string;
    kind: string;
    warning: { identifier: string; state: string; level: string; supersedes: { identifier: string }[] };
  };
}
const CHANGES =
  'subscription { warningChanged { cursor kind warning { identifier state level supersedes { identifier } } } }';

test('an issue, an update and a cancellation reach every subscriber, over WebSocket and SSE, in order and once', async () => {
  const database = await migratedDatabase();
  ends.push(() => database.drop());
  const office = new WarningOffice();
  const folder = await office.start();
  ends.push(() => office.stop());
  const hub = await startHub(database.url, officeFeed(folder));
  ends.push(() => hub.stop());
  const sockets = Array.from({ length: 20 }, () => subscribe<Change>(hub.url, CHANGES, {}, reader));
  ends.push(() => Promise.all(sockets.map((socket) => socket.close())));
  const events = sse(hub.url);

  const [a, b, c] = [identifierOf(1), identifierOf(2), identifierOf(3)];
  const expected = [`ISSUED ${a} ACTIVE BLUE`, `UPDATED ${b} ACTIVE ORANGE`, `CANCELLED ${b} CANCELLED ORANGE`];
  const seen = async (next: () => Promise<Change>): Promise<string> => {
    const { kind, warning } = (await next()).warningChanged;
    return `${kind} ${warning.identifier} ${warning.state} ${warning.level}`;
  };
  const everyone = (): Promise<string[]> =>
    Promise.all([...sockets.map((socket) => seen(() => socket.next())), seen(events.next)]);
  await events.open;
  await until(
    () => subscribers(hub.url),
    (count) => count === 21,
  );
  office.issue({ identifier: a, colour: 'Blue' });
  expect(new Set(await everyone())).toEqual(new Set([expected[0]]));
  office.issue({ identifier: b, colour: 'Orange', messageType: 'Update', references: a });
  expect(new Set(await everyone())).toEqual(new Set([expected[1]]));
  office.issue({ identifier: c, colour: 'Orange', messageType: 'Cancel', references: b });
  expect(new Set(await everyone())).toEqual(new Set([expected[2]]));
  expect(sockets.flatMap((socket) => socket.pending())).toEqual([]);
  events.close();
});

/** A plain SSE reader over fetch. */
function sse(url: string): { open: Promise<void>; next: () => Promise<Change>; close(): void } {
  const abort = new AbortController();
  const response = fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${ADMIN_KEY}` },
    body: JSON.stringify({ query: CHANGES }),
    signal: abort.signal,
  });
  const chunks = response.then((r) => (r.body as ReadableStream<Uint8Array>).getReader());
  const decoder = new TextDecoder();
  let text = '';
  const next = async (): Promise<Change> => {
    for (;;) {
      const match = /data: (\{.*\})\n\n/.exec(text);
      if (match) {
        text = text.slice(match.index + match[0].length);
        return (JSON.parse(match[1] as string) as { data: Change }).data;
      }
      const { value, done } = await (await chunks).read();
      if (done) throw new Error('the stream ended');
      text += decoder.decode(value, { stream: true });
    }
  };
  return { open: response.then(() => {}), next, close: () => abort.abort() };
}
