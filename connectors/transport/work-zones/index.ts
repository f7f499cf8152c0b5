import type { Outcome, Reject } from '../../../model/record.js';
import type { Connector, FeedContext } from '../../connector.js';
import { DecodeError } from '../../shared/codecs/decode-error.js';
import { MAX_WZDX_BYTES, readWzdx, type WzdxFeed } from '../../shared/codecs/wzdx.js';
import { listedStations } from '../../shared/listed-stations.js';
import { FetchError, fetchBytes } from '../../shared/transports/http-poll.js';
import { type Settings, settings } from './config.js';
import { Listing } from './listing.js';
import { normalize, recordsOf } from './normalize.js';

const connector: Connector<Settings> = {
  id: 'transport/work-zones',
  department: 'TRANSPORT',
  title: { en: 'Work zones (WZDx)', zh: '公路施工及封闭（WZDx）' },
  freshness: 'contact',
  settings,
  create(own) {
    const service = new Service(own);
    let listed = listedStations(own.stations, own.crs);
    return {
      everySeconds: own.pollSeconds,
      async run(context) {
        if (listed.length > 0) await context.take({ records: listed, rejects: [] });
        listed = [];
        await service.round(context);
        context.contact();
      },
      replay: (input, now) => normalize(input, own, now, 'kept'),
    };
  },
};

class Service {
  #held: { etag: string | undefined; lastModified: string | undefined } | undefined;
  readonly #listing: Listing;
  readonly #name: string;
  constructor(private readonly settings: Settings) {
    this.#listing = new Listing(settings.endAfterMissing);
    this.#name = settings.url.split('?')[0] ?? '';
  }

  /** Takes in the feed where it is new. Throws where there is none to take; the message never holds the key. */
  async round(context: FeedContext): Promise<void> {
    const fetched = await this.#fetch(context);
    if (fetched.unchanged) return this.#take(context, undefined, { records: [], rejects: [] });
    let feed: WzdxFeed;
    try {
      feed = readWzdx(fetched.bytes);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      const detail = `${this.#name}: ${error.message}`;
      const reject: Reject = { raw: fetched.bytes, reason: error.reason, detail, input: () => fetched.bytes };
      await context.take({ records: [], rejects: [reject] });
      throw new Error(detail);
    }
    await this.#take(context, feed, recordsOf(feed, this.settings, this.#name));
    this.#held = { etag: fetched.etag, lastModified: fetched.lastModified };
  }

  async #take(context: FeedContext, feed: WzdxFeed | undefined, { records, rejects }: Outcome): Promise<void> {
    const heard = this.#listing.heard(feed, context.now());
    await context.take({ records: heard.list ? [...records, heard.list] : records, rejects });
    this.#listing.stored(heard);
  }

  async #fetch({ signal, outbound }: FeedContext): ReturnType<typeof fetchBytes> {
    const { key = '', timeoutMs } = this.settings;
    const url = this.settings.url.replaceAll('{key}', encodeURIComponent(key));
    const limits = { timeoutMs, maxBytes: MAX_WZDX_BYTES, signal, allow: [new URL(url).origin], outbound };
    try {
      return await fetchBytes(url, { ...limits, ...this.#held });
    } catch (error) {
      if (!(error instanceof FetchError) || key === '') throw error;
      throw new FetchError(error.failure, error.message.replaceAll(encodeURIComponent(key), '{key}'));
    }
  }
}

export default connector;
