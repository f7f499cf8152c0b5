import { describe, expect, test } from '@jest/globals';
import { flowMessage } from './scenic-areas.js';
import { Story } from './story.js';

const START = Date.UTC(2026, 6, 1, 2);

/** How many are in the gorge at a second of the story, and what else is said. */
function at(seconds: number) {
  let current = START;
  const now = (): Date => new Date(current);
  const story = new Story(now, 10);
  current = START + seconds * 100;
  const { time, flows } = flowMessage(story.scene(), now()) as {
    time: string;
    flows: { inPark: number; weather: string; comfort: string; parkingFree: number }[];
  };
  return { time, ...flows[0] };
}

describe('the generated scenic areas', () => {
  test('fill up to their capacity before the storm, and empty in it', () => {
    expect(at(0)).toMatchObject({ time: '2026-07-01 10:00:00', inPark: 3000, weather: '晴', comfort: '一般' });
    expect(at(180)).toMatchObject({ inPark: 5880, weather: '雷阵雨', comfort: '拥挤', parkingFree: 24 });
    expect(at(430).inPark).toBe(3000);
  });
});
