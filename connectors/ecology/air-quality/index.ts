import type { Connector, FeedContext } from '../../connector.js';
import { MAX_AQI_BYTES } from '../../shared/codecs/aqi-json.js';
import { listedStations } from '../../shared/listed-stations.js';
import { FetchError, fetchBytes } from '../../shared/transports/http-poll.js';
import { withInput } from '../../shared/with-input.js';
import { type Settings, settings } from './config.js';
import { normalize } from './normalize.js';

const connector: Connector<Settings> = {
  id: 'ecology/air-quality',
  department: 'ECOLOGY',
  title: { en: 'Air quality (AQI)', zh: '环境空气质量' },
  freshness: 'observation',
  settings,
  create(own) {
    const services = own.sources.map((source) => new Service(source, own));
    let listed = listedStations(own.stations, own.crs);
    return {
      everySeconds: own.pollSeconds,
      async run(context) {
        if (listed.length > 0) await context.take({ records: listed, rejects: [] });
        listed = [];
        const faults: string[] = [];
        for (const service of services) {
          const fault = await service.round(context);
          if (fault !== undefined) faults.push(fault);
        }
        if (faults.length > 0) throw new Error(`${faults.length} of ${services.length} sources failed: ${faults[0]}`);
        context.contact();
      },
      replay: (input, now) => {
        const { code, body } = opened(input);
        const place = own.sources.find((source) => source.place?.code === code)?.place;
        return normalize(body, own, now, { name: 'kept', place });
      },
    };
  },
};

/** One address, with the validators of the answer last stored. */
class Service {
  #held: { etag: string | undefined; lastModified: string | undefined } | undefined;
  constructor(
    private readonly source: Settings['sources'][number],
    private readonly settings: Settings,
  ) {}

  /** Takes in the answer where it is new; resolves to one line, without the key, where there is none to take. */
  async round(context: FeedContext): Promise<string | undefined> {
    const { key = '', timeoutMs } = this.settings;
    const url = this.source.url.replaceAll('{key}', encodeURIComponent(key));
    const { signal, outbound } = context;
    try {
      const allow = [new URL(url).origin];
      const limits = { timeoutMs, maxBytes: MAX_AQI_BYTES, signal, allow, outbound };
      const fetched = await fetchBytes(url, { ...limits, ...this.#held });
      if (fetched.unchanged) return undefined;
      const origin = { name: this.source.url.split('?')[0] ?? '', place: this.source.place };
      const read = normalize(fetched.bytes, this.settings, context.now(), origin);
      const outcome = withInput(read, () => kept(origin.place?.code, fetched.bytes));
      await context.take(outcome);
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

/** An answer with the place it was asked for, in a line before it: the answer itself may not say. */
const kept = (code: string | undefined, body: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from(`${JSON.stringify(code ?? null)}\n`), body]);

function opened(input: Uint8Array): { code: unknown; body: Uint8Array } {
  const end = input.indexOf(0x0a);
  return { code: JSON.parse(Buffer.from(input.subarray(0, end)).toString()) as unknown, body: input.subarray(end + 1) };
}

export default connector;
