import { z } from 'zod';
import { PROPERTY_NAMES } from '../../../model/property.js';
import { feedSettings } from '../../shared/settings.js';
import { mqttSettings } from '../../shared/transports/mqtt-subscribe.js';
import { DEFAULT_FAMILIES, OTHER_FIELDS } from './families.js';

const property = z.enum(PROPERTY_NAMES);

const family = z.strictObject({
  /** What a reading that is one number measures. */
  number: property.optional(),
  /** What the fields of a reading that is an object measure. */
  fields: z.record(z.string(), property).default({}),
});

export const settings = feedSettings.extend({
  broker: mqttSettings.extend({
    clientId: mqttSettings.shape.clientId.default('fenghuo-geohazard'),
    topics: mqttSettings.shape.topics.default(['$dp']),
  }),
  /** What the rain gauges' plain number is: vendors differ. */
  rain: z.enum(['rain-period', 'rain-accumulated']).default('rain-period'),
  /** Families beside the known ones, or in place of those of the same name. */
  families: z
    .record(z.string(), family)
    .default({})
    .transform((own) => ({ ...DEFAULT_FAMILIES, ...own })),
  /** Fields that are known and are no observations: states, versions, signal strengths. */
  otherFields: z
    .array(z.string())
    .default([])
    .transform((own) => [...OTHER_FIELDS, ...own]),
});

export type Settings = z.infer<typeof settings>;
