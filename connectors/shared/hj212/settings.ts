import { z } from 'zod';
import { PROPERTY_NAMES } from '../../../model/property.js';
import { AMOUNT_UNITS } from '../codecs/hj212-codes.js';
import { feedSettings, listedStation, secret } from '../settings.js';
import { tcpSettings } from '../transports/tcp-listener.js';

/** A pollutant code: w01018, 011, a34004, LA. */
const code = z.string().regex(/^[A-Za-z0-9_.]{1,20}$/, { error: 'a pollutant code, e.g. w01018' });

const device = listedStation.extend({
  code: z.string().regex(/^[!-%'-:<>-~]{1,64}$/, { error: "a device's MN, as it sends it" }),
  /** Where it has one of its own. */
  password: secret.optional(),
  /** Limits by pollutant code, in the property's unit: kept as thresholds named "limit". */
  limits: z.record(code, z.number()).default({}),
});

const meaning = z.strictObject({
  property: z.enum(PROPERTY_NAMES),
  sensor: z
    .string()
    .regex(/^[\w.-]{1,40}$/)
    .optional(),
  /** A value times this is in the property's unit. */
  factor: z.number().positive().default(1),
  amount: z.enum(AMOUNT_UNITS).optional(),
});

const shape = feedSettings.extend({
  listen: tcpSettings,
  /** What devices send as PW, where they have none of their own. */
  password: secret.optional(),
  /** Devices by their MN. */
  stations: z.array(device).default([]),
  /** Codes beside the known ones, or in place of them. */
  codes: z.record(code, meaning).default({}),
  /** The ST that devices may send. */
  systems: z.array(z.string().regex(/^\d\d$/, { error: 'two digits' })).min(1),
});

/** The settings of a feed whose devices send these ST, if nothing else is said. Every device has a password to compare. */
export const hj212Settings = (systems: readonly string[]) =>
  shape
    .extend({ systems: shape.shape.systems.default([...systems]) })
    .superRefine(({ password, stations }, context) => {
      for (const [index, each] of stations.entries())
        if (!(each.password ?? password))
          context.addIssue({
            code: 'custom',
            path: ['stations', index],
            message: `device ${each.code} has no password: give it one, or one to the feed`,
          });
    });

export type Hj212Settings = z.infer<typeof shape>;
