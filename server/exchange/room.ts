import type { Dial } from '../../connectors/shared/calls/http-call.js';
import type { LogHub } from '../../events/hub.js';
import { Exchange } from '../../exchange/exchange.js';
import type { Evidence, PeerGround } from '../../exchange/ground.js';
import { heartbeat } from '../../exchange/kinds/heartbeat.js';
import { kindsOf } from '../../exchange/kinds/settings.js';
import type { Step } from '../../exchange/steps.js';
import { graphqlPull } from '../../exchange/transports/graphql-pull.js';
import { httpsPush } from '../../exchange/transports/https-push.js';
import { Notices } from '../../exchange/transports/notices.js';
import type { ExchangeAlarm, LogTopic } from '../../model/entry.js';
import { type Party, peerFeed } from '../../model/exchange.js';
import type { Database } from '../../prisma/database.js';
import { type ConfiguredPeer, readPeer, registerPeers } from '../../prisma/store/exchange-peers.js';
import { dropRoad } from './drop-road.js';
import type { ExchangeSettings, PeerSection } from './settings.js';

export interface ExchangeRoomOptions {
  readonly db: Database;
  readonly log: LogHub;
  readonly dial: Dial | undefined;
  readonly evidence: Evidence;
  readonly settings: ExchangeSettings | undefined;
  /** The division that the hub serves. */
  readonly division: string;
  readonly now: () => Date;
  readonly step?: ((step: Step) => void) | undefined;
  readonly onAlarm: (alarm: ExchangeAlarm) => void;
  readonly onError: (peer: string, error: unknown) => void;
  readonly onDown: (peer: string, reason: string) => void;
}

/** Topics that the log has; a kind's other sources are told by their own name. */
const LOG_TOPICS: readonly string[] = ['warning', 'incident', 'instruction'] satisfies readonly string[];

/** Registers the peers of the settings and makes the exchange with them; undefined where there is none. Starts nothing. */
export async function openExchange(options: ExchangeRoomOptions): Promise<Exchange | undefined> {
  const { db, settings, onError, log } = options;
  const sections = Object.entries(settings?.peers ?? {});
  const registered = sections.map(([name, section]) => registrationOf(name, section));
  await db.transaction((client) => registerPeers(client, registered));
  if (!settings || sections.length === 0) return undefined;
  const topics = [...new Set(registered.flatMap((peer) => peer.topics))] as LogTopic[];
  return new Exchange({
    ...{ log, topics, onError },
    grounds: sections.map(([name, section]) => groundOf(name, section, settings, options)),
    peer: (ground) => roadsOf(ground, settings.peers[ground.peer.name] as PeerSection, options),
  });
}

function registrationOf(name: string, section: PeerSection): ConfiguredPeer {
  const sources = kindsOf(section.flow).flatMap((kind) => kind.sources);
  return {
    ...{ name, orgCode: section.orgCode, division: section.division, feedId: peerFeed(name), tier: section.tier },
    topics: [...new Set(sources.filter((source) => LOG_TOPICS.includes(source)))],
    title: { en: `Exchange with ${name}`, zh: `与 ${name} 的数据交换` },
    everySeconds: 2 * section.heartbeatSeconds,
  };
}

/** What the exchange with one peer of the settings stands on. */
export function groundOf(
  name: string,
  section: PeerSection,
  { orgCode, keys }: ExchangeSettings,
  {
    db,
    division,
    evidence,
    now,
    onAlarm,
    step = () => {},
  }: Pick<ExchangeRoomOptions, 'db' | 'division' | 'evidence' | 'now' | 'onAlarm' | 'step'>,
): PeerGround {
  const own: Party = { orgCode, division };
  return {
    ...{ db, own, ownKeys: keys, evidence, now, step, onAlarm },
    peer: {
      ...{ name, feedId: peerFeed(name), party: { orgCode: section.orgCode, division: section.division } },
      ...{ keys: section.keys, kinds: [...kindsOf(section.flow), heartbeat] },
      receiptWithinMs: section.receiptWithinSeconds * 1000,
      heartbeatMs: section.heartbeatSeconds * 1000,
      resendAfterMs: section.resendAfterSeconds * 1000,
    },
  };
}

function roadsOf({ own, peer: { name, party } }: PeerGround, section: PeerSection, options: ExchangeRoomOptions) {
  const { drop, notify, pull, push, retry } = section;
  const { db, dial, now, onDown, onError } = options;
  const stands = async (): Promise<{ taken: number; heard: number }> => {
    const row = await readPeer(db.write, name);
    return { taken: row?.takenSeq ?? 0, heard: row?.heardNumber ?? 0 };
  };
  const parties = { own, peer: party };
  const notices = notify && new Notices({ settings: notify, ...parties, dial, now });
  const files = drop && dropRoad(name, drop, parties, options, notices);
  return {
    transport: files ?? (push && httpsPush(push, dial, now)),
    fetcher: files ?? (pull && graphqlPull(pull, dial, stands)),
    fetchEveryMs: (drop?.pollSeconds ?? pull?.everySeconds ?? 60) * 1000,
    ...{ notices, retry, onDown, onError },
  };
}
