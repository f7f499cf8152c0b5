import type { Position } from '../../../model/position.js';
import type { ObservationRecord, Quality, RejectReason } from '../../../model/record.js';
import { printable } from '../codecs/hj212.js';
import { type AmountUnit, type Meaning, meaningOf } from '../codecs/hj212-codes.js';
import type { CpItem } from '../codecs/hj212-cp.js';
import { instant } from './check.js';
import { type Period, periodOf } from './commands.js';
import { flagMeaning, KNOWN_FLAGS } from './flags.js';
import { isNumber } from './numbers.js';
import type { Hj212Settings } from './settings.js';

/** What an item's message says of all its items. */
export interface ItemContext {
  readonly cn: string;
  readonly common: Pick<ObservationRecord, 'sourceId' | 'raw' | 'zone' | 'station'>;
  readonly observedAt: Date;
  readonly originalTime: string;
  readonly position: Position | null;
  readonly codes: Hj212Settings['codes'];
  /** `part` stands for what was refused; without it, the whole message does. */
  reject(reason: RejectReason, detail: string, part?: string): void;
}

/** Rtd, Avg, Min, Max, Cou, their converted values (Zs…), and Data, DayData, NightData of sound. */
const VALUE = /^(Zs)?(Rtd|Avg|Min|Max|Cou|Data|DayData|NightData)$/;
const STATES = new Set(['RS', 'RT']);
/** What is said of values beside them. */
const BESIDE = new Set(['Flag', 'EFlag', 'SampleTime']);
const KILOGRAMS: Readonly<Record<AmountUnit, number>> = { m3: 1, kg: 1, g: 1e-3, mg: 1e-6 };

/** The observations of one item; each value that is none is rejected by itself. */
export function itemObservations(item: CpItem, context: ItemContext): ObservationRecord[] {
  const { code } = item;
  const given = [...item.values].filter(([aspect]) => !STATES.has(aspect) && !BESIDE.has(aspect));
  if (given.length === 0) return [];
  const meaning: Meaning | undefined = (context.codes[code] as Meaning | undefined) ?? meaningOf(code);
  if (!meaning) {
    const how = `list it in the feed's settings, codes: { ${code}: { property: … } }`;
    context.reject('unknown-code', `${code} is no pollutant code that the hub knows: ${how}`, code);
    return [];
  }
  const sampled = sampleTime(item, context);
  const quality = qualityOf(item, context);
  if (!sampled) return [];
  return given.flatMap(([aspect, text]) => {
    const [, converted, kind] = VALUE.exec(aspect) ?? [];
    if (!kind) {
      context.reject('unsupported', `${code}-${aspect} is not kept`, `${code}-${aspect}`);
      return [];
    }
    const what = kind === 'Cou' ? amount(code, meaning, context) : reading(meaning, kind, converted, context);
    const value = what && numberOf(`${code}-${aspect}`, text, quality, context);
    if (!what || value === undefined) return [];
    const { property, sensor, factor } = what;
    const shown = value === null ? null : exact(value * factor);
    return [
      {
        kind: 'observation',
        ...context.common,
        ...sampled,
        property,
        ...(sensor ? { sensor } : {}),
        value: shown,
        quality,
      },
    ];
  });
}

type What = Pick<Meaning, 'property' | 'sensor' | 'factor'>;

/** Of real-time data the value itself has no mark; means bear their period, the rest what it is too: "hour", "converted-hour-max". */
function reading(
  { property, sensor, factor }: Meaning,
  kind: string,
  converted: string | undefined,
  { cn }: ItemContext,
): What {
  const period: Period = periodOf(cn) ?? '';
  const plain = kind === 'Data' || kind === (period === '' ? 'Rtd' : 'Avg');
  const marks = [sensor, converted && 'converted', period, plain ? '' : MARKS[kind]].filter(Boolean);
  return { property, factor, ...(marks.length > 0 ? { sensor: marks.join('-') } : {}) };
}
const MARKS: Readonly<Record<string, string>> = {
  Rtd: 'now',
  Avg: 'mean',
  Min: 'min',
  Max: 'max',
  DayData: 'daytime',
  NightData: 'night',
};

/** What was let out in a period, by code, for a mass tells nothing without it. */
function amount(code: string, meaning: Meaning, context: ItemContext): What | undefined {
  const period = periodOf(context.cn);
  if (meaning.amount)
    return {
      property: meaning.amount === 'm3' ? 'emitted-volume' : 'emitted-mass',
      sensor: [code, period].filter(Boolean).join('-'),
      factor: KILOGRAMS[meaning.amount],
    };
  context.reject('unsupported', `${code}-Cou: ${code} has no amount that the hub knows`, `${code}-Cou`);
  return undefined;
}

/** Undefined where the text is no value and is rejected; null where the flag says that there is none. */
function numberOf(name: string, text: string, quality: Quality, context: ItemContext): number | null | undefined {
  if (quality === 'MISSING') return null;
  if (isNumber(text)) return Number(text);
  const said = `${name}=${printable(text)} at ${context.originalTime}`;
  if (text === '') context.reject('missing-field', `${said} has no value, and no flag says why`, said);
  else context.reject('not-a-number', `${said} is no number`, said);
  return undefined;
}

/** Without a flag values are as delivered; with one of neither edition they are kept as SUSPECT, and the flag is told. */
function qualityOf({ code, values }: CpItem, context: ItemContext): Quality {
  const flag = values.get('Flag');
  if (!flag) return 'UNCHECKED';
  const meaning = flagMeaning(flag);
  if (meaning) return meaning.quality;
  const said = `${code}-Flag=${printable(flag)}`;
  context.reject('unknown-code', `${said} is none of ${KNOWN_FLAGS}; its values are kept as SUSPECT`, said);
  return 'SUSPECT';
}

/** Real-time data of instruments that take samples tell when each was taken; periods are known by their start. */
function sampleTime(
  { code, values }: CpItem,
  context: ItemContext,
): Pick<ObservationRecord, 'observedAt' | 'originalTime'> | undefined {
  const { observedAt, originalTime } = context;
  const text = values.get('SampleTime');
  if (!text || periodOf(context.cn) !== '') return { observedAt, originalTime };
  const sampled = instant(text, context.common.zone);
  if (sampled) return { observedAt: sampled, originalTime: text };
  const said = `${code}-SampleTime=${printable(text)}`;
  context.reject('bad-time', `${said} is no time`, `${said} at ${originalTime}`);
  return undefined;
}

/** Without the last binary digits of a product: 101.3 kPa are 1013 hPa. */
const exact = (value: number): number => Number(value.toPrecision(12));
