import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PostgresBus } from '../../events/bus-postgres.js';
import { LogHub } from '../../events/hub.js';
import { applyNext } from '../../exchange/apply.js';
import { canonicalJson, hashOf } from '../../exchange/canonical.js';
import { Exchange } from '../../exchange/exchange.js';
import type { PeerGround } from '../../exchange/ground.js';
import { asPeerKey, type OwnKey } from '../../exchange/keys.js';
import { heartbeat } from '../../exchange/kinds/heartbeat.js';
import { sendNext } from '../../exchange/send.js';
import { sign } from '../../exchange/signing.js';
import type { Fetcher, Transport } from '../../exchange/transports/transport.js';
import type { ExchangeAlarm } from '../../model/entry.js';
import { type Bundle, type Party, peerFeed } from '../../model/exchange.js';
import { type Database, openDatabase } from '../../prisma/database.js';
import { insertBundle, type NewItem } from '../../prisma/store/exchange-bundles.js';
import { lockPeer, movePeer, registerPeers } from '../../prisma/store/exchange-peers.js';
import { passingKey } from '../../server/audit/key.js';
import { Recorder } from '../../server/audit/recorder.js';
import { ExchangeDoor } from '../../server/exchange/door.js';
import { exchangeEvidence } from '../../server/exchange/evidence.js';
import { Addresses } from '../../server/limits/caller.js';
import { Doorkeeper } from '../../server/limits/doorkeeper.js';
import { migratedDatabase, type TestDatabase } from './database.js';
import { note, prepareNotes } from './exchange-platform.js';

export interface TurnOptions {
  readonly own: Party;
  readonly key: OwnKey;
  readonly other: { readonly name: string; readonly party: Party; readonly key: OwnKey };
  readonly now: () => Date;
}

/**
 * One side of an exchange that does nothing by itself: a test has it take turns. In one turn each of its loops goes on until there is nothing more to
 * do or it fails once, so that the number of turns is that of the waits.
 */
export class TurnSide {
  readonly alarms: ExchangeAlarm[] = [];
  /** Why the last turn could not hand over, or fetch. */
  faults: string[] = [];
  transport: Transport | undefined;
  fetcher: Fetcher | undefined;
  readonly exchange: Exchange;
  #bundleFirst = false;

  private constructor(
    readonly ground: PeerGround,
    readonly database: TestDatabase,
    private readonly recorder: Recorder,
    private readonly server: Server,
  ) {
    this.exchange = new Exchange({
      ...{ log: new LogHub({ db: ground.db, bus: new PostgresBus({ url: ground.db.url }) }), topics: [] },
      ...{ grounds: [ground], onError: () => {} },
      peer: () => ({
        ...{ transport: undefined, fetcher: undefined, fetchEveryMs: 1, retry: { firstMs: 1, longestMs: 1 } },
        ...{ onError: () => {}, onDown: () => {} },
      }),
    });
  }

