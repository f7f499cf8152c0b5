import type { LineString, Point } from 'geojson';
import { type Crs, type Position, toPosition } from '../../../model/position.js';
import { needed } from '../../shared/tables/columns.js';
import { readRows } from '../../shared/tables/read-rows.js';
import { plainText } from '../../shared/tables/text.js';
import { type Stakes, stakesOf, stakeText } from './stake.js';

const columns = {
  route: needed.text('路线编码', { aliases: ['route'], example: 'G30', maxLength: 40 }),
  stake: needed.parsed('桩号', stakesOf, { aliases: ['stake'], example: 'K4230+000' }),
  lon: needed.number('经度', { aliases: ['lon'], example: '84.68', min: -180, max: 180 }),
  lat: needed.number('纬度', { aliases: ['lat'], example: '44.43', min: -90, max: 90 }),
};

interface Milestone {
  readonly metres: number;
  readonly lon: number;
  readonly lat: number;
}

/** Where a section lies, as far as the table knows; `unknown` says what it does not know. */
export interface Placed {
  readonly position: Position | null;
  readonly geometry: Point | LineString | null;
  readonly unknown: { readonly en: string; readonly zh: string } | null;
}

/** Stakes of known position by route. Between two, a place is reckoned along the straight line; beyond the ends nothing is. */
export class StakeTable {
  /** Open, so that a reload sees whether two tables differ. */
  readonly routes = new Map<string, Milestone[]>();

  constructor(
    rows: readonly { readonly route: string; readonly metres: number; readonly lon: number; readonly lat: number }[],
  ) {
    for (const { route, ...milestone } of rows) {
      const code = routeOf(route);
      this.routes.set(code, [...(this.routes.get(code) ?? []), milestone]);
    }
    for (const milestones of this.routes.values()) milestones.sort((a, b) => a.metres - b.metres);
  }

  /** A section as a line through every stake the table has in between, its start as a point where no end is given or known. */
  place(route: string, { start, end }: Stakes, crs: Crs): Placed {
    const milestones = this.routes.get(routeOf(route));
    if (!milestones) return { position: null, geometry: null, unknown: noRoute(route, [...this.routes.keys()]) };
    const from = between(milestones, start.metres);
    const to = end ? between(milestones, end.metres) : from;
    const [first] = [from ?? to];
    const position = first ? toPosition(first.lon, first.lat, crs) : undefined;
    const beyond = !from ? start : !to ? end : null;
    const unknown = beyond ? noStake(route, beyond.text, milestones) : null;
    if (!position) return { position: null, geometry: null, unknown };
    const ends = from && to && from.metres !== to.metres ? ([from, to] as const) : undefined;
    const geometry: Point | LineString = ends
      ? { type: 'LineString', coordinates: along(milestones, ...ends).flatMap((each) => degrees(each, crs)) }
      : { type: 'Point', coordinates: [position.lon, position.lat] };
    return { position, geometry, unknown };
  }
}

/** The table of a CSV with the columns 路线编码, 桩号, 经度, 纬度 (route, stake, lon, lat). Throws an Error that names the first fault. */
export function readStakeTable(csv: string): StakeTable {
  if (csv.trim() === '') return new StakeTable([]);
  const { rows, faults } = readRows(Buffer.from(csv), columns, { zone: 'UTC' });
  const [fault] = faults;
  if (fault) throw new Error(`row ${fault.row}, ${fault.column}: ${fault.en}; ${fault.adviceEn}`);
  return new StakeTable(rows.map(({ values }) => ({ ...values, metres: values.stake.start.metres })));
}

/** The code that a text begins with: "g 030 连霍高速" is G30; the zeros of county and village roads ("C012") are part of theirs. */
export function routeOf(text: string): string {
  const bare = plainText(text).toUpperCase().replaceAll(' ', '');
  const [, letters = '', number = ''] = /^([A-Z]+)(\d+)/.exec(bare) ?? [];
  if (letters === '') return bare;
  return letters + (letters === 'G' || letters === 'S' ? number.replace(/^0+(?=\d)/, '') : number);
}

function between(milestones: readonly Milestone[], metres: number): Milestone | undefined {
  const at = milestones.findIndex((each) => each.metres >= metres);
  const [before, after] = [milestones[at - 1], milestones[at]];
  if (after?.metres === metres) return after;
  if (!before || !after) return undefined;
  const share = (metres - before.metres) / (after.metres - before.metres);
  return {
    metres,
    lon: before.lon + share * (after.lon - before.lon),
    lat: before.lat + share * (after.lat - before.lat),
  };
}

/** In the direction from the first to the second. */
function along(milestones: readonly Milestone[], from: Milestone, to: Milestone): Milestone[] {
  const [low, high] = from.metres < to.metres ? [from, to] : [to, from];
  const inside = milestones.filter(({ metres }) => metres > low.metres && metres < high.metres);
  return from === low ? [low, ...inside, high] : [high, ...inside.reverse(), low];
}

function degrees({ lon, lat }: Milestone, crs: Crs): [number, number][] {
  const position = toPosition(lon, lat, crs);
  return position ? [[position.lon, position.lat]] : [];
}

const noRoute = (route: string, known: readonly string[]): Placed['unknown'] => {
  const list = known.slice(0, 20).join('、') || '—';
  return {
    en: `route ${route} is not in the stake table, which has ${list}`,
    zh: `路线 ${route} 不在桩号表内（表内有 ${list}）`,
  };
};

function noStake(route: string, stake: string, milestones: readonly Milestone[]): Placed['unknown'] {
  const [low, high] = [milestones[0], milestones.at(-1)].map((each) => stakeText(each?.metres ?? 0));
  return {
    en: `stake ${stake} of ${route} is not in the stake table, which knows ${low} to ${high}`,
    zh: `${route} 的桩号 ${stake} 超出桩号表范围（${low} 至 ${high}）`,
  };
}
