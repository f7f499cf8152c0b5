import { z } from 'zod';
import { DEPARTMENT_CODES } from '../../model/department.js';
import { CRS } from '../../model/position.js';
import { zoneMinutes } from '../../model/time.js';

/** A credential, resolved by the server from `{ env: NAME }` or `{ file: path }` before a connector sees it. */
export const secret = z.string().min(1);

const zone = z.string().refine((name) => zoneMinutes(name) !== undefined, {
  error: 'unknown zone: use UTC, Asia/Shanghai, Asia/Urumqi or an offset such as +08:00',
});

/** A station the department lists for devices that do not describe themselves. Degrees in the feed's `crs`. */
export const listedStation = z.strictObject({
  code: z.string().min(1),
  name: z.string().min(1),
  lon: z.number().optional(),
  lat: z.number().optional(),
  division: z.string().optional(),
  type: z.string().optional(),
});
export type ListedStation = z.infer<typeof listedStation>;

/** Of feeds that bring warnings: for which departments besides their own. */
export const warnsFor = z.union([z.literal('all'), z.array(z.enum(DEPARTMENT_CODES))], {
  error: `all, or a list of ${DEPARTMENT_CODES.join(', ')}`,
});

/** What every feed's settings hold; a connector extends it. */
export const feedSettings = z.strictObject({
  enabled: z.boolean().default(true),
  /** LATE after twice this without anything newer. */
  expectedEverySeconds: z.number().positive(),
  /** The zone of times that name none. */
  zone,
  crs: z.enum(CRS),
  /** Every record of this feed is an exercise: set for generated data, whatever the message says. */
  exercise: z.boolean().default(false),
  stations: z.array(listedStation).default([]),
});
