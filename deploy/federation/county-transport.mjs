import { HTTPTransport } from '@graphql-hive/gateway';
import { createDefaultExecutor } from '@graphql-tools/delegate';
import { MapLeafValues, RenameRootFields, WrapType, wrapSchema } from '@graphql-tools/wrap';
import { buildSchema } from 'graphql';
import { countyField, countySubscription, HUB_TYPE } from './county-sdl.mjs';

/**
 * How a gateway asks the hubs of counties: takes off the county's field before, and makes each id one of the whole prefecture after, "654202:…".
 * @param {readonly { name: string, code: string }[]} counties @param {string} text the hubs' public schema
 */
export function countyTransport(counties, text) {
  const schema = buildSchema(text, { assumeValid: true });
  return {
    getSubgraphExecutor(/** @type {any} */ options) {
      const county = counties.find(({ name }) => name === options.transportEntry.subgraph);
      if (!county) throw new Error(`no county is called ${options.transportEntry.subgraph}`);
      const ask = HTTPTransport.getSubgraphExecutor(options);
      return countyExecutor(county, schema, ask);
    },
  };
}

function countyExecutor({ name, code }, schema, ask) {
  const mark = `${code}:`;
  const wrapped = wrapSchema({
    schema,
    batch: true,
    // The request is the gateway's own, with its caller, headers and signal; what is asked is the hub's.
    executor: (request) => {
      const asked = request.context.gatewayRequest;
      return ask({ ...request, context: asked.context, extensions: asked.extensions, signal: asked.signal });
    },
    transforms: [
      new MapLeafValues(
        (type, value) => (type === 'ID' ? unmarked(value, mark) : value),
        (type, value) => (type === 'ID' && value != null ? `${mark}${value}` : value),
      ),
      new RenameRootFields((operation, field) =>
        operation === 'Subscription' ? countySubscription(name, field) : field,
      ),
      new WrapType('Query', HUB_TYPE, countyField(name)),
    ],
  });
  const execute = createDefaultExecutor(wrapped);
  return (gatewayRequest) => execute({ ...gatewayRequest, context: { gatewayRequest } });
}

/** An id of another county finds nothing here: it is asked for as it is, and no hub has such a one. */
const unmarked = (value, mark) =>
  typeof value === 'string' && value.startsWith(mark) ? value.slice(mark.length) : value;
