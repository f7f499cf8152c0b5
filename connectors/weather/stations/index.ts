import type { Connector } from '../../connector.js';
import { DecodeError } from '../../shared/codecs/decode-error.js';
import { decodeMusic, MAX_MUSIC_BYTES, type MusicReply } from '../../shared/codecs/music.js';
import { listedStations } from '../../shared/listed-stations.js';
import { fetchBytes } from '../../shared/transports/http-poll.js';
import { withInput } from '../../shared/with-input.js';
import { type Settings, settings } from './config.js';
import { fromReply, normalize } from './normalize.js';

const connector: Connector<Settings> = {
  id: 'weather/stations',
  department: 'WEATHER',
  title: { en: 'Weather stations', zh: '气象站观测' },
  freshness: 'observation',
  settings,
  create(own) {
    let listed = listedStations(own.stations, own.crs);
    return {
      everySeconds: own.pollSeconds,
      async run(context) {
        const { signal, outbound } = context;
        const allow = [new URL(own.url).origin];
        const { timeoutMs } = own;
        const address = addressOf(own, context.now());
        const fetched = await fetchBytes(address, { timeoutMs, maxBytes: MAX_MUSIC_BYTES, signal, allow, outbound });
        if (fetched.unchanged) return context.contact();
        const reply = decoded(fetched.bytes);
        if (reply && reply.returnCode !== '0') throw new Error(refusal(reply, own));
        const outcome = reply
          ? fromReply(reply, own)
          : normalize(fetched.bytes, own, context.now(), new URL(own.url).pathname);
        const kept = withInput(outcome, () => fetched.bytes);
        const records = [...listed, ...kept.records];
        if (records.length + kept.rejects.length > 0) await context.take({ ...kept, records });
        listed = [];
        context.contact();
      },
      replay: (input, now) => normalize(input, own, now, 'kept'),
    };
  },
};

/** Undefined where the body is no reply at all; normalize says why. */
function decoded(bytes: Uint8Array): MusicReply | undefined {
  try {
    return decodeMusic(bytes);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** The service may repeat the request in its message: credentials are taken out of it. */
function refusal(reply: MusicReply, own: Settings): string {
  const secrets = [own.userId, own.password, own.sign].filter((each) => each !== undefined);
  const said = secrets.reduce((text, each) => text.replaceAll(each, '***'), reply.returnMessage);
  return `MUSIC answered returnCode ${reply.returnCode.slice(0, 20)}: ${said.replace(/\s+/g, ' ').slice(0, 200)}`;
}

/** The request of this moment: {times} are the last whole steps, yyyyMMddHHmmss in UTC, oldest first. */
export function addressOf(own: Settings, now: Date): string {
  const step = own.stepMinutes * 60_000;
  const newest = Math.floor(now.getTime() / step) * step;
  const times = Array.from({ length: own.steps }, (_, back) => new Date(newest - (own.steps - 1 - back) * step));
  const written = times.map((time) => time.toISOString().replace(/\D/g, '').slice(0, 14));
  const filled = own.url.replaceAll('{times}', written.join(',')).replaceAll('{adminCodes}', own.adminCodes.join(','));
  const url = new URL(filled);
  for (const [name, value] of [
    ['userId', own.userId],
    ['pwd', own.password],
    ['sign', own.sign],
  ] as const)
    if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

export default connector;
