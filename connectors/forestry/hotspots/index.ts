import type { Outcome } from '../../../model/record.js';
import type { Connector, FeedContext } from '../../connector.js';
import { MAX_FIRMS_BYTES } from '../../shared/codecs/firms.js';
import { listedStations } from '../../shared/listed-stations.js';
import { FetchError, fetchBytes } from '../../shared/transports/http-poll.js';
import { withInput } from '../../shared/with-input.js';
import { type Settings, settings } from './config.js';
import { normalize } from './normalize.js';

/** Rows stored in one transaction. */
const CHUNK = 1000;

const connector: Connector<Settings> = {
  id: 'forestry/hotspots',
  department: 'FORESTRY',
  title: { en: 'Satellite fire hotspots', zh: '卫星火点' },
  freshness: 'contact',
  settings,
  create(own) {
    const files = own.urls.map((url) => new File(url, own));
    let listed = listedStations(own.stations, own.crs);
    return {
      everySeconds: own.pollSeconds,
      async run(context) {
        if (listed.length > 0) await context.take({ records: listed, rejects: [] });
        listed = [];
        const faults: string[] = [];
        for (const file of files) {
          const fault = await file.round(context);
          if (fault !== undefined) faults.push(fault);
        }
        if (faults.length > 0) throw new Error(`${faults.length} of ${files.length} files failed: ${faults[0]}`);
        context.contact();
      },
      replay: (input, now) => normalize(input, own, now, 'kept'),
    };
  },
};

/** One address, with the validators of the copy last stored. */
class File {
  #held: { etag: string | undefined; lastModified: string | undefined } | undefined;
  constructor(
    private readonly template: string,
    private readonly settings: Settings,
  ) {}

  /** Takes in the file where it is new; resolves to one line, without the key, where it cannot be fetched. */
  async round(context: FeedContext): Promise<string | undefined> {
    const { key = '', timeoutMs } = this.settings;
    const url = this.template.replaceAll('{key}', encodeURIComponent(key));
    const allow = [new URL(url).origin];
    try {
      const { signal, outbound } = context;
      const fetched = await fetchBytes(url, {
        timeoutMs,
        maxBytes: MAX_FIRMS_BYTES,
        signal,
        allow,
        outbound,
        ...this.#held,
      });
      if (fetched.unchanged) return undefined;
      const read = normalize(fetched.bytes, this.settings, context.now(), this.#name());
      const outcome = withInput(read, () => fetched.bytes);
      await takeInParts(outcome, context);
      const [whole] = outcome.rejects;
      if (whole?.raw === fetched.bytes) return whole.detail;
      this.#held = { etag: fetched.etag, lastModified: fetched.lastModified };
      return undefined;
    } catch (error) {
      if (!(error instanceof FetchError) || error.failure === 'stopped') throw error;
      return key === '' ? error.message : error.message.replaceAll(encodeURIComponent(key), '{key}');
    }
  }

  /** The address as the settings write it: the key's place is shown, the key is not. */
  #name(): string {
    return this.template.split('?')[0] ?? '';
  }
}

async function takeInParts({ records, rejects }: Outcome, context: FeedContext): Promise<void> {
  for (let at = 0; at < Math.max(records.length, rejects.length); at += CHUNK)
    await context.take({ records: records.slice(at, at + CHUNK), rejects: rejects.slice(at, at + CHUNK) });
}

export default connector;
