import type { DemoPart, DemoWorld } from './part.js';
import { PushCaller } from './push-caller.js';
import { flowMessage } from './scenic-areas.js';
import { ScenicService } from './scenic-service.js';

/** Story seconds between two pushes; minutes in earnest. */
const EVERY = 10;
const SHORTEST_MS = 1000;

/** The culture and tourism bureau: the platform of the scenic areas calls in, and its own service is asked. */
export const tourism = ({ story, now, key }: DemoWorld): DemoPart => ({
  sources: { 'scenic-service': new ScenicService(story, now, key('scenic-service')) },
  devices: [
    {
      feedId: 'tourism/visitor-flow',
      create: (path, hubUrl) =>
        new PushCaller({
          name: 'scenic areas platform (HTTP)',
          url: new URL(path, hubUrl).href,
          key: key('visitor-flow'),
          everyMs: Math.max(SHORTEST_MS, story.wallMs(EVERY)),
          next: () => flowMessage(story.scene(), now()),
        }),
    },
  ],
});
