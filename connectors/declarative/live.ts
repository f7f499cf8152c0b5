import { z } from 'zod';
import { departmentOfFeed } from '../../model/department.js';
import type { LiveNoun } from '../../model/live.js';
import type { Connector } from '../connector.js';
import { liveFeed } from '../shared/live/feed.js';
import { liveSettings } from '../shared/live/settings.js';

/** The settings of a feed of `mode: live` that is described by them alone. */
export const declaredLiveSettings = (noun: LiveNoun) =>
  liveSettings(noun).safeExtend({
    mode: z.literal('live'),
    title: z.strictObject({ en: z.string().min(1).max(200), zh: z.string().min(1).max(200) }),
    answersFor: z.literal(noun.noun),
  });

type Settings = z.infer<ReturnType<typeof declaredLiveSettings>>;

/** A feed that answers for `noun` at query time. `id` is "<department slug>/<feed>". */
export const declaredLive = (id: string, noun: LiveNoun, own: Settings): Connector<Settings> => ({
  id,
  department: departmentOfFeed(id),
  title: own.title,
  freshness: 'contact',
  answersFor: noun.noun,
  settings: declaredLiveSettings(noun),
  create: (given) => liveFeed(id, noun, given),
});
