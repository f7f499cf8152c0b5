import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Outcome } from '../../../model/record.js';
import type { FeedContext } from '../../connector.js';
import connector from './index.js';

/** A document server set by hand: path → body or status. */
let files: Map<string, string | number>;
let asked: string[];
let server: Server;
let origin: string;

beforeEach(async () => {
  files = new Map();
  asked = [];
  server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const body = files.get(path) ?? 404;
    if (typeof body === 'number') return void response.writeHead(body).end();
    const etag = `"${body.length}"`;
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304).end();
    response.writeHead(200, { etag }).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const alert = (identifier: string): string =>
  `<alert><identifier>${identifier}</identifier><sender>台</sender><sendTime>2026-08-07 10:00:00</sendTime>` +
  '<status>Test</status><msgType>Alert</msgType><info><eventType>11B03</eventType><severity>Blue</severity></info></alert>';
const link = (path: string): string => `<a href="${path}">x</a>`;

function feed(index: string, more: object = {}, path = '/list/') {
  const settings = connector.settings.parse({
    expectedEverySeconds: 60,
    zone: 'Asia/Shanghai',
    crs: 'WGS84',
    timeoutMs: 2000,
    sources: [{ url: origin + path, index }],
    ...more,
  });
  const source = connector.create(settings);
  const taken: Outcome[] = [];
  const context: FeedContext = {
    signal: new AbortController().signal,
    push: { open: () => ({ path: '', close: () => undefined }) },
    now: () => new Date('2026-08-07T04:00:00Z'),
    take: async (outcome) => void taken.push(outcome),
    contact: () => undefined,
    watermark: async () => undefined,
    listening: () => undefined,
  };
  const identifiers = (): string[] =>
    taken.flatMap(({ records }) => records.map((record) => (record.kind === 'warning' ? record.identifier : '')));
  const reasons = (): string[] => taken.flatMap(({ rejects }) => rejects.map(({ reason }) => reason));
  return { run: (own: Partial<FeedContext> = {}) => source.run({ ...context, ...own }), taken, identifiers, reasons };
}

describe('an index is followed', () => {
  test('a folder: in the order of names, each document once, again only when it changes', async () => {
    files.set(
      '/list/',
      link('b.xml') + link('/list/a.xml') + link('../') + link('?C=M') + link('readme.txt') + link('a.xml#x'),
    );
    files.set('/list/a.xml', alert('A'));
    files.set('/list/b.xml', alert('B'));
    const { run, identifiers } = feed('html');
    await run();
    expect(identifiers()).toEqual(['A', 'B']);
    await run();
    expect(identifiers()).toEqual(['A', 'B']);
    files.set('/list/a.xml', alert('A-corrected'));
    await run();
    expect(identifiers()).toEqual(['A', 'B', 'A-corrected']);
  });
  test('RSS: oldest first; an item whose date is unchanged is not even asked for', async () => {
    const item = (name: string, date: string): string =>
      `<item><link>${origin}/${name}.xml</link><pubDate>${date}</pubDate></item>`;
    files.set('/list/', `<rss><channel><title>t</title>${item('new', '2')}${item('old', '1')}</channel></rss>`);
    files.set('/new.xml', alert('NEW'));
    files.set('/old.xml', alert('OLD'));
    const { run, identifiers } = feed('rss');
    await run();
    expect(identifiers()).toEqual(['OLD', 'NEW']);
    asked = [];
    await run();
    expect(asked).toEqual(['/list/']);
  });
  test('Atom: the CAP link of an entry is preferred', async () => {
    const entry =
      '<entry><updated>1</updated><link href="/page"/><link href="/cap/1" type="application/cap+xml"/></entry>';
    files.set('/list/', `<feed xmlns="http://www.w3.org/2005/Atom">${entry}</feed>`);
    files.set('/cap/1', alert('ATOM'));
    const { run, identifiers } = feed('atom');
    await run();
    expect(identifiers()).toEqual(['ATOM']);
  });
  test('another host is not followed, and that is said once', async () => {
    files.set('/list/', link('http://169.254.169.254/latest/a.xml') + link(`${origin.replace(/\d+$/, '1')}/b.xml`));
    const { run, reasons } = feed('html');
    await run();
    await run();
    expect(reasons()).toEqual(['unsupported', 'unsupported']);
    expect(asked).toEqual(['/list/', '/list/']);
  });
  test('more documents than a round may read: the newest first, the rest in the next rounds', async () => {
    files.set('/list/', [1, 2, 3, 4, 5].map((n) => link(`${n}.xml`)).join(''));
    for (const n of [1, 2, 3, 4, 5]) files.set(`/list/${n}.xml`, alert(`N${n}`));
    const { run, identifiers } = feed('html', { maxDocuments: 2 });
    await run();
    await run();
    await run();
    expect(identifiers()).toEqual(['N4', 'N5', 'N2', 'N3', 'N1']);
  });
});

describe('one bad document never stops the others', () => {
  test('what cannot be decoded is rejected once', async () => {
    files.set('/list/', link('a.xml') + link('b.xml') + link('c.xml'));
    files.set('/list/a.xml', '{"code":0}');
    files.set('/list/b.xml', `<alert>${'x'.repeat(1_000_100)}</alert>`);
    files.set('/list/c.xml', alert('C'));
    const { run, identifiers, reasons } = feed('html');
    await run();
    await run();
    expect(identifiers()).toEqual(['C']);
    expect(reasons()).toEqual(['malformed', 'too-large']);
  });
  test('what cannot be reached makes the round fail, after the good ones were taken', async () => {
    files.set('/list/', link('a.xml') + link('b.xml'));
    files.set('/list/a.xml', 500);
    files.set('/list/b.xml', alert('B'));
    const { run, identifiers } = feed('html');
    await expect(run()).rejects.toThrow(`${origin}/list/a.xml answered 500`);
    expect(identifiers()).toEqual(['B']);
    files.set('/list/a.xml', alert('A'));
    await run();
    expect(identifiers()).toEqual(['B', 'A']);
  });
  test('one source that is down leaves the others their round', async () => {
    files.set('/one.xml', alert('ONE'));
    const sources = [{ url: `${origin}/gone/`, index: 'html' }, { url: `${origin}/one.xml` }];
    const { run, identifiers } = feed('none', { sources });
    await expect(run()).rejects.toThrow('answered 404');
    expect(identifiers()).toEqual(['ONE']);
  });
  test('a page that is no index is a broken link', async () => {
    files.set('/list/', '<html><body>login</body></html>');
    await expect(feed('rss').run()).rejects.toThrow('is no rss index: an HTML page');
  });
});

test('what was not stored is asked for again', async () => {
  files.set('/one.xml', alert('ONE'));
  const { run, identifiers } = feed('none', {}, '/one.xml');
  await expect(run({ take: () => Promise.reject(new Error('database away')) })).rejects.toThrow('database away');
  await run();
  await run();
  expect(identifiers()).toEqual(['ONE']);
});