  static async open({ own, key, other, now }: TurnOptions): Promise<TurnSide> {
    const database = await migratedDatabase();
    await prepareNotes(database.url);
    const db = openDatabase({ url: database.url });
    const feedId = peerFeed(other.name);
    const names = { title: { en: other.name, zh: other.name }, tier: 'CITY' as const, topics: [], everySeconds: 60 };
    await db.transaction((client) =>
      registerPeers(client, [{ ...other.party, ...names, name: other.name, feedId, everySeconds: 60 }]),
    );
    const audit = passingKey();
    const recorder = new Recorder({ db, key: () => audit, now, onFault: () => {} });
    recorder.start();
    const server = createServer();
    const peer = { name: other.name, party: other.party, feedId, keys: [asPeerKey(other.key)] };
    const waits = { receiptWithinMs: 900_000, heartbeatMs: 3_600_000, resendAfterMs: 900_000 };
    const side: TurnSide = new TurnSide(
      {
        ...{ db, own, ownKeys: [key], evidence: exchangeEvidence(recorder, now), now, step: () => {} },
        peer: { ...peer, kinds: [note, heartbeat], ...waits },
        onAlarm: (alarm) => void side.alarms.push(alarm),
      },
      ...([database, recorder, server] as const),
    );
    const door = doorOf(() => side.exchange, now);
    server.on('request', (request, response) => {
      door.handle(request, response, request.url ?? '').catch(() => response.destroy());
    });
    await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
    return side;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async turn(): Promise<void> {
    const { exchange, fetcher, ground, transport } = this;
    const { signal } = new AbortController();
    this.faults = [];
    if (fetcher) await this.#until(() => fetcher.fetch(exchange, signal));
    await this.#until(() => applyNext(ground));
    if (!transport) return;
    const failed = await this.#until(() =>
      sendNext({ ground, transport, reception: exchange, signal, bundleFirst: this.#bundleFirst }),
    );
    this.#bundleFirst = failed && !this.#bundleFirst;
  }

  /** Whether it failed. */
  async #until(round: () => Promise<boolean>): Promise<boolean> {
    try {
      while (await round());
      return false;
    } catch (error) {
      this.faults.push(error instanceof Error ? error.message : String(error));
      return true;
    }
  }

  async rows<T>(sql: string, values: readonly unknown[] = []): Promise<T[]> {
    return (await this.ground.db.write.query(sql, [...values])).rows as T[];
  }

  async stop(): Promise<void> {
    await this.transport?.close?.();
    await this.fetcher?.close?.();
    await this.exchange.stop();
    await this.recorder.stop();
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
    await this.ground.db.close();
    await this.database.drop();
  }
}

function doorOf(exchange: () => Exchange, now: () => Date): ExchangeDoor {
  const doorkeeper = new Doorkeeper({
    addresses: new Addresses([]),
    settings: { keys: 1000, tokens: 1000, withinSeconds: 300 },
    open: () => Promise.reject(new Error('nobody has a session here')),
  });
  return new ExchangeDoor({ exchange, doorkeeper, now });
}

/** The next bundle of a chain as a sender makes it that knows no better: the text that `text` makes of a good one, signed and in its place. */
export async function sealRaw(
  db: Database,
  { own, key, other, now }: TurnOptions,
  text: (good: Bundle) => string,
): Promise<{ seq: number; id: string; body: string; signature: string }> {
  return db.transaction(async (client) => {
    const { sentHash, sentSeq } = await lockPeer(client, other.name);
    const [at, seq, bundleId] = [now().toISOString(), sentSeq + 1, randomUUID()];
    const id = `note-${seq}`;
    const item = { type: 'acknowledgement', id, version: at, op: 'upsert', payload: {} } as const;
    const body = text({
      ...{ bundleId, seq, from: own, to: other.party, createdAt: at, kind: 'acknowledgement', schemaVersion: '1.0' },
      items: [{ ...item, provenance: { department: 'EMERGENCY', feed: null, changedAt: at } }],
      prevHash: sentHash,
    });
    const said = listOf(body);
    const kept = {
      peer: other.name,
      direction: 'OUT',
      seq,
      bundleId,
      createdAt: now(),
      storedAt: now(),
      body,
    } as const;
    const [signature, hash] = [await sign(body, 'fenghuo-bundle+jws', key), hashOf(body)];
    await insertBundle(
      client,
      { ...kept, kind: said.kind, signature, hash, previous: sentHash, state: 'SEALED' },
      said.items,
    );
    await movePeer(client, other.name, { sentSeq: seq, sentHash: hash });
    return { seq, id, body, signature };
  });
}

/** What a sender writes beside a text: nothing where it is not of today's shape. */
function listOf(body: string): { kind: string; items: NewItem[] } {
  try {
    const { kind, items } = JSON.parse(body) as Bundle;
    const isListed = items.every(({ type, id, version, op }) => type && id && version && op);
    const list = isListed ? items.map(({ type, id, version, op }) => ({ kind: type, id, version, op })) : [];
    return { kind: kind ?? 'heartbeat', items: list };
  } catch {
    return { kind: /"kind":"([A-Za-z]+)"/.exec(body)?.[1] ?? 'heartbeat', items: [] };
  }
}

export const asItIs = (good: Bundle): string => canonicalJson(good);
