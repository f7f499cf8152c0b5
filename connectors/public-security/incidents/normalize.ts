import { type Position, toPosition } from '../../../model/position.js';
import type { IncidentRecord, Outcome, Reject } from '../../../model/record.js';
import { parseTime } from '../../../model/time.js';
import { DecodeError } from '../../shared/codecs/decode-error.js';
import { isJsonObject, readJson } from '../../shared/codecs/json-text.js';
import { MASK } from '../../shared/mask-text.js';
import { readSafely } from '../../shared/read-safely.js';
import { clear, fieldNames, isContainer } from './clear.js';
import { FIELD_NAMES, type FieldName, MAX_BYTES, NAMES, type Settings } from './config.js';

/** A clock of the source that goes ahead by more would shut out every later word. */
const AHEAD_MS = 10 * 60_000;
const MOST_ITEMS = 5000;
const MOST_CHARACTERS = 5000;

type Fields = Readonly<Partial<Record<FieldName, string>>>;
interface Item {
  readonly fields: Fields;
  readonly raw: string;
  /** Not even an object. */
  readonly strange?: boolean;
}

/** One message of the police: an incident, an array of them, or an object that holds one. It is cleared of callers first, whoever gives it. */
export function normalize(input: Uint8Array, settings: Settings, now: Date, fileName: string): Outcome {
  const { body, withheld } = clear(input, settings);
  if (withheld)
    return {
      records: [],
      rejects: [{ raw: body, reason: withheld.reason, detail: `${fileName}: ${withheld.detail}` }],
    };
  return readSafely(body, fileName, () => {
    const value = readJson(body, { maxBytes: MAX_BYTES * 2, maxDepth: 8 });
    const records: IncidentRecord[] = [];
    const rejects: Reject[] = [];
    for (const item of itemsOf(value, settings)) {
      const title = item.fields.number ?? 'an incident without JJDBH';
      try {
        records.push(
          incidentOf(item, settings, now, (reason, detail) =>
            rejects.push({ raw: item.raw, reason, detail: `${title}: ${detail}` }),
          ),
        );
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        rejects.push({ raw: item.raw, reason: error.reason, detail: `${title}: ${error.message}` });
      }
    }
    return { records, rejects };
  });
}

function itemsOf(value: unknown, settings: Settings): Item[] {
  const nameOf = fieldNames(settings);
  const found: Item[] = [];
  const walk = (each: unknown): void => {
    if (Array.isArray(each)) for (const inner of each) walk(inner);
    else if (!isJsonObject(each)) found.push({ fields: {}, raw: JSON.stringify(each), strange: true });
    else {
      const containers = Object.keys(each).filter(isContainer);
      for (const key of containers) walk(each[key]);
      if (containers.length === 0) found.push({ fields: fieldsOf(each, nameOf), raw: JSON.stringify(each) });
      if (found.length > MOST_ITEMS) throw new DecodeError('too-large', `more than ${MOST_ITEMS} incidents`);
    }
  };
  walk(value);
  return found;
}

/** Where several names of one field hold something, the first of the list counts. */
function fieldsOf(object: Readonly<Record<string, unknown>>, nameOf: (key: string) => FieldName | undefined): Fields {
  const found: Partial<Record<FieldName, string>> = {};
  const rankOf = (field: FieldName, key: string): number => {
    const rank = (NAMES[field] as readonly string[]).indexOf(key.toUpperCase());
    return rank === -1 ? NAMES[field].length : rank;
  };
  for (const field of FIELD_NAMES) {
    const keys = Object.keys(object).filter((key) => nameOf(key) === field);
    keys.sort((a, b) => rankOf(field, a) - rankOf(field, b));
    const values = keys.map((key) => object[key]).map((value) => (value === null ? '' : String(value).trim()));
    const value = values.find((each) => each !== '');
    if (value !== undefined) found[field] = value;
  }
  return found;
}

type Refuse = (reason: 'bad-position' | 'unknown-code' | 'too-large', detail: string) => void;

