import { describe, expect, test } from '@jest/globals';
import { flowMessage } from './scenic-areas.js';
import { BUSY, ScenicService } from './scenic-service.js';
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

describe('the bureau’s own service', () => {
  const ask = (origin: string, key: string, signal?: AbortSignal) =>
    fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': key },
      body: JSON.stringify({
        query: '{ scenicAreas(codes: ["JQ-001", "X"]) { id open parking { free } booked { today left } } }',
      }),
      ...(signal ? { signal } : {}),
    });

  test('tells whoever has its key of the areas that it knows, and is too busy in the storm', async () => {
    let current = START;
    const now = (): Date => new Date(current);
    const service = new ScenicService(new Story(now, 1), now, 'its key');
    const origin = await service.start();
    expect((await ask(origin, 'another')).status).toBe(401);
    expect(await (await ask(origin, 'its key')).json()).toEqual({
      data: {
        scenicAreas: [
          { id: 'JQ-001', open: true, parking: { free: 600 }, booked: { today: 6600, left: 13_400 } },
          null,
        ],
      },
    });
    current = START + BUSY.from * 1000;
    await expect(ask(origin, 'its key', AbortSignal.timeout(300))).rejects.toThrow(/abort|timeout/i);
    await service.stop();
  });
});
