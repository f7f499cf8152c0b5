import { z } from 'zod';
import { PROPERTY_NAMES } from '../../../model/property.js';
import { QUALITIES } from '../../../model/record.js';
import { feedSettings } from '../../shared/settings.js';
import { mqttSettings } from '../../shared/transports/mqtt-subscribe.js';
import { DEFAULT_QUALITIES, DEFAULT_QUANTITIES } from './quantities.js';

/** What the feed by MQTT and the feed by HTTP share. */
export const plantSettings = feedSettings.extend({
  /** What plants call their quantities, beside the known names or in place of them: `{ 料位: tank-filling }`. */
  quantities: z
    .record(z.string(), z.enum(PROPERTY_NAMES))
    .default({})
    .transform((own) => ({ ...DEFAULT_QUANTITIES, ...lowered(own) })),
  /** What their quality marks mean, beside the known ones (OPC: 192, 64, 0). */
  qualities: z
    .record(z.string(), z.enum(QUALITIES))
    .default({})
    .transform((own) => ({ ...DEFAULT_QUALITIES, ...lowered(own) })),
});

export type PlantSettings = z.infer<typeof plantSettings>;

export const settings = plantSettings.extend({
  broker: mqttSettings.extend({
    clientId: mqttSettings.shape.clientId.default('fenghuo-hazardous-chemicals'),
    topics: mqttSettings.shape.topics.default(['hazchem/#']),
  }),
});

export type Settings = z.infer<typeof settings>;

const lowered = <T>(table: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(table).map(([key, value]) => [key.toLowerCase(), value]));
