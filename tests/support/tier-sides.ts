import { randomUUID } from 'node:crypto';
import { appendEntries } from '../../events/log.js';
import type { ExchangeKind, Fault, PeerView, Taking, Told } from '../../exchange/kinds/kind.js';
import { type KindsSettings, kindsOf, kindsSettings } from '../../exchange/kinds/settings.js';
import { tellDigests } from '../../exchange/kinds/tell.js';
import type { NewEntry } from '../../model/entry.js';
import { type BundleItem, type BundleKind, type Party, peerFeed } from '../../model/exchange.js';
import { defaultRules } from '../../model/release-defaults.js';
import { type FeedSketch, type Graph, openGraph } from './graph.js';

export const CITY: Party = { orgCode: '65420200000000', division: '654202' };
export const PREFECTURE: Party = { orgCode: '65420000000000', division: '654200' };

/** A platform of one tier that has a single peer: its rows, and its kinds between the outbox and the other side's tables. */
export class Side {
  #seq = 0;
  settings: KindsSettings = kindsSettings.parse({});

  private constructor(
    readonly graph: Graph,
    readonly own: Party,
    readonly peer: PeerView,
    private readonly clock: { now: Date },
  ) {}

  static async open(own: Party, name: string, party: Party, now: Date, feeds: readonly FeedSketch[]): Promise<Side> {
    const peer = { name, party, feedId: peerFeed(name) };
    const graph = await openGraph(now, [...feeds, { id: peer.feedId, freshness: 'contact' }]);
    graph.release = defaultRules(own.division);
    await graph.db.write.query(
      `INSERT INTO exchange_peer (name, org_code, tier, division, configured, topics, feed_id)
       VALUES ($1, $2, 'CITY', $3, true, '{warning,incident,instruction}', $4)`,
      [name, party.orgCode, party.division, peer.feedId],
    );
    return new Side(graph, own, peer, { now });
  }

  get now(): Date {
    return this.clock.now;
  }

  set now(now: Date) {
    this.clock.now = now;
    this.graph.now = now;
  }

  set kinds(settings: { readonly [kind in BundleKind]?: object }) {
    this.settings = kindsSettings.parse(settings);
  }

  get #kinds(): ExchangeKind[] {
    return kindsOf(this.settings);
  }

  tell(): Promise<number> {
    return tellDigests(this.graph.db, [{ peer: this.peer, kinds: this.#kinds }], this.now);
  }

  /** What the outbox holds, as items, in order; it is empty then, and what was told is known to have been. */
  seal(): Promise<BundleItem[]> {
    return this.graph.db.transaction(async (client) => {
      const { rows } = await client.query<Told>(
        'SELECT id, source, key, at, payload FROM exchange_outbox ORDER BY id FOR UPDATE',
      );
      const items: BundleItem[] = [];
      for (const told of rows)
        for (const kind of this.#kinds.filter(({ sources }) => sources.includes(told.source))) {
          const item = await kind.collect(told, this.peer, client);
          if (item) items.push(item);
        }
      await client.query('DELETE FROM exchange_outbox');
      if (items.length === 0) return items;
      this.#seq += 1;
      await client.query(
        `INSERT INTO exchange_bundle (peer, direction, seq, bundle_id, kind, created_at, body, signature, hash, previous, item_count, state,
           stored_at, state_at) VALUES ($1, 'OUT', $2, $3, 'x', $4, '', '', '', '', $5, 'ACTED', $4, $4)`,
        [this.peer.name, this.#seq, randomUUID(), this.now, items.length],
      );
      for (const [n, { type, id, version, op }] of items.entries())
        await client.query(
          `INSERT INTO exchange_item (peer, direction, seq, n, kind, item_id, version, op) VALUES ($1, 'OUT', $2, $3, $4, $5, $6, $7)`,
          [this.peer.name, this.#seq, n, type, id, version, op],
        );
      // As they travel.
      return JSON.parse(JSON.stringify(items)) as BundleItem[];
    });
  }

  /** Takes items as one bundle: the faults of those not taken, in order, undefined for the others. */
  take(items: readonly BundleItem[], seq = 1): Promise<(Fault | undefined)[]> {
    return this.graph.db.transaction(async (client) => {
      const entries: NewEntry[] = [];
      const faults: (Fault | undefined)[] = [];
      for (const item of items) {
        const kind = this.#kinds.find((each) => each.kind === item.type);
        if (!kind) throw new Error(`no kind ${item.type}`);
        const bundle = { bundleId: randomUUID(), seq, kind: item.type };
        const taking: Taking = { client, peer: this.peer, own: this.own, now: this.now, entries, bundle };
        faults.push((await kind.check(item, taking)) ?? (await kind.apply(item, taking)));
      }
      await appendEntries(client, entries);
      return faults;
    });
  }

  /** Rows of the log since it began, of one topic. */
  async told(topic: string): Promise<number> {
    const { rows } = await this.graph.db.read.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM log_entry WHERE topic = $1',
      [topic],
    );
    return rows[0]?.count ?? 0;
  }
}
