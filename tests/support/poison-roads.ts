import { FileDrop } from '../../exchange/transports/file-drop.js';
import { fileDropSettings } from '../../exchange/transports/file-drop-settings.js';
import { graphqlPull } from '../../exchange/transports/graphql-pull.js';
import { httpsPush } from '../../exchange/transports/https-push.js';
import { newApiKey } from '../../model/api-key.js';
import { type Database, openDatabase } from '../../prisma/database.js';
import { readPeer } from '../../prisma/store/exchange-peers.js';
import { insertApiKey } from '../../prisma/store/write-access.js';
import { migratedDatabase } from './database.js';
import { CITY, makeKey, PREFECTURE, peerYaml, startSide } from './exchange-pair.js';
import { type TurnOptions, TurnSide } from './exchange-turns.js';
import { SFTP_USER, SftpServer } from './sftp-server.js';

/** The clock stands still: whatever had to wait for it would wait for ever. */
const START = new Date('2026-11-26T08:00:00.000Z');
export const clock = { at: START.getTime() };
const now = (): Date => new Date(clock.at);

const keys = { city: makeKey('city-1'), prefecture: makeKey('prefecture-1') };
export const cityOptions: TurnOptions = {
  ...{ own: CITY, key: keys.city, now },
  other: { name: 'prefecture', party: PREFECTURE, key: keys.prefecture },
};
export const prefectureOptions: TurnOptions = {
  ...{ own: PREFECTURE, key: keys.prefecture, now },
  other: { name: 'wusu', party: CITY, key: keys.city },
};

/** The city hands over to the prefecture by one road, and hears of it by whatever that road has. */
export interface RoadWorld {
  /** Of the city. */
  readonly db: Database;
  readonly prefecture: TurnSide;
  /** A turn of either side. */
  turn(): Promise<void>;
  stop(): Promise<void>;
}

async function twoSides(join: (city: TurnSide, prefecture: TurnSide) => void): Promise<RoadWorld & { city: TurnSide }> {
  const [city, prefecture] = [await TurnSide.open(cityOptions), await TurnSide.open(prefectureOptions)];
  join(city, prefecture);
  return {
    ...{ city, prefecture, db: city.ground.db },
    turn: async () => {
      await city.turn();
      await prefecture.turn();
    },
    stop: async () => {
      await city.stop();
      await prefecture.stop();
    },
  };
}

const pushRoad = (): Promise<RoadWorld> =>
  twoSides((city, prefecture) => {
    city.transport = httpsPush({ url: prefecture.url, timeoutMs: 20_000 }, undefined, now);
    prefecture.transport = httpsPush({ url: city.url, timeoutMs: 20_000 }, undefined, now);
  });

/** `cityPlace`: where the city finds the folder that the prefecture has on its own machine. */
export function folderRoad(root: string, cityPlace: unknown = { kind: 'folder', path: root }) {
  return twoSides((city, prefecture) => {
    const end = (place: unknown, { own, other }: TurnOptions, folders: object): FileDrop =>
      new FileDrop({
        ...{ settings: fileDropSettings.parse({ place, folders }), own, peer: other.party, now },
        report: () => {},
      });
    const [up, down] = [
      { out: 'up', in: 'down', ack: 'up-answers', answer: 'down-answers', done: 'city/done', bad: 'city/bad' },
      { out: 'down', in: 'up', ack: 'down-answers', answer: 'up-answers', done: 'pref/done', bad: 'pref/bad' },
    ];
    city.transport = city.fetcher = end(cityPlace, cityOptions, up);
    prefecture.transport = prefecture.fetcher = end({ kind: 'folder', path: root }, prefectureOptions, down);
  });
}

async function sftpRoad(root: string): Promise<RoadWorld> {
  const server = new SftpServer(root);
  const port = await server.start();
  const login = { ...SFTP_USER, hostKeys: [server.hostKey], root: '' };
  const world = await folderRoad(root, { kind: 'sftp', host: '127.0.0.1', port, ...login });
  return {
    ...world,
    stop: async () => {
      await world.stop();
      await server.stop();
    },
  };
}

/** The city is a whole hub that answers questions and hands nothing over by itself; the prefecture pulls, and pushes its receipts. */
async function pullRoad(): Promise<RoadWorld> {
  const { hash, id, text } = newApiKey();
  const database = await migratedDatabase();
  const hub = await startSide(database, {
    ...{ party: CITY, tier: 'CITY', keys: [keys.city], hub: { now } },
    peers: { prefecture: peerYaml(PREFECTURE, 'PREFECTURE', [keys.prefecture], { heartbeatSeconds: 3600 }) },
  });
  const db = openDatabase({ url: database.url });
  await insertApiKey(db.write, {
    ...{ id, hash, name: 'the prefecture', department: null, peer: 'prefecture', roles: ['PEER'], scopes: [] },
    ...{ createdAt: now(), createdBy: 'tests', expiresAt: new Date('2099-01-01T00:00:00Z') },
  });
  const prefecture = await TurnSide.open(prefectureOptions);
  const settings = { url: `${hub.url}/graphql`, token: text, everySeconds: 30, timeoutMs: 20_000 };
  prefecture.fetcher = graphqlPull(settings, undefined, async () => {
    const row = await readPeer(prefecture.ground.db.write, 'wusu');
    return { taken: row?.takenSeq ?? 0, heard: row?.heardNumber ?? 0 };
  });
  prefecture.transport = httpsPush({ url: hub.url, timeoutMs: 20_000 }, undefined, now);
  return {
    ...{ db, prefecture, turn: () => prefecture.turn() },
    stop: async () => {
      await prefecture.stop();
      await hub.stop();
      await db.close();
      await database.drop();
    },
  };
}

/** Each road by its name; `root`: an empty folder. */
export const ROADS: Readonly<Record<string, (root: string) => Promise<RoadWorld>>> = {
  'HTTPS push': pushRoad,
  'GraphQL pull': pullRoad,
  folder: (root) => folderRoad(root),
  SFTP: sftpRoad,
};
