import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSchema, createYoga } from 'graphql-yoga';
import { peopleIn, SCENIC_AREAS } from './scenic-areas.js';
import type { StandIn } from './stand-in.js';
import type { Story } from './story.js';

/** The bureau's own words, not the hub's: the feed's settings say which is which. */
const SCHEMA = /* GraphQL */ `
  type Query {
    "null for a code that is none of ours"
    scenicAreas(codes: [ID!]!): [ScenicArea]!
  }
  type ScenicArea {
    id: ID!
    open: Boolean!
    booked: Bookings!
    parking: Parking!
    shuttleWait: Int
    notice: String
    asOf: String!
  }
  type Bookings {
    today: Int!
    left: Int
    tomorrow: Int!
  }
  type Parking {
    free: Int!
  }
`;

/** Story seconds in which the service is too busy to answer in time: everybody rebooks because of the storm. */
export const BUSY = { from: 300, to: 360 } as const;
const BUSY_MS = 8000;

/** The tourism bureau's own GraphQL service, at /graphql, for whoever sends its key as x-api-key. Its figures are copied nowhere. */
export class ScenicService implements StandIn {
  readonly name = 'scenic areas service (GraphQL)';
  readonly #server: Server;
  readonly #waiting = new Set<NodeJS.Timeout>();

  constructor(story: Story, now: () => Date, key: string) {
    const yoga = createYoga({
      logging: false,
      landingPage: false,
      graphiql: false,
      schema: createSchema({
        typeDefs: SCHEMA,
        resolvers: {
          Query: {
            scenicAreas: (_root, { codes }: { codes: string[] }) => codes.map((code) => figures(code, story, now())),
          },
        },
      }),
    });
    this.#server = createServer((request, response) => {
      if (request.headers['x-api-key'] !== key) return void response.writeHead(401).end();
      const { seconds } = story.scene();
      if (seconds < BUSY.from || seconds >= BUSY.to) return void yoga(request, response);
      const timer = setTimeout(() => {
        this.#waiting.delete(timer);
        void yoga(request, response);
      }, BUSY_MS);
      this.#waiting.add(timer);
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((done, failed) => {
      this.#server.once('error', failed).listen(0, '127.0.0.1', done);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const timer of this.#waiting) clearTimeout(timer);
    this.#waiting.clear();
    if (!this.#server.listening) return;
    const closed = new Promise<void>((done) => void this.#server.close(() => done()));
    this.#server.closeAllConnections();
    await closed;
  }
}

/** What the bureau knows of one area at this moment. */
function figures(code: string, story: Story, now: Date) {
  const area = SCENIC_AREAS.find(({ areaCode }) => areaCode === code);
  if (!area) return null;
  const scene = story.scene();
  const people = peopleIn(area, scene);
  const stormy = scene.rainMmPerHour > 30;
  const daily = 'dailyCapacity' in area.register ? area.register.dailyCapacity : undefined;
  const today = Math.round(people * 2.2);
  return {
    id: code,
    open: !stormy,
    booked: { today, left: daily === undefined ? null : Math.max(0, daily - today), tomorrow: stormy ? 120 : 3100 },
    parking: { free: Math.max(0, area.register.parkingPlaces - Math.round(people / 5)) },
    shuttleWait: Math.round(people / 400),
    notice: stormy ? '【演练】因暴雨停止入园，已购票可改签' : null,
    asOf: now.toISOString(),
  };
}
