import type { z } from 'zod';
import { SCENIC_SERVICE } from '../../../model/live/scenic-service.js';
import { liveSettings } from '../../shared/live/settings.js';

export const settings = liveSettings(SCENIC_SERVICE);

export type Settings = z.infer<typeof settings>;