function incidentOf({ fields, raw, strange }: Item, settings: Settings, now: Date, refuse: Refuse): IncidentRecord {
  const { number, calledAt } = fields;
  if (strange) throw new DecodeError('malformed', 'is no object');
  if (number === undefined) throw new DecodeError('missing-field', 'no JJDBH');
  if (number === MASK)
    throw new DecodeError('malformed', 'JJDBH is not letters, digits, ".", "/" and "-", or a telephone');
  if (calledAt === undefined) throw new DecodeError('missing-time', 'no BJSJ');
  const observedAt = timeOf('BJSJ', calledAt, settings);
  const position = positionOf(fields, settings, refuse);
  const division = /^\d{6}/.exec(fields.unit ?? '')?.[0];
  const kind = kindOf(fields, settings, refuse);
  const state = stateOf(fields.state, settings);
  return {
    kind: 'incident',
    sourceId: number,
    // With what the settings make of it: read again after these are put right, the same word is not the same.
    raw: `${raw}\n${JSON.stringify([position, kind, state])}`,
    observedAt,
    originalTime: calledAt,
    zone: settings.zone,
    number,
    ...kind,
    description: short('BJNR', fields.content, refuse),
    address: short('SFDD', fields.address, refuse),
    level: 'UNKNOWN',
    ...state,
    unitCode: fields.unit ?? null,
    dispatchNumber: fields.dispatch ?? null,
    feedbackNumber: fields.feedback ?? null,
    changedAt: newestOf(observedAt, fields, settings, now),
    position,
    ...(division === undefined ? {} : { divisionCode: division }),
    status: 'ACTUAL',
  };
}

/** A text that is too long costs its end, not the incident. */
function short(name: string, text: string | undefined, refuse: Refuse): string | null {
  if (text === undefined) return null;
  const characters = [...text];
  if (characters.length <= MOST_CHARACTERS) return text;
  refuse('too-large', `${name} has ${characters.length} characters: the first ${MOST_CHARACTERS} are taken`);
  return characters.slice(0, MOST_CHARACTERS).join('');
}

/** "2026-07-01 15:59:30", "2026/7/1 15:59", "20260701155930", "2026年7月1日15时59分". */
function timeOf(name: string, text: string, { zone }: Settings): Date {
  const digits = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(text)?.slice(1);
  const parts =
    digits ??
    /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[T\s]*(?:(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})秒?)?分?)?$/
      .exec(text)
      ?.slice(1);
  const two = (part: string | undefined): string => (part ?? '0').padStart(2, '0');
  const [y, mo, d, h, mi, s] = parts ?? [];
  const found = parseTime(parts ? `${y}-${two(mo)}-${two(d)} ${two(h)}:${two(mi)}:${two(s)}` : text, zone);
  if (!found)
    throw new DecodeError('bad-time', `${name} ${JSON.stringify(text)} is no time: write 2026-07-01 15:59:30`);
  return found;
}

/** The newest of the times that the message names. */
function newestOf(calledAt: Date, fields: Fields, settings: Settings, now: Date): Date {
  const times = (['dispatchedAt', 'feedbackAt', 'updatedAt'] as const).flatMap((field) => {
    const text = fields[field];
    return text === undefined ? [] : [timeOf(NAMES[field][0], text, settings)];
  });
  const newest = times.reduce((a, b) => (a > b ? a : b), calledAt);
  if (newest.getTime() > now.getTime() + AHEAD_MS && newest > calledAt)
    throw new DecodeError('future-date', `${newest.toISOString()} is ahead of the hub's clock: check the feed's zone`);
  return newest;
}

function kindOf(
  { type, number }: Fields,
  settings: Settings,
  refuse: Refuse,
): Pick<IncidentRecord, 'title' | 'classCode' | 'sourceType'> {
  const known = type === undefined ? undefined : (settings.types[type] ?? settings.types[type.padStart(2, '0')]);
  if (type !== undefined && !known)
    refuse(
      'unknown-code',
      `BJFSDM ${JSON.stringify(type)} is none of ${Object.keys(settings.types).join(', ')}: ${number} is taken without a class; list it in types`,
    );
  return { title: known?.title ?? '警情', classCode: known?.class ?? null, sourceType: type ?? null };
}

/** Without a word a new incident is REPORTED; a word that the settings do not map is kept as it is. */
function stateOf(word: string | undefined, { states }: Settings): Pick<IncidentRecord, 'state' | 'sourceState'> {
  if (word === undefined) return { state: 'REPORTED', sourceState: null };
  return { state: states[word] ?? 'UNKNOWN', sourceState: word };
}

/** Null where nothing is said, 0/0 being nothing too; what is no place costs the position, not the incident. */
function positionOf({ x, y }: Fields, settings: Settings, refuse: Refuse): Position | null {
  if (x === undefined && y === undefined) return null;
  const [lon, lat] = [x, y].map((text) => (/^[+-]?\d{1,3}(\.\d*)?$/.test(text ?? '') ? Number(text) : Number.NaN));
  if (lon === 0 && lat === 0) return null;
  const found = lon === undefined || lat === undefined ? undefined : toPosition(lon, lat, settings.crs);
  if (!found)
    refuse(
      'bad-position',
      `GIS_X ${JSON.stringify(x ?? '')}, GIS_Y ${JSON.stringify(y ?? '')} is no place; taken without one`,
    );
  return found ?? null;
}
