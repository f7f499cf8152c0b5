import type { Stamped } from '../../model/batch.js';
import { isLasting } from '../../model/device-state.js';
import type { DeviceStateRecord } from '../../model/record.js';
import type { Queryable } from '../database.js';
import { REPORT_COLUMNS, reportValues, upsert, type Written } from './upsert.js';
import { stationId } from './write-stations.js';

const OWN_COLUMNS = [
  'station_id',
  'device',
  'aspect',
  'condition',
  'run_hours',
  'source_text',
  'confirmed_at',
] as const;
const COLUMNS = [...REPORT_COLUMNS, ...OWN_COLUMNS];

/** A row of the table, by column. */
interface Row extends Record<string, unknown> {
  readonly id: string;
  readonly station_id: string;
  readonly device: string;
  readonly aspect: DeviceStateRecord['aspect'];
  readonly condition: string;
  readonly run_hours: number | null;
  readonly source_text: string;
  readonly observed_at: Date;
  readonly confirmed_at: Date;
}

/**
 * Writes what devices were told to be. A lasting state told again makes no new row: its first one is confirmed up to then. A report
 * that comes late and falls within another state divides that in two, at the last moment that it was told. The same reports again
 * change nothing, and the newest row of a device is its newest report's, in whatever order they come.
 */
export async function writeDeviceStates(
  client: Queryable,
  feedId: string,
  records: readonly Stamped<DeviceStateRecord>[],
  at: Date,
): Promise<Written> {
  if (records.length === 0) return { stored: 0, replaced: 0 };
  const rows = records
    .map((record) => rowOf(feedId, record, at))
    .sort((a, b) => a.observed_at.getTime() - b.observed_at.getTime());
  const history = new History(await rowsBefore(client, rows));
  for (const row of rows) history.add(row);
  await confirm(client, history.confirmed);
  return upsert(
    client,
    'device_state',
    COLUMNS,
    history.fresh.map((row) => COLUMNS.map((name) => row[name])),
  );
}

class History {
  readonly #rows = new Map<string, Row[]>();
  readonly #fresh = new Map<string, Row>();
  readonly #confirmed = new Map<string, Row>();

  constructor(before: readonly Row[]) {
    for (const row of before) this.#of(row).push(row);
  }

  /** Rows to write. */
  get fresh(): readonly Row[] {
    return [...this.#fresh.values()];
  }

  /** Rows of before whose confirmed_at is another now. */
  get confirmed(): readonly Row[] {
    return [...this.#confirmed.values()];
  }

  add(row: Row): void {
    const before = this.#of(row)
      .filter(({ observed_at }) => observed_at <= row.observed_at)
      .reduce<Row | undefined>((a, b) => (a && a.observed_at > b.observed_at ? a : b), undefined);
    if (before && isSame(before, row)) {
      if (row.observed_at > before.confirmed_at) this.#confirm(before, row.observed_at);
      return;
    }
    if (before && before.confirmed_at > row.observed_at) {
      const again = { ...before, id: idOf(before, before.confirmed_at), observed_at: before.confirmed_at };
      this.#confirm(before, before.observed_at);
      this.#put(again);
    }
    this.#put(row);
  }

  #of({ station_id, device, aspect }: Row): Row[] {
    const key = JSON.stringify([station_id, device, aspect]);
    const rows = this.#rows.get(key) ?? [];
    this.#rows.set(key, rows);
    return rows;
  }

  #put(row: Row): void {
    const rows = this.#of(row);
    const at = rows.findIndex(({ id }) => id === row.id);
    rows.splice(at === -1 ? rows.length : at, at === -1 ? 0 : 1, row);
    this.#fresh.set(row.id, row);
    this.#confirmed.delete(row.id);
  }

  #confirm(row: Row, confirmed_at: Date): void {
    const changed = { ...row, confirmed_at };
    const rows = this.#of(row);
    rows.splice(rows.indexOf(row), 1, changed);
    (this.#fresh.has(row.id) ? this.#fresh : this.#confirmed).set(row.id, changed);
  }
}

const isSame = (before: Row, row: Row): boolean =>
  before.condition === row.condition &&
  before.run_hours === row.run_hours &&
  before.source_text === row.source_text &&
  (isLasting(row.aspect) || before.observed_at.getTime() === row.observed_at.getTime());

const idOf = ({ station_id, aspect, device }: Pick<Row, 'station_id' | 'aspect' | 'device'>, at: Date): string =>
  `${station_id}/${aspect}/${device}/${at.toISOString()}`;

function rowOf(feedId: string, record: Stamped<DeviceStateRecord>, at: Date): Row {
  const { device, aspect, condition, runHours: run_hours, sourceText: source_text, observedAt: observed_at } = record;
  const own = { station_id: stationId(feedId, record.station), device, aspect, condition, run_hours, source_text };
  const common = reportValues(feedId, at, record);
  return {
    ...Object.fromEntries(REPORT_COLUMNS.map((name, index) => [name, common[index]])),
    ...own,
    id: idOf(own, observed_at),
    observed_at,
    confirmed_at: observed_at,
  };
}

/** For each of these, the row of the same device and aspect at its time or the last before. */
async function rowsBefore(client: Queryable, rows: readonly Row[]): Promise<Row[]> {
  const { rows: found } = await client.query<Row>(
    `SELECT DISTINCT ON (d.id) d.* FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[]) AS r(station_id, device, aspect, at),
       LATERAL (SELECT ${COLUMNS.join(', ')} FROM device_state d
         WHERE d.station_id = r.station_id AND d.device = r.device AND d.aspect = r.aspect AND d.observed_at <= r.at
         ORDER BY d.observed_at DESC LIMIT 1) d`,
    [
      rows.map((row) => row.station_id),
      rows.map((row) => row.device),
      rows.map((row) => row.aspect),
      rows.map((row) => row.observed_at),
    ],
  );
  return found;
}

async function confirm(client: Queryable, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `UPDATE device_state d SET confirmed_at = c.at FROM unnest($1::text[], $2::timestamptz[]) AS c(id, at) WHERE d.id = c.id`,
    [rows.map((row) => row.id), rows.map((row) => row.confirmed_at)],
  );
}
