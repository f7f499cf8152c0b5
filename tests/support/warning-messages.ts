import fc from 'fast-check';
import { HAZARDS } from '../../model/hazard.js';
import type { WarningRecord, WarningText } from '../../model/record.js';
import { WARNING_LEVELS, WARNING_STATUSES } from '../../model/warning.js';
import { type MessageName, senderOf, type WarningMessage } from '../../model/warning-message.js';

/** The message that a record was read from, as far as records keep it. */
export function messageOfRecord(record: WarningRecord): WarningMessage {
  const iso = (at: Date | null): string | null => at?.toISOString() ?? null;
  const sentAt = record.observedAt.toISOString();
  const name = (identifier: string): MessageName => ({
    identifier,
    sender: senderOf(identifier, record.texts, 'WEATHER'),
    sentAt,
  });
  return {
    ...name(record.identifier),
    type: record.messageType,
    references: record.references.map(name),
    warning: {
      departmentCode: 'WEATHER',
      hazardCode: record.hazardCode ?? 'UNKNOWN',
      level: record.level ?? 'BLUE',
      status: record.status,
      effectiveAt: iso(record.effectiveAt),
      onsetAt: iso(record.onsetAt),
      expiresAt: record.expiresAt.toISOString(),
      divisionCodes: record.divisionCodes,
      area: record.area,
      texts: record.texts,
    },
  };
}

const domestic = fc
  .tuple(fc.constantFrom('654202416', '654202332', '370614416'), fc.integer({ min: 0, max: 59 }))
  .map(([office, second]) => `${office}00000_202608011333${String(second).padStart(2, '0')}`);
const seconds = (from: number, to: number): fc.Arbitrary<Date> =>
  fc.integer({ min: from, max: to }).map((s) => new Date(s * 1000));
const START = Date.parse('2020-01-01T00:00:00Z') / 1000;
const YEAR = 365 * 86_400;
const degrees = (most: number): fc.Arbitrary<number> =>
  fc.integer({ min: -most * 1e7, max: most * 1e7 }).map((n) => n / 1e7);
const ring = fc
  .array(fc.tuple(degrees(180), degrees(90)), { minLength: 3, maxLength: 6 })
  .map((points) => [...points, points[0] as [number, number]].map(([lon, lat]) => [lon, lat]));
const area = fc.oneof(
  fc.constant(null),
  ring.map((outer) => ({ type: 'Polygon' as const, coordinates: [outer] })),
  fc.array(ring, { minLength: 1, maxLength: 3 }).map((rings) => ({
    type: 'MultiPolygon' as const,
    coordinates: rings.map((outer) => [outer]),
  })),
);

/** Any message; its words are made of `words`. */
export function messages(words: fc.Arbitrary<string>, foreign: fc.Arbitrary<string>): fc.Arbitrary<WarningMessage> {
  const text = (language: string): fc.Arbitrary<WarningText> =>
    fc.record({
      language: fc.constant(language),
      hazard: words,
      senderName: words,
      headline: words,
      description: words,
      instruction: fc.option(words),
    });
  const texts = fc
    .uniqueArray(fc.constantFrom('zh-CN', 'ug', 'kk', 'en'), { minLength: 1, maxLength: 4 })
    .chain((languages) => fc.tuple(...languages.map(text)));
  const parts = fc.record({
    type: fc.constantFrom('ALERT' as const, 'UPDATE' as const, 'CANCEL' as const),
    identifiers: fc.oneof(
      fc.uniqueArray(domestic, { minLength: 2, maxLength: 4 }),
      fc.uniqueArray(foreign, { minLength: 2, maxLength: 4 }),
    ),
    sent: seconds(START, START + 20 * YEAR),
    effectiveAt: fc.option(seconds(START, START + 20 * YEAR)),
    onsetAt: fc.option(seconds(START, START + 20 * YEAR)),
    lasts: fc.integer({ min: 1, max: YEAR }),
    hazardCode: fc.constantFrom(...Object.keys(HAZARDS), '11Z99', '12C01'),
    level: fc.constantFrom(...WARNING_LEVELS),
    status: fc.constantFrom(...WARNING_STATUSES),
    divisionCodes: fc.uniqueArray(fc.constantFrom('654202', '654200', '650000', '654202001', '654202001001')),
    area,
    texts,
  });
  return parts.map(({ type, identifiers, sent, lasts, effectiveAt, onsetAt, ...warning }) => {
    const sentAt = sent.toISOString();
    const [own = '', ...others] = identifiers;
    const name = (identifier: string): MessageName => ({
      identifier,
      sender: senderOf(identifier, warning.texts, 'WEATHER'),
      sentAt,
    });
    return {
      ...name(own),
      type,
      references: type === 'ALERT' ? [] : others.map(name),
      warning: {
        ...warning,
        departmentCode: 'WEATHER',
        effectiveAt: effectiveAt?.toISOString() ?? null,
        onsetAt: onsetAt?.toISOString() ?? null,
        expiresAt: new Date(sent.getTime() + lasts * 1000).toISOString(),
      },
    };
  });
}
