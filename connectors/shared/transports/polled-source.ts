import type { Outcome } from '../../../model/record.js';
import type { FeedContext } from '../../connector.js';
import { withInput } from '../with-input.js';
import { FetchError, fetchBytes } from './http-poll.js';

export interface PolledOptions {
  /** {key} stands for the key. */
  readonly url: string;
  readonly key?: string | undefined;
  /** For one answer. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Must not throw; `name` is the address without its query. */
  readonly read: (bytes: Uint8Array, now: Date, name: string) => Outcome;
  /** Kept with the input, so that a retry knows which source it came from. */
  readonly tag?: string | undefined;
}

/** Records and rejects stored in one transaction. */
const CHUNK = 1000;

/** One address that is asked again and again, with the validators of the answer last stored. */
export class PolledSource {
  #held: { etag: string | undefined; lastModified: string | undefined } | undefined;
  constructor(private readonly options: PolledOptions) {}

  /** Takes in the answer where it is new; resolves to one line, without the key, where there is none to take. */
  async round(context: FeedContext): Promise<string | undefined> {
    const { key = '', timeoutMs, maxBytes, read, tag } = this.options;
    const url = this.options.url.replaceAll('{key}', encodeURIComponent(key));
    const { signal, outbound } = context;
    try {
      const allow = [new URL(url).origin];
      const fetched = await fetchBytes(url, { timeoutMs, maxBytes, signal, allow, outbound, ...this.#held });
      if (fetched.unchanged) return undefined;
      const outcome = read(fetched.bytes, context.now(), this.options.url.split('?')[0] ?? '');
      await takeInParts(
        withInput(outcome, () => tagged(tag, fetched.bytes)),
        context,
      );
      const [whole] = outcome.rejects;
      if (whole?.raw === fetched.bytes) return whole.detail;
      this.#held = { etag: fetched.etag, lastModified: fetched.lastModified };
      return undefined;
    } catch (error) {
      if (!(error instanceof FetchError) || error.failure === 'stopped') throw error;
      return key === '' ? error.message : error.message.replaceAll(encodeURIComponent(key), '{key}');
    }
  }
}

/** One round of all of them: each is asked, whatever became of the others; then throws where any had no answer to take. */
export async function pollRound(sources: readonly PolledSource[], context: FeedContext): Promise<void> {
  const faults: string[] = [];
  for (const source of sources) {
    const fault = await source.round(context);
    if (fault !== undefined) faults.push(fault);
  }
  if (faults.length > 0) throw new Error(`${faults.length} of ${sources.length} sources failed: ${faults[0]}`);
  context.contact();
}

async function takeInParts({ records, rejects }: Outcome, context: FeedContext): Promise<void> {
  for (let at = 0; at < Math.max(records.length, rejects.length); at += CHUNK)
    await context.take({ records: records.slice(at, at + CHUNK), rejects: rejects.slice(at, at + CHUNK) });
}

/** An input with its source's tag in a line before it. */
const tagged = (tag: string | undefined, body: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from(`${JSON.stringify(tag ?? null)}\n`), body]);

/** What `PolledSource` kept with a reject. */
export function untagged(input: Uint8Array): { tag: string | undefined; body: Uint8Array } {
  const end = input.indexOf(0x0a);
  const tag = JSON.parse(Buffer.from(input.subarray(0, end)).toString()) as string | null;
  return { tag: tag ?? undefined, body: input.subarray(end + 1) };
}
