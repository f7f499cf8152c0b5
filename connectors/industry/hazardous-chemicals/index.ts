import type { Outcome } from '../../../model/record.js';
import type { Connector } from '../../connector.js';
import { listedStations } from '../../shared/listed-stations.js';
import { subscribeMqtt } from '../../shared/transports/mqtt-subscribe.js';
import { withInput } from '../../shared/with-input.js';
import { type Settings, settings } from './config.js';
import { normalize } from './normalize.js';

const connector: Connector<Settings> = {
  id: 'industry/hazardous-chemicals',
  department: 'INDUSTRY',
  title: { en: 'Hazardous chemicals monitoring (MQTT)', zh: '危险化学品监测（MQTT）' },
  freshness: 'observation',
  settings,
  create(own) {
    return {
      async run(context) {
        const stations = listedStations(own.stations, own.crs);
        if (stations.length > 0) await context.take({ records: stations, rejects: [] });
        const handlers = {
          subscribed: () => context.contact(),
          handle: async ({ topic, payload }: { topic: string; payload: Uint8Array }) => {
            const outcome = withInput(read(payload, own, context.now(), topic), () => payload);
            if (outcome.records.length + outcome.rejects.length > 0) await context.take(outcome);
            else context.contact();
          },
        };
        await subscribeMqtt(own.broker, handlers, context);
      },
      replay: (input, now) => read(input, own, now, 'kept'),
    };
  },
};

/** What is longer than the broker's limit comes cut: half a message would be called broken, not long. */
function read(input: Uint8Array, own: Settings, now: Date, source: string): Outcome {
  const { maxMessageBytes } = own.broker;
  if (input.length <= maxMessageBytes) return normalize(input, own, now, source);
  const detail = `${source}: more than ${maxMessageBytes} bytes: send it in parts, or raise maxMessageBytes`;
  return { records: [], rejects: [{ raw: input, reason: 'too-large', detail }] };
}

export default connector;
