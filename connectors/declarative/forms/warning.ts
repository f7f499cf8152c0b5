import type { Polygon } from 'geojson';
import { z } from 'zod';
import { canonicalDivision } from '../../../model/division.js';
import { HAZARDS, hazardCodeOfName, UNKNOWN_HAZARD_HOURS } from '../../../model/hazard.js';
import { toPosition } from '../../../model/position.js';
import type { Piece, WarningRecord } from '../../../model/record.js';
import { levelOfColour, WARNING_STATUSES } from '../../../model/warning.js';
import {
  FormFault,
  type FormSettings,
  instantOf,
  number,
  optionalText,
  parsed,
  shown,
  text,
  time,
  word,
} from './read.js';

const list = z
  .union([z.array(text(100)), text(1000)])
  .transform((given) => (Array.isArray(given) ? given : given.split(/[\s,，;；、]+/)));
const form = z.strictObject({
  identifier: text(200),
  messageType: word(['ALERT', 'UPDATE', 'CANCEL']).default('ALERT'),
  status: word(WARNING_STATUSES).optional(),
  level: optionalText(20),
  hazardCode: optionalText(20),
  hazard: optionalText(100),
  headline: text(500),
  description: optionalText(20_000),
  instruction: optionalText(20_000),
  senderName: optionalText(200),
  language: optionalText(20),
  sentAt: time,
  effectiveAt: time.nullish(),
  onsetAt: time.nullish(),
  expiresAt: time.nullish(),
  references: list.default([]),
  divisions: list.default([]),
  polygon: z
    .array(z.tuple([number, number]))
    .min(4, 'needs four points, the first again at the end')
    .optional(),
});
type Form = z.infer<typeof form>;

/** `{identifier, level, headline, sentAt, …}`: one message of a warning's life. `polygon`: `[[lon, lat], …]` in the feed's crs. */
export function warning(given: unknown, settings: FormSettings, piece: Piece): WarningRecord {
  const said = parsed(form, given);
  const at = (field: 'effectiveAt' | 'onsetAt' | 'expiresAt'): Date | null =>
    said[field] ? instantOf(field, said[field], settings.zone) : null;
  const observedAt = instantOf('sentAt', said.sentAt, settings.zone);
  const hazardCode = said.hazardCode ?? hazardCodeOfName(said.hazard ?? '') ?? null;
  const hours = HAZARDS[hazardCode ?? '']?.defaultHours ?? UNKNOWN_HAZARD_HOURS;
  return {
    kind: 'warning',
    ...piece,
    sourceId: said.identifier,
    observedAt,
    originalTime: said.sentAt,
    zone: settings.zone,
    identifier: said.identifier,
    format: 'mapped',
    messageType: said.messageType,
    status: settings.exercise ? 'EXERCISE' : (said.status ?? 'ACTUAL'),
    references: said.references.filter((each) => each !== said.identifier),
    hazardCode,
    level: levelOf(said),
    effectiveAt: at('effectiveAt'),
    onsetAt: at('onsetAt'),
    expiresAt: at('expiresAt') ?? new Date(observedAt.getTime() + hours * 3_600_000),
    texts: [textOf(said, hazardCode)],
    divisionCodes: said.divisions.map(divisionOf),
    area: said.polygon ? areaOf(said.polygon, settings) : null,
  };
}

function levelOf({ level, messageType }: Form): WarningRecord['level'] {
  const found = level === undefined ? undefined : levelOfColour(level);
  if (found) return found;
  if (messageType === 'CANCEL' && level === undefined) return null;
  const what = level === undefined ? 'the mapping gave nothing' : `${shown(level)} is no colour`;
  throw new FormFault('unknown-code', `level: ${what}: blue, yellow, orange, red or 蓝色 黄色 橙色 红色`);
}

function textOf(said: Form, hazardCode: string | null): WarningRecord['texts'][number] {
  return {
    language: said.language ?? 'zh-CN',
    hazard: said.hazard ?? HAZARDS[hazardCode ?? '']?.zh ?? hazardCode ?? '',
    senderName: said.senderName ?? '',
    headline: said.headline,
    description: said.description ?? said.headline,
    instruction: said.instruction ?? null,
  };
}

function divisionOf(code: string): string {
  const found = canonicalDivision(code);
  if (found) return found;
  throw new FormFault('unknown-code', `divisions: ${shown(code)} is no division code of 6, 9 or 12 digits`);
}

function areaOf(ring: readonly (readonly [number, number])[], { crs }: FormSettings): Polygon {
  const points = ring.map(([lon, lat]) => {
    const position = toPosition(lon, lat, crs);
    if (!position) throw new FormFault('bad-position', `polygon: ${lon}, ${lat} is no place on Earth`);
    return [position.lon, position.lat];
  });
  if (String(points[0]) !== String(points.at(-1)))
    throw new FormFault('bad-position', 'polygon: does not end where it began');
  return { type: 'Polygon', coordinates: [points] };
}
