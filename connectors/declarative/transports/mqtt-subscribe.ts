import { type MqttMessage, subscribeMqtt } from '../../shared/transports/mqtt-subscribe.js';
import type { Reader } from '../reader.js';
import type { SettingsOf, Transport } from './transport.js';

/** Listens to a broker's topics; each message is acknowledged after it is stored. The mapping sees its topic as `$topic`. */
export function mqttSubscribe(id: string, own: SettingsOf<'mqtt-subscribe'>, reader: Reader): Transport {
  const { clientId = `fenghuo-${id.replaceAll('/', '-')}`, maxMessageBytes } = own.broker;
  return {
    async run(context) {
      const handle = async ({ topic, payload }: MqttMessage): Promise<void> => {
        if (payload.length > maxMessageBytes) {
          const detail = `${topic}: more than ${maxMessageBytes} bytes: raise broker.maxMessageBytes`;
          return context.take({ records: [], rejects: [{ raw: payload, reason: 'too-large', detail }] });
        }
        await context.take(await reader.read({ bytes: payload, about: { topic } }));
      };
      await subscribeMqtt({ ...own.broker, clientId }, { handle, subscribed: () => context.contact() }, context);
    },
  };
}
