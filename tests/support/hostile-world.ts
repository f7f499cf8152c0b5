import { generateKeyPairSync, type KeyObject, randomUUID, sign as signBytes } from 'node:crypto';
import { expect } from '@jest/globals';
import { sm2 } from 'sm-crypto-v2';
import { canonicalJson, hashOf } from '../../exchange/canonical.js';
import { type OwnKey, readOwnKey } from '../../exchange/keys.js';
import { sign } from '../../exchange/signing.js';
import { type Bundle, NO_HASH, type Party, type Signed } from '../../model/exchange.js';
import type { Hub } from '../../server/hub.js';
import { migratedDatabase, type TestDatabase } from './database.js';
import { CITY, makeKey, PREFECTURE, peerYaml, startSide } from './exchange-pair.js';
import { onDatabase } from './exchange-platform.js';
import { until } from './running-hub.js';

export const COUNTY: Party = { orgCode: '65422300000000', division: '654223' };
export const STRANGER: Party = { orgCode: '11000000000000', division: '110000' };
export const MINUTE_MS = 60_000;

const start = Date.parse('2026-11-26T08:00:00.000Z');
export const clock = { at: start };
export const now = (): Date => new Date(clock.at);
export const minutes = (count: number): Date => new Date(start + count * MINUTE_MS);

const span = { from: null, until: null };
/** Of the prefecture, but for the county's, and for the one that a thief has made under the name of the first. */
export const keys = {
  old: makeKey('p-old', { until: minutes(60) }),
  new: makeKey('p-new', { from: minutes(30) }),
  es256: ownKey('p-es256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
  sm2: { ...readOwnKey('p-sm2', sm2.generateKeyPairHex().privateKey, span), pem: '' },
  county: makeKey('c-1'),
  thief: makeKey('p-old'),
};

function ownKey(kid: string, secret: KeyObject): OwnKey & { readonly pem: string } {
  const pem = secret.export({ type: 'pkcs8', format: 'pem' }) as string;
  return { ...readOwnKey(kid, pem, span), pem };
}

export const base64url = (text: string): string => Buffer.from(text).toString('base64url');

/** A detached JWS with whatever header, truly signed by the Ed25519 key. */
export function withHeader(body: string, header: object, key: OwnKey = keys.old): Signed {
  const first = base64url(JSON.stringify(header));
  const last = signBytes(null, Buffer.from(`${first}.${base64url(body)}`), key.secret as KeyObject);
  return { body, signature: `${first}..${last.toString('base64url')}` };
}

export const signed = async (body: string | Bundle, key: OwnKey = keys.old): Promise<Signed> => {
  const text = typeof body === 'string' ? body : canonicalJson(body);
  return { body: text, signature: await sign(text, 'fenghuo-bundle+jws', key) };
};

export interface Answer {
  readonly status: number;
  readonly receipts?: readonly Signed[];
  readonly error?: { readonly code: string; readonly reason: string; readonly expected?: number };
}

const idOf = (body: string): string => /"bundleId":"([^"]+)"/.exec(body)?.[1] ?? 'none';

/** The city's hub, at whose door a test knocks as the prefecture or in its name. */
export class HostileWorld {
  /** Where the chain from the prefecture stands. */
  readonly chain = { seq: 0, hash: NO_HASH };
  readonly #refused: string[] = [];

  private constructor(
    private readonly database: TestDatabase,
    private readonly hub: Hub,
  ) {}

  /** `guesses`: after so many wrong ones an address is turned away. */
  static async open(guesses = 1000): Promise<HostileWorld> {
    const database = await migratedDatabase();
    const hub = await startSide(database, {
      ...{ party: CITY, tier: 'CITY', keys: [makeKey('city-1')], hub: { now } },
      hubLines: [`limits: { failedCredentials: { tokens: ${guesses} } }`],
      peers: {
        prefecture: peerYaml(PREFECTURE, 'PREFECTURE', [keys.old, keys.new, keys.es256, keys.sm2], {}),
        county: peerYaml(COUNTY, 'CITY', [keys.county], {}),
      },
    });
    return new HostileWorld(database, hub);
  }

  get url(): string {
    return this.hub.url;
  }

  async stop(): Promise<void> {
    await this.hub.stop();
    await this.database.drop();
  }

  /** The next bundle of the prefecture's chain, but for what is said otherwise. */
  next(change: Partial<Bundle> = {}): Bundle {
    const { chain } = this;
    const end = { number: 0, hash: NO_HASH };
    return {
      ...{ bundleId: randomUUID(), seq: chain.seq + 1, from: PREFECTURE, to: CITY, createdAt: now().toISOString() },
      ...{ kind: 'heartbeat', schemaVersion: '1.0', prevHash: chain.hash },
      items: [
        {
          ...{ type: 'heartbeat', id: 'wusu', version: now().toISOString(), op: 'upsert' },
          payload: { sent: end, taken: end, told: end, heard: end },
          provenance: { department: 'EMERGENCY', feed: null, changedAt: now().toISOString() },
        },
      ],
      ...change,
    };
  }

  async post(path: string, body: string, headers: Record<string, string>): Promise<Answer> {
    const response = await fetch(`${this.url}/exchange/v1/${path}`, { method: 'POST', headers, body });
    return { status: response.status, ...((await response.json()) as object) };
  }

  hand({ body, signature }: Signed, headers: Record<string, string> = {}): Promise<Answer> {
    return this.post('bundles', body, { 'idempotency-key': idOf(body), 'x-jws-signature': signature, ...headers });
  }

  /** Hands over what must be taken, and goes on from it. */
  async take(bundle: Bundle, key: OwnKey = keys.old): Promise<Signed> {
    const each = await signed(bundle, key);
    expect(await this.hand(each)).toMatchObject({ status: 202 });
    Object.assign(this.chain, { seq: bundle.seq, hash: hashOf(each.body) });
    return each;
  }

  rows<T>(sql: string, values: unknown[] = []): Promise<T[]> {
    return onDatabase(this.database.url, async (client) => (await client.query(sql, values)).rows as T[]);
  }

  /** Refused with this code and reason, in the answer, in the list of refusals, and in the audit. */
  async expectRefused(answer: Answer, status: number, code: string, reason: RegExp): Promise<void> {
    expect(answer).toMatchObject({ status, error: { code, reason: expect.stringMatching(reason) } });
    const [row] = await this.rows<{ code: string; reason: string }>(
      'SELECT code, reason FROM exchange_refusal ORDER BY last_seen_at DESC, id DESC LIMIT 1',
    );
    expect(row).toEqual({ code, reason: answer.error?.reason.replaceAll('\0', '\ufffd') });
    this.#refused.push(code);
  }

  /** All that was refused is in the audit, too; `more`: what was refused beside it. */
  async expectAudited(more: readonly string[] = []): Promise<void> {
    const wanted = [...this.#refused, ...more].sort();
    const found = (): Promise<{ result: string; times: number }[]> =>
      this.rows(`SELECT result, times FROM audit_entry WHERE kind = 'EXCHANGE' AND result <> 'OK'`);
    const listed = await until(found, (entries) => entries.reduce((sum, { times }) => sum + times, 0) >= wanted.length);
    const each = listed.flatMap(({ result, times }) => Array.from({ length: times }, () => result)).sort();
    expect(each).toEqual(wanted);
  }
}
