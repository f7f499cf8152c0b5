import { canonicalDivision } from '../../../model/division.js';
import { type Position, toPosition } from '../../../model/position.js';
import type { FeedRecord, ObservationRecord, Outcome, Reject, StationRecord } from '../../../model/record.js';
import { instantOf, parseTime } from '../../../model/time.js';
import { DecodeError } from '../../shared/codecs/decode-error.js';
import { decodeMusic, type MusicReply, type MusicRow, musicNumber } from '../../shared/codecs/music.js';
import type { Settings } from './config.js';
import { ELEMENTS, qualityOf } from './elements.js';

/** A MUSIC reply to stations and observations. One bad value or row never costs the others. */
export function normalize(input: Uint8Array, settings: Settings, _now: Date, fileName: string): Outcome {
  try {
    const reply = decodeMusic(input);
    if (reply.returnCode !== '0')
      throw new DecodeError('malformed', `the service answered returnCode ${reply.returnCode.slice(0, 20)}`);
    return fromReply(reply, settings);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { records: [], rejects: [{ raw: input, reason: error.reason, detail: `${fileName}: ${error.message}` }] };
  }
}

/** The records of a successful reply: each station once, then its observations in the reply's order. */
export function fromReply(reply: MusicReply, settings: Settings): Outcome {
  const stations = new Map<string, StationRecord>();
  const records: FeedRecord[] = [];
  const rejects: Reject[] = [];
  if (reply.strayEntries > 0)
    rejects.push({
      raw: reply.returnMessage,
      reason: 'malformed',
      detail: `${reply.strayEntries} entries of DS are no rows`,
    });
  for (const row of reply.rows) {
    const code = (row.values.get('Station_Id_C') ?? row.values.get('Station_Id_d') ?? '').trim();
    if (code === '') {
      rejects.push({ raw: row.raw, reason: 'missing-field', detail: 'no Station_Id_C' });
      continue;
    }
    const station = stationOf(code, row, settings, rejects);
    if (station && !stations.has(code)) stations.set(code, station);
    records.push(...observationsOf(code, row, settings, rejects));
  }
  return { records: [...stations.values(), ...records], rejects };
}

function stationOf(code: string, row: MusicRow, settings: Settings, rejects: Reject[]): StationRecord | undefined {
  const name = row.values.get('Station_Name')?.trim();
  const [lat, lon] = [row.values.get('Lat'), row.values.get('Lon')];
  if (!name && lat === undefined && lon === undefined) return undefined;
  const position = positionOf(lon, lat, settings);
  if (lat !== undefined && lon !== undefined && !position)
    rejects.push({
      raw: row.raw,
      reason: 'bad-position',
      detail: `station ${code}: Lon ${lon}, Lat ${lat} is no place`,
    });
  const division = canonicalDivision(row.values.get('Admin_Code_CHN') ?? '');
  return {
    kind: 'station',
    code,
    name: name || code,
    ...(position ? { position } : {}),
    ...(division === undefined ? {} : { divisionCode: division }),
    raw: JSON.stringify({ code, name, lat, lon, division }),
  };
}

function positionOf(lon: string | undefined, lat: string | undefined, settings: Settings): Position | undefined {
  const [x, y] = [musicNumber(lon ?? ''), musicNumber(lat ?? '')];
  return typeof x === 'number' && typeof y === 'number' ? toPosition(x, y, settings.crs) : undefined;
}

function observationsOf(code: string, row: MusicRow, settings: Settings, rejects: Reject[]): ObservationRecord[] {
  const elements = Object.entries(ELEMENTS).filter(([element]) => row.values.has(element));
  if (elements.length === 0) return [];
  const time = timeOf(row, settings.zone);
  if (!time?.at) {
    const detail = time ? `"${time.text.slice(0, 40)}" is no time` : 'neither Datetime nor Year, Mon, Day, Hour';
    rejects.push({ raw: row.raw, reason: time ? 'bad-time' : 'missing-time', detail: `station ${code}: ${detail}` });
    return [];
  }
  const { at: observedAt, text: originalTime } = time;
  return elements.flatMap(([element, property]): ObservationRecord[] => {
    const text = row.values.get(element) ?? '';
    const value = musicNumber(text);
    if (value === undefined) {
      const detail = `station ${code}: ${element} "${text.slice(0, 40)}" is no number`;
      rejects.push({ raw: row.raw, reason: 'not-a-number', detail });
      return [];
    }
    const contradicted = row.contradictions.includes(element);
    if (contradicted) {
      const detail = `station ${code}: ${element} comes twice with different values; the last is kept as suspect`;
      rejects.push({ raw: row.raw, reason: 'malformed', detail });
    }
    const said = value === null ? 'MISSING' : qualityOf(row.values.get(`Q_${element}`));
    const quality = contradicted && said !== 'MISSING' ? 'SUSPECT' : said;
    return [
      {
        kind: 'observation',
        sourceId: `${code}/${element}/${observedAt.toISOString()}`,
        raw: row.raw,
        observedAt,
        originalTime,
        zone: settings.zone,
        station: code,
        property,
        value: quality === 'MISSING' ? null : value,
        quality,
      },
    ];
  });
}

/** Datetime where the reply has it, else Year … Hour, and Min where asked for; undefined where it has neither. */
function timeOf(row: MusicRow, zone: string): { text: string; at: Date | undefined } | undefined {
  const written = row.values.get('Datetime')?.trim();
  if (written) {
    const digits = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(written);
    return { text: written, at: digits ? instantOf(digits.slice(1).map(Number), zone) : parseTime(written, zone) };
  }
  const parts = ['Year', 'Mon', 'Day', 'Hour'].map((name) => row.values.get(name)?.trim() ?? '');
  if (parts.some((part) => part === '')) return undefined;
  const minute = row.values.get('Min')?.trim();
  const all = minute === undefined ? parts : [...parts, minute];
  const text = all.join(' ');
  return { text, at: all.every((part) => /^\d{1,4}$/.test(part)) ? instantOf(all.map(Number), zone) : undefined };
}
