import { BroadcastStation } from './broadcast-station.js';
import type { DemoPart, DemoWorld } from './part.js';
import { SmsGateway } from './sms-gateway.js';
import { WarningWebhook } from './warning-webhook.js';

/** EBRIDs of the demo: made up. */
export const HUB_EBRID = '654202000000000001';
export const STATION_EBRID = '654202000000000002';

/** Those whom the hub's channels send warnings to. */
export const warningReceivers = ({ key, now }: DemoWorld): DemoPart => ({
  sources: {
    'school-broadcasting': new WarningWebhook(key('school-broadcasting'), now),
    'broadcast-station': new BroadcastStation({
      hub: HUB_EBRID,
      station: STATION_EBRID,
      hubSecret: key('broadcast-signing'),
      secret: key('broadcast-station'),
      now,
    }),
    'sms-gateway': new SmsGateway(key('sms-gateway')),
  },
});
