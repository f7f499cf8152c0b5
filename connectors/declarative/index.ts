import { departmentOfFeed } from '../../model/department.js';
import type { Connector, FeedContext, FeedSource } from '../connector.js';
import { listedStations } from '../shared/listed-stations.js';
import { type Settings, settings } from './config.js';
import { Reader } from './reader.js';
import { fileDrop } from './transports/file-drop.js';
import { graphqlRemote } from './transports/graphql-remote.js';
import { httpPoll } from './transports/http-poll.js';
import { httpPush } from './transports/http-push.js';
import { mqttSubscribe } from './transports/mqtt-subscribe.js';
import { sqlPoll } from './transports/sql-poll.js';
import type { Transport } from './transports/transport.js';

/** A feed that is described by its settings alone. `id` is "<department slug>/<feed>". */
export const declarative = (id: string, own: Settings): Connector<Settings> => ({
  id,
  department: departmentOfFeed(id),
  title: own.title,
  freshness: own.freshness ?? (own.to === 'observation' ? 'observation' : 'contact'),
  settings,
  create: (given) => source(id, given),
});

function source(id: string, own: Settings): FeedSource {
  const reader = new Reader(own);
  const transport = transportOf(id, own, reader);
  let listed = listedStations(own.stations, own.crs);
  return {
    ...(transport.everySeconds === undefined ? {} : { everySeconds: transport.everySeconds }),
    async run(context: FeedContext) {
      if (listed.length > 0) await context.take({ records: listed, rejects: [] });
      listed = [];
      await transport.run(context);
    },
    replay: (input) => reader.replay(input),
    close: () => reader.close(),
  };
}

function transportOf(id: string, own: Settings, reader: Reader): Transport {
  switch (own.transport) {
    case 'http-poll':
      return httpPoll(own, reader);
    case 'http-push':
      return httpPush(id, own, reader);
    case 'mqtt-subscribe':
      return mqttSubscribe(id, own, reader);
    case 'sql-poll':
      return sqlPoll(own, reader);
    case 'file-drop':
      return fileDrop(own, reader);
    case 'graphql-remote':
      return graphqlRemote(own, reader);
  }
}
