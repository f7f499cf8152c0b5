import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { BatchResult } from '../model/batch.js';
import type { RecorderState } from './audit/recorder.js';

export interface MetricSources {
  readonly sockets: () => number;
  readonly subscribers: () => number;
  readonly overdueBypasses: () => Promise<number>;
  readonly links: () => Iterable<{ id: string; state: string }>;
  readonly audit: () => RecorderState;
  readonly channels: () => Iterable<{ name: string; off: boolean }>;
}

/** The hub's own numbers, in a registry of its own: several hubs may live in one process. */
export class Metrics {
  readonly registry = new Registry();
  readonly #records = new Counter({
    name: 'fenghuo_feed_records_total',
    help: 'Records of a feed by outcome: stored, replaced, rejected',
    labelNames: ['feed', 'outcome'],
    registers: [this.registry],
  });
  readonly #batch = new Histogram({
    name: 'fenghuo_batch_seconds',
    help: 'Time from a batch handed over to its commit',
    labelNames: ['feed'],
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
    registers: [this.registry],
  });
  readonly #errors = new Counter({
    name: 'fenghuo_errors_total',
    help: 'Failures that were logged, by part',
    labelNames: ['part'],
    registers: [this.registry],
  });
  readonly #channels = new Counter({
    name: 'fenghuo_channel_events_total',
    help: 'Deliveries of a channel by what became of them. Alarms: set-aside (refused too often), off, gap (changes may have been missed), rejected-receipt',
    labelNames: ['channel', 'event'],
    registers: [this.registry],
  });

  readonly #exchange = new Counter({
    name: 'fenghuo_exchange_alarms_total',
    help: 'What the exchange with a peer needs a look for: OVERDUE, SET_ASIDE, WITHDRAWN, CHAIN',
    labelNames: ['peer', 'kind'],
    registers: [this.registry],
  });

  constructor(sources: MetricSources) {
    collectDefaultMetrics({ register: this.registry });
    const gauge = (name: string, help: string, read: () => number): void => {
      new Gauge({
        name,
        help,
        registers: [this.registry],
        collect() {
          this.set(read());
        },
      });
    };
    gauge('fenghuo_sockets', 'Open WebSocket connections', sources.sockets);
    gauge('fenghuo_subscribers', 'Live subscriptions', sources.subscribers);
    const { audit } = sources;
    gauge('fenghuo_audit_recording', '1 where evidence can be written', () => (audit().fault === undefined ? 1 : 0));
    gauge('fenghuo_audit_waiting', 'Rows of the audit that wait to be written', () => audit().waiting);
    gauge('fenghuo_audit_written', 'Rows of the audit written since the start', () => audit().written);
    gauge('fenghuo_audit_lost', 'Reads since the start that found no room in the audit', () => audit().lost);
    new Gauge({
      name: 'fenghuo_bypasses_overdue',
      help: 'Warnings released without all consents that nobody has reviewed in time',
      registers: [this.registry],
      async collect() {
        // Without the database the other numbers are still shown.
        this.set(await sources.overdueBypasses().catch(() => Number.NaN));
      },
    });
    new Gauge({
      name: 'fenghuo_feed_up',
      help: '1 where the link of the feed works',
      labelNames: ['feed'],
      registers: [this.registry],
      collect() {
        for (const { id, state } of sources.links()) this.set({ feed: id }, state === 'UP' ? 1 : 0);
      },
    });
    new Gauge({
      name: 'fenghuo_channel_off',
      help: '1 where the other side of the channel has said that it wants no more',
      labelNames: ['channel'],
      registers: [this.registry],
      collect() {
        for (const { name, off } of sources.channels()) this.set({ channel: name }, off ? 1 : 0);
      },
    });
  }

  batch(feedId: string, result: BatchResult, milliseconds: number): void {
    this.#batch.observe({ feed: feedId }, milliseconds / 1000);
    for (const outcome of ['stored', 'replaced', 'rejected'] as const)
      if (result[outcome] > 0) this.#records.inc({ feed: feedId, outcome }, result[outcome]);
  }

  channel(name: string, event: string, count: number): void {
    if (count > 0) this.#channels.inc({ channel: name, event }, count);
  }

  exchangeAlarm(peer: string, kind: string): void {
    this.#exchange.inc({ peer, kind });
  }

  error(part: string): void {
    this.#errors.inc({ part });
  }
}
