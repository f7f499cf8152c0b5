import { PROPERTIES } from '../model/property.js';
import type { FeedRecord } from '../model/record.js';
import type { CheckReport, SampleReport } from './feed-check.js';

/** Records of a sample that are shown one by one. */
const SHOWN = 50;

/** A check for people to read; one thing a line. */
export function reportText(file: string, { mistakes, notes, feeds, sample }: CheckReport): string {
  const lines = [
    ...mistakes,
    ...feeds.map(({ id, title, how }) => `feed      ${id}  ${title}  (${how})`),
    ...notes.map((note) => `note      ${note}`),
    ...(sample ? sampleLines(sample) : []),
    mistakes.length > 0 ? `${file}: ${mistakes.length} to correct 有误` : `${file}: no mistakes 无误`,
  ];
  return `${lines.join('\n')}\n`;
}

/** The same as JSON; a record without the piece it was made from, dates as RFC 3339. */
export const reportJson = (report: CheckReport): string =>
  `${JSON.stringify(report, (key, value: unknown) => (key === 'input' ? undefined : key === 'raw' && value instanceof Uint8Array ? Buffer.from(value).toString() : value), 2)}\n`;

function sampleLines({ records, rejects, rows, passedOver }: SampleReport): string[] {
  return [
    `sample    ${rows} rows: ${records.length} records, ${rejects.length} rejects, ${passedOver} rows passed over; nothing is stored`,
    ...records.slice(0, SHOWN).map((record) => `record    ${recordLine(record)}`),
    ...(records.length > SHOWN ? [`          … and ${records.length - SHOWN} more (--json shows all)`] : []),
    ...rejects.slice(0, SHOWN).map(({ reason, detail }) => `reject    ${reason}  ${detail}`),
    ...(rejects.length > SHOWN ? [`          … and ${rejects.length - SHOWN} more (--json shows all)`] : []),
  ];
}

function recordLine(record: FeedRecord): string {
  switch (record.kind) {
    case 'observation': {
      const { station, sensor, property, value, quality, observedAt } = record;
      const what = value === null ? 'no value' : `${value} ${PROPERTIES[property].unit}`;
      return `observation  ${station}${sensor ? `/${sensor}` : ''}  ${property}  ${what}  ${observedAt.toISOString()}  ${quality}`;
    }
    case 'warning':
      return `warning  ${record.identifier}  ${record.messageType}  ${record.level}  ${record.texts[0]?.headline}  until ${record.expiresAt.toISOString()}  ${record.status}`;
    case 'station':
      return `station  ${record.code}  ${record.name}  ${placeOf(record.position)}`;
    case 'threshold':
      return `threshold  ${record.station}  ${record.property}  ${record.name}  ${record.value} ${PROPERTIES[record.property].unit}`;
    case 'register':
      return `${record.noun}  ${record.code}  ${record.name}  ${placeOf(record.position)}  ${JSON.stringify(record.fields)}`;
    default:
      return record.kind;
  }
}

const placeOf = (position: { readonly lon: number; readonly lat: number } | undefined): string =>
  position ? `${position.lon}, ${position.lat}` : 'no position';
