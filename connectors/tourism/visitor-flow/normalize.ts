import type {
  FeedRecord,
  Outcome,
  RegisterRecord,
  Reject,
  RejectReason,
  VisitorFlowRecord,
} from '../../../model/record.js';
import { parseTime } from '../../../model/time.js';
import { DecodeError } from '../../shared/codecs/decode-error.js';
import { type JsonPart, readParts } from '../../shared/codecs/json-parts.js';
import { readSafely } from '../../shared/read-safely.js';
import { areaRecord, positionOf } from './areas.js';
import type { Settings } from './config.js';
import { countOf, type FieldName, given, textOf } from './fields.js';

const SECTIONS = {
  areas: ['areas', 'scenicAreas', '景区'],
  flows: ['flows', 'data', 'list', 'rows', '客流'],
} as const;
const MAX_PARTS = 2000;
const MAX_TEXT = 50;

/** One push of a platform: areas first, then how many people are in them. What is wrong with one part costs no other. */
export function normalize(input: Uint8Array, settings: Settings, _now: Date, fileName: string): Outcome {
  return readSafely(input, fileName, () => {
    const message = readParts(input, {
      sections: SECTIONS,
      main: 'flows',
      maxBytes: settings.maxBytes,
      maxParts: MAX_PARTS,
    });
    const records: FeedRecord[] = [];
    const rejects: Reject[] = message.faults.map(({ raw, message: detail }) => ({
      raw,
      reason: 'malformed',
      detail: `${fileName}: ${detail}`,
    }));
    const areas = new Map(listed(settings).map((area) => [area.code, area]));
    const attempt = (part: JsonPart, read: (refuse: Refuse) => FeedRecord): void => {
      const refuse: Refuse = (reason, detail, raw = part.raw) =>
        void rejects.push({ raw, reason, detail: `${titleOf(part, settings)}: ${detail}` });
      try {
        records.push(read(refuse));
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        refuse(error.reason, error.message);
      }
    };
    for (const part of message.areas)
      attempt(part, () => {
        const area = areaRecord(part, settings.crs, settings.fields);
        areas.set(area.code, area);
        return area;
      });
    for (const part of message.flows) attempt(part, (refuse) => flowRecord(part, settings, areas, refuse));
    return { records, rejects };
  });
}

/** The areas of the settings, which their check has found right. */
export const listed = ({ areas, crs }: Settings): RegisterRecord[] =>
  areas.map((fields) => areaRecord({ fields, raw: JSON.stringify(fields) }, crs));

type Refuse = (reason: RejectReason, detail: string, raw?: string) => void;

function flowRecord(
  part: JsonPart,
  settings: Settings,
  areas: ReadonlyMap<string, RegisterRecord>,
  refuse: Refuse,
): VisitorFlowRecord {
  const { zone, fields: own } = settings;
  const text = (name: FieldName): string => textOf(part, name, own);
  // What is wrong beside the count itself is left out and told of.
  const aside = <T>(name: FieldName, read: () => T | undefined): T | null => kept(part, name, settings, read, refuse);
  const count = (name: FieldName): number | null => aside(name, () => countOf(part, name, own));
  const code = text('code');
  if (code === '' || code.length > 64 || /\p{Cc}/u.test(code))
    throw new DecodeError('missing-field', 'no areaCode of at most 64 characters');
  const time = text('time');
  if (time === '') throw new DecodeError('missing-time', 'no time');
  const observedAt = parseTime(time, zone);
  if (!observedAt) throw new DecodeError('bad-time', `time ${JSON.stringify(time.slice(0, 60))} is no time`);
  const inPark = countOf(part, 'inPark', own);
  if (inPark === undefined) throw new DecodeError('missing-field', 'no inPark: how many people are inside');
  const area = areas.get(code);
  const [places, free] = [count('parkingPlaces'), count('parkingFree')];
  const comfort = aside('comfort', () => text('comfort')) ?? '';
  return {
    kind: 'visitor-flow',
    sourceId: `${code}/${observedAt.toISOString()}`,
    raw: part.raw,
    observedAt,
    originalTime: time,
    zone,
    position: aside('lon', () => positionOf(part, settings.crs)) ?? area?.position ?? null,
    area: { code, name: line(text('name')) || area?.name || code },
    inPark,
    enteredToday: count('enteredToday'),
    capacity: positive(count('capacity')),
    dailyCapacity: positive(count('dailyCapacity')),
    comfort: (Object.hasOwn(settings.comfort, comfort) && settings.comfort[comfort]) || null,
    sourceComfort: line(comfort) || null,
    weather: line(aside('weather', () => text('weather')) ?? '') || null,
    parkingPlaces: places,
    parkingFree: aside('parkingFree', () => freePlaces(free, places)),
    status: 'ACTUAL',
  };
}

/** The reject holds the field alone, beside area and time: several of one report stand beside each other. */
function kept<T>(
  part: JsonPart,
  name: FieldName,
  { fields: own }: Settings,
  read: () => T | undefined,
  refuse: Refuse,
): T | null {
  try {
    return read() ?? null;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const names: FieldName[] = ['code', 'time', name];
    const raw = JSON.stringify(Object.fromEntries(names.map((each) => [each, given(part, each, own)])));
    refuse(error.reason, `${error.message}: the rest is kept`, raw);
    return null;
  }
}

function freePlaces(free: number | null, places: number | null): number | undefined {
  if (free !== null && places !== null && free > places)
    throw new DecodeError('out-of-range', `parkingFree ${free} is more than all ${places} places`);
  return free ?? undefined;
}

/** A capacity of 0 is what platforms send for "not set". */
const positive = (capacity: number | null): number | null => (capacity === 0 ? null : capacity);
const line = (text: string): string =>
  text
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, MAX_TEXT);

function titleOf(part: JsonPart, { fields }: Settings): string {
  try {
    return line(textOf(part, 'code', fields)) || 'a part without areaCode';
  } catch {
    return 'a part without areaCode';
  }
}
