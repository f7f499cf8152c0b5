import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { Bus } from '../events/bus.js';
import { CHANNEL } from '../events/log.js';
import { entry, LogWorld } from './support/log-world.js';

const WITHIN_MS = 5000;

/** Wakes for notifications alone, not for being connected again: what a naive listener does. Connects when told to. */
class ForgetfulBus implements Bus {
  #client: pg.Client | undefined;
  #onWake: () => void = () => {};

  constructor(private readonly url: string) {}

  start(onWake: () => void): void {
    this.#onWake = onWake;
  }

  async connect(): Promise<void> {
    this.#client = new pg.Client({ connectionString: this.url, application_name: 'fenghuo-listen' });
    this.#client.on('error', () => {});
    this.#client.on('notification', this.#onWake);
    await this.#client.connect();
    await this.#client.query(`LISTEN ${CHANNEL}`);
  }

  async stop(): Promise<void> {
    await this.#client?.end();
  }
}

describe('a listener whose connection is ended', () => {
  let world: LogWorld;
  beforeEach(async () => {
    world = await LogWorld.open();
  });
  afterEach(() => world.end());

  /** Ends the LISTEN connection of this database's hub, and waits until the server has none. */
  async function killListener(): Promise<void> {
    const listeners = `FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'fenghuo-listen'`;
    const { rows } = await world.db.read.query<{ ended: boolean }>(
      `SELECT pg_terminate_backend(pid, 2000) AS ended ${listeners}`,
    );
    expect(rows).toEqual([{ ended: true }]);
  }

  async function listening(): Promise<void> {
    for (;;) {
      const { rowCount } = await world.db.read.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%' AND state = 'idle'`,
      );
      if (rowCount) return;
    }
  }

  const within = <T>(promise: Promise<T>, ms: number): Promise<T | 'late'> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), ms);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
  };

  test.each([
    ['by connecting again alone', 600_000],
    ['with the default heartbeat', undefined],
  ])('gets what was appended meanwhile within five seconds, %s, ten times in a row', async (_, heartbeatMs) => {
    const hub = await world.hub(heartbeatMs ? { heartbeatMs } : {});
    await listening();
    const live = await hub.subscribe('warning');
    let waiting = live.next();
    for (let round = 0; round < 10; round += 1) {
      await killListener();
      await world.append(entry(`${round} a`), entry(`${round} b`));
      for (const key of [`${round} a`, `${round} b`]) {
        expect(await within(waiting, WITHIN_MS)).toMatchObject({ value: { entry: { key } } });
        waiting = live.next();
      }
      await listening();
    }
  });

  test('(control) without catching up it misses them, until something else wakes it', async () => {
    const bus = new ForgetfulBus(world.url);
    const hub = await world.hub({ bus, heartbeatMs: 600_000 });
    await bus.connect();
    const live = await hub.subscribe('warning');
    let waiting = live.next();
    await world.append(entry('heard'));
    expect(await within(waiting, WITHIN_MS)).toMatchObject({ value: { entry: { key: 'heard' } } });
    waiting = live.next();
    await killListener();
    await world.append(entry('missed'));
    await bus.connect();
    expect(await within(waiting, 500)).toBe('late');
    await world.append(entry('later'));
    expect(await within(waiting, WITHIN_MS)).toMatchObject({ value: { entry: { key: 'missed' } } });
  });
});
