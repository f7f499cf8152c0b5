import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readXmlDocument, textOf } from '../connectors/shared/codecs/xml.js';
import { verifyXml } from '../connectors/shared/codecs/xml-signature.js';
import { ConfigError, readConfig } from '../server/config.js';
import { connectors } from '../server/connectors.js';
import { capSchema } from './support/cap-schema.js';
import { testKey } from './support/certificate.js';
import { migratedDatabase } from './support/database.js';
import { ask, startHub, until } from './support/running-hub.js';
import { identifierOf, WarningOffice } from './support/warning-office.js';

const { key, certificate } = testKey('rsa');
const office = new WarningOffice();
const schema = capSchema();
const folder = mkdtempSync(join(tmpdir(), 'fenghuo-test-'));
const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true }), () => schema.close(), () => office.stop()];
const statements: string[] = [];
let sender: string;
let receiver: string;
const [id, drill, later, end] = [1, 2, 3, 4].map(identifierOf) as [string, string, string, string];

const settings = (hub: string, source: string): string => `hub:
  area: "654202"
${hub}
feeds:
  weather/warnings:
    expectedEverySeconds: 30
    zone: Asia/Shanghai
    crs: WGS84
    pollSeconds: 1
    sources: [{ url: "${source}" }]`;

function configOf(text: string) {
  const path = join(folder, 'hub.yaml');
  writeFileSync(path, text);
  return readConfig(path, connectors, { env: (name) => (name === 'CAP_KEY' ? key : undefined), generated: () => '' });
}
const SIGNING = '  cap: { signing: { key: { env: CAP_KEY }, certificate: { file: cap.pem } } }';

async function hub(text: string): Promise<string> {
  const database = await migratedDatabase();
  ends.push(() => database.drop());
  const started = await startHub(database.url, '', {
    config: configOf(text),
    onStatement: (sql) => statements.push(sql),
  });
  ends.push(() => started.stop());
  return started.url;
}

beforeAll(async () => {
  writeFileSync(join(folder, 'cap.pem'), certificate);
  const source = await office.start();
  sender = await hub(settings(SIGNING, source).replace(`"${source}"`, `"${source}", index: html`));
  const feed = `${sender}/cap/feed.atom`;
  receiver = await hub(
    settings('  publicUrl: https://hub.example/', feed).replace(`"${feed}"`, `"${feed}", index: atom`),
  );
});
afterAll(async () => {
  for (const each of ends.reverse()) await each();
});

const fetchOf = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(sender + path, { method, headers });
const header = (response: Response, name: string): string => response.headers.get(name) ?? '';
const warningAt = async (url: string, identifier: string) =>
  (
    await ask<{ warning: Record<string, unknown> | null }>(
      url,
      `query ($id: ID!) { warning(id: $id) { identifier state status level hazardCode senderName headline description issuedAt expiresAt
         divisions { code } supersedes { identifier } supersededBy { identifier } } }`,
      { id: identifier },
    )
  ).warning;
const stateAt = async (url: string, identifier: string) => (await warningAt(url, identifier))?.state;

test('a warning taken in goes out as CAP, signed, and another hub takes it in from there as the same warning', async () => {
  office.issue({ identifier: drill, status: 'Exercise' });
  office.issue({ identifier: id, status: 'Actual', colour: 'Orange' });
  await until(
    () => stateAt(receiver, id),
    (state) => state === 'ACTIVE',
  );
  expect(await warningAt(receiver, id)).toEqual(await warningAt(sender, id));
  const response = await fetchOf(`/cap/${id}.xml`);
  expect(header(response, 'content-type')).toBe('application/cap+xml; charset=utf-8');
  const body = Buffer.from(await response.arrayBuffer());
  expect(verifyXml(body, certificate)).toBe(true);
  expect(schema.faultOf(body)).toBeUndefined();
  const domestic = await fetchOf(`/cap/${id}.12379.xml`);
  expect(header(domestic, 'content-disposition')).toBe(`inline; filename="${id}_11B03_ORANGE_Alert.xml"`);
  expect(await domestic.text()).toContain('<severity>Orange</severity>');
  // The control: the exercise came in as well, and did not go out.
  expect(await stateAt(sender, drill)).toBe('ACTIVE');
  expect((await fetchOf(`/cap/${drill}.xml`)).status).toBe(404);
  expect(await warningAt(receiver, drill)).toBeNull();
});

