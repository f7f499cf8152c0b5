import type { z } from 'zod';
import { hj212Settings } from '../../shared/hj212/settings.js';

/** Construction dust, and noise. */
export const settings = hj212Settings(['39', '23']);

export type Settings = z.infer<typeof settings>;
