import { z } from 'zod';

/**
 * When two reports tell of one fire: both no farther apart. The default bridges two passes of the satellites and the coarseness of
 * their pixels (assumption: no standard says it).
 */
export const sameFire = z
  .strictObject({ seconds: z.number().min(60).max(604_800), metres: z.number().min(100).max(50_000) })
  .default({ seconds: 43_200, metres: 2000 });
