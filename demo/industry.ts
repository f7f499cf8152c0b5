import { gasBase } from './chemical-base.js';
import { ChemicalPlant } from './chemical-plant.js';
import { gasMessage } from './chemical-works.js';
import type { DemoPart, DemoWorld } from './part.js';
import { PushCaller } from './push-caller.js';

/** Story seconds between two calls of the gas station's gateway. */
const EVERY = 10;
const SHORTEST_MS = 1000;
/** Calls until the base data is told again. */
const BASE_EVERY = 50;

/** Two plants that hold hazardous chemicals: one publishes by MQTT, the other's gateway calls in. */
export const industry = ({ story, now, key }: DemoWorld): DemoPart => ({
  sources: { 'chemical-plant': new ChemicalPlant(story, now) },
  devices: [
    {
      feedId: 'industry/hazardous-chemicals-push',
      create: (path, hubUrl) =>
        new PushCaller({
          name: 'gas station gateway (HTTP)',
          url: new URL(path, hubUrl).href,
          key: key('hazardous-chemicals'),
          everyMs: Math.max(SHORTEST_MS, story.wallMs(EVERY)),
          next: gasCalls(() => gasMessage(story.scene(), now())),
        }),
    },
  ],
});

/** The base data first, and again from time to time; the points in between. */
function gasCalls(points: () => unknown): () => unknown {
  let calls = 0;
  return () => {
    calls += 1;
    return calls % BASE_EVERY === 1 ? gasBase : points();
  };
}
