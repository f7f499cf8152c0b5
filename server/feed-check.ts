import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type Settings as Declared, settings as declared } from '../connectors/declarative/config.js';
import { Reader, type Reading } from '../connectors/declarative/reader.js';
import { guard } from '../connectors/guard.js';
import type { FeedRecord, Reject } from '../model/record.js';
import { type Config, ConfigError, type ConfiguredFeed, readConfig } from './config.js';
import { connectors } from './connectors.js';
import { UNREACHABLE } from './demo.js';

export interface CheckRequest {
  /** The settings file. */
  readonly file: string;
  readonly env: (name: string) => string | undefined;
  /** Which feed the sample is of; may be left out where the file describes only one by its settings. */
  readonly feed?: string | undefined;
  /** A file with what the source would send; of sql-poll, its rows as a JSON list of objects. */
  readonly sample?: string | undefined;
  readonly now: Date;
}

export interface SampleReport extends Pick<Reading, 'rows' | 'passedOver'> {
  readonly feed: string;
  readonly records: readonly FeedRecord[];
  readonly rejects: readonly Reject[];
}

export interface CheckReport {
  /** "file:line: place: what and what to do"; empty where the file may be used. */
  readonly mistakes: readonly string[];
  /** What is no mistake of the file but worth knowing. */
  readonly notes: readonly string[];
  readonly feeds: readonly { readonly id: string; readonly title: string; readonly how: string }[];
  readonly sample?: SampleReport;
}

/** Passes wherever a credential is wanted, and leads nowhere. */
const STAND_IN = 'postgres://nobody@127.0.0.1:9/none';

/** Judges a settings file, and what one feed's mapping makes of a sample. Stores nothing, connects nowhere, needs no database. */
export async function checkFeeds(request: CheckRequest): Promise<CheckReport> {
  const notes = new Set<string>();
  const secrets = {
    env: request.env,
    generated: () => STAND_IN,
    missing: (what: string) => {
      notes.add(`${what} here: it must be where the hub runs`);
      return STAND_IN;
    },
  };
  try {
    const config = readConfig(request.file, connectors, secrets);
    const addresses = config.hub.demo.enabled ? UNREACHABLE : {};
    const { feeds, mistakes } = config.check(addresses);
    config.channels(addresses);
    const told = {
      notes,
      mistakes: mistakes.map(({ message }) => message),
      feeds: feeds.filter(({ connector }) => connector.id === (request.feed ?? connector.id)).map(describe),
    };
    if (request.sample === undefined || mistakes.length > 0) return { ...told, notes: [...notes] };
    const sample = await trySample(feeds, config, request, request.sample, (note) => notes.add(note));
    return { ...told, notes: [...notes], sample };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { mistakes: [error.message], notes: [...notes], feeds: [] };
  }
}

const describe = ({ connector, settings }: ConfiguredFeed): CheckReport['feeds'][number] => {
  const own = settings as Partial<Declared>;
  const copied = own.transport === undefined ? 'by code' : `${own.transport}, ${own.format} → ${own.to}`;
  const { answersFor } = connector;
  const how = answersFor === undefined ? copied : `${own.transport}, live → ${answersFor}`;
  return { id: connector.id, title: connector.title.zh, how };
};

const isDeclared = ({ connector }: ConfiguredFeed): boolean => (connector.settings as unknown) === declared;

async function trySample(
  feeds: readonly ConfiguredFeed[],
  { hub }: Config,
  { file, feed: wanted, now }: CheckRequest,
  path: string,
  note: (text: string) => void,
): Promise<SampleReport> {
  const candidates = feeds
    .filter(isDeclared)
    .filter(({ connector }) => wanted === undefined || connector.id === wanted);
  const [only] = candidates;
  if (!only || candidates.length > 1) {
    const names = feeds.filter(isDeclared).map(({ connector }) => connector.id);
    if (feeds.some(({ connector }) => connector.id === wanted) && wanted !== undefined && !names.includes(wanted))
      throw new ConfigError(`${file}: "${wanted}" is read by code: --sample tries feeds by settings alone`);
    throw new ConfigError(
      `${file}: say with --feed which feed the sample is of: ${names.join(', ') || 'none by settings alone here'}`,
    );
  }
  const own = only.settings as unknown as Declared;
  const reader = new Reader(own);
  try {
    const about: Record<string, string> =
      own.transport === 'mqtt-subscribe' ? { topic: own.broker.topics[0] ?? '' } : { file: basename(path) };
    const reading = await reader.read({ bytes: readSample(path), about });
    const checked = guard(reading.records, now, {
      ...hub,
      exercise: own.exercise,
      speaker: { feedId: only.connector.id, warnsFor: own.warnsFor },
    });
    for (const code of unknownStations(checked.records, own))
      note(
        `station "${code}" is neither in stations: nor in this sample: its readings are refused until the hub knows it`,
      );
    const rejects = [...reading.rejects, ...checked.rejects];
    return { ...reading, feed: only.connector.id, records: checked.records, rejects };
  } finally {
    reader.close();
  }
}

function readSample(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConfigError(`${path}: the sample cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function unknownStations(records: readonly FeedRecord[], { stations }: Declared): string[] {
  const known = new Set(stations.map(({ code }) => code));
  for (const record of records) if (record.kind === 'station') known.add(record.code);
  const named = records.flatMap((record) => (record.kind === 'observation' ? [record.station] : []));
  return [...new Set(named)].filter((code) => !known.has(code)).slice(0, 20);
}
