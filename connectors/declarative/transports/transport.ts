import type { FeedContext, FeedSource } from '../../connector.js';
import type { Settings } from '../config.js';
import type { Reading } from '../reader.js';

/** How a declared feed's inputs come: what a FeedSource needs of it. */
export type Transport = Pick<FeedSource, 'everySeconds' | 'run'>;

/** The settings of a feed with this transport. */
export type SettingsOf<T extends Settings['transport']> = Extract<Settings, { transport: T }>;

/** Records, and rejects, stored in one transaction. */
const PART = 2000;

/** Hands a reading over in parts; the watermark comes with the last. */
export async function takeReading(
  { records, rejects }: Reading,
  context: FeedContext,
  watermark?: string,
): Promise<void> {
  const length = Math.max(records.length, rejects.length);
  for (let at = 0; at === 0 || at < length; at += PART) {
    const part = { records: records.slice(at, at + PART), rejects: rejects.slice(at, at + PART) };
    await context.take({ ...part, ...(watermark !== undefined && at + PART >= length ? { watermark } : {}) });
  }
}