test.each([
  '/cap/feed.atom',
  `/cap/${id}.xml`,
  `/cap/${id}.12379.xml`,
])('%s is sent again only where it is another than the caller has', async (path) => {
  const first = await fetchOf(path);
  const [etag, modified] = [header(first, 'etag'), header(first, 'last-modified')];
  expect(etag).toMatch(/^"[\w-]{32}"$/);
  expect(Date.parse(modified)).toBeLessThanOrEqual(Date.now());
  const length = (await first.arrayBuffer()).byteLength;
  const head = await fetchOf(path, {}, 'HEAD');
  expect([head.status, header(head, 'content-length'), header(head, 'etag')]).toEqual([200, String(length), etag]);
  const old = 'Thu, 01 Jan 2026 00:00:00 GMT';
  for (const [headers, status] of [
    [{ 'if-none-match': etag }, 304],
    [{ 'if-none-match': `"x", W/${etag}` }, 304],
    [{ 'if-none-match': '*' }, 304],
    [{ 'if-none-match': '"x"' }, 200],
    [{ 'if-modified-since': modified }, 304],
    [{ 'if-modified-since': old }, 200],
    [{ 'if-modified-since': 'yesterday' }, 200],
    [{ 'if-none-match': '"x"', 'if-modified-since': modified }, 200],
    [{ 'if-none-match': etag, 'if-modified-since': old }, 304],
  ] as [Record<string, string>, number][]) {
    const again = await fetchOf(path, headers);
    expect([headers, again.status]).toEqual([headers, status]);
    expect(header(again, 'cache-control')).toBe('public, max-age=5, must-revalidate');
    expect((await again.arrayBuffer()).byteLength).toBe(status === 304 ? 0 : length);
  }
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    const refused = await fetchOf(path, {}, method);
    expect([refused.status, header(refused, 'allow')]).toEqual([405, 'GET, HEAD']);
  }
  statements.length = 0;
  await fetchOf(path);
  expect(statements.filter((sql) => sql.includes('changed_at'))).toHaveLength(1);
});

test('the feed is Atom: one entry a message with an id for ever, a link that leads to it, and its times', async () => {
  const { root, namespace, element } = readXmlDocument(
    Buffer.from(await (await fetchOf('/cap/feed.atom')).arrayBuffer()),
    { attributes: true, isArray: (name) => name === 'entry' || name === 'link' },
  );
  expect([root, namespace]).toEqual(['feed', 'http://www.w3.org/2005/Atom']);
  for (const name of ['id', 'title', 'subtitle', 'updated']) expect(textOf(element, name)).toBeTruthy();
  expect(element).toMatchObject({
    link: [{ '@rel': 'self', '@href': 'feed.atom' }],
    entry: [
      {
        id: expect.stringMatching(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
        updated: textOf(element, 'updated'),
        link: [{ '@href': `${id}.xml`, '@type': 'application/cap+xml' }, { '@href': `${id}.12379.xml` }],
        msgType: 'Alert',
        severity: 'Severe',
      },
    ],
  });
  // Where a public address is set, links are whole.
  const theirs = await (await fetch(`${receiver}/cap/feed.atom`)).text();
  expect(theirs).toContain(`href="https://hub.example/cap/${id}.xml"`);
  expect(await (await fetch(`${receiver}/cap/${id}.xml`)).text()).toContain('<web>https://hub.example/</web>');
});

test('an update names what it supersedes, a cancellation what it ends, and both reach whoever follows the feed', async () => {
  const { headers } = await fetchOf('/cap/feed.atom');
  const before = {
    'if-none-match': headers.get('etag') ?? '',
    'if-modified-since': headers.get('last-modified') ?? '',
  };
  office.issue({ identifier: later, status: 'Actual', colour: 'Red', messageType: 'Update', references: id });
  await until(
    () => stateAt(receiver, later),
    (state) => state === 'ACTIVE',
  );
  expect(await warningAt(receiver, id)).toMatchObject({ state: 'SUPERSEDED', supersededBy: { identifier: later } });
  expect(await (await fetchOf(`/cap/${later}.xml`)).text()).toContain(`<references>65420241600000,${id},`);
  office.issue({ identifier: end, status: 'Actual', messageType: 'Cancel', references: later });
  await until(
    () => stateAt(receiver, later),
    (state) => state === 'CANCELLED',
  );
  for (const [name, value] of Object.entries(before))
    expect((await fetchOf('/cap/feed.atom', { [name]: value })).status).toBe(200);
  const cancel = await (await fetchOf(`/cap/${later}.xml`)).text();
  expect(cancel).toContain(`<identifier>${end}</identifier>`);
  expect(cancel).toContain('<responseType>AllClear</responseType>');
  expect(await (await fetchOf(`/cap/${end}.xml`)).text()).toBe(cancel);
  expect(verifyXml(Buffer.from(cancel), certificate)).toBe(true);
});

test.each([
  [
    'a key written into the file',
    '  cap: { signing: { key: hush-hush, certificate: { file: cap.pem } } }',
    /:3: hub\.cap\.signing\.key: name it/,
  ],
  [
    'a key that is not there',
    '  cap: { signing: { key: { env: NO_KEY }, certificate: { file: cap.pem } } }',
    /:3: hub\.cap\.signing: .*NO_KEY is not set/,
  ],
  [
    'a certificate that is none',
    '  cap: { signing: { key: { env: CAP_KEY }, certificate: { env: CAP_KEY } } }',
    /:3: hub\.cap\.signing: certificate: no X\.509/,
  ],
  [
    'a public address with a user in it',
    '  publicUrl: https://a@b.example',
    /:3: hub\.publicUrl: an address without user/,
  ],
])('%s stops the start with its line, and is not quoted', (_what, line, reason) => {
  const start = () => configOf(settings(line, 'http://127.0.0.1/')).capSigning();
  expect(start).toThrow(ConfigError);
  expect(start).toThrow(reason);
  expect(start).not.toThrow(/hush|BEGIN/);
});
