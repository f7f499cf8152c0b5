import type { Scene } from './story.js';

/** Two generated scenic areas: a gorge that fills up before the storm, and a forest park. */
export const SCENIC_AREAS = [
  {
    areaCode: 'JQ-001',
    areaName: '演练·大峡谷景区',
    place: { lon: 84.91, lat: 43.98 },
    register: { grade: '4A', kind: 'NATURE', capacity: 6000, dailyCapacity: 20_000, parkingPlaces: 1200 },
    people: [0.5, 0.98],
  },
  {
    areaCode: 'JQ-002',
    areaName: '演练·山前森林公园',
    place: { lon: 84.55, lat: 44.09 },
    // No capacity has been appraised: the hub reckons no share.
    register: { grade: '3A', kind: 'FOREST', parkingPlaces: 300 },
    people: [0.1, 0.16],
  },
] as const;

/** Story seconds at which the holiday crowd is largest; after it the storm drives people out. */
const PEAK = 180;
const EMPTY = 420;

/** How many people are in an area at a moment of the story. */
export function peopleIn(area: (typeof SCENIC_AREAS)[number], { seconds }: Scene): number {
  const [rest, full] = area.people;
  const share = seconds <= PEAK ? seconds / PEAK : Math.max(0, 1 - (seconds - PEAK) / (EMPTY - PEAK));
  return Math.round(6000 * (rest + (full - rest) * share));
}

/** What the platform pushes: the areas, and how many people are in them. */
export function flowMessage(scene: Scene, now: Date): unknown {
  const raining = scene.rainMmPerHour > 2;
  return {
    time: new Date(now.getTime() + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' '),
    areas: SCENIC_AREAS.map(({ areaCode, areaName, place, register }) => ({
      code: areaCode,
      name: areaName,
      ...place,
      ...register,
      owner: '演练·景区管委会',
      responsiblePost: '管委会主任',
    })),
    flows: SCENIC_AREAS.map((area) => {
      const inPark = peopleIn(area, scene);
      return {
        areaCode: area.areaCode,
        areaName: area.areaName,
        inPark,
        enteredToday: Math.round(inPark * 1.4 + scene.seconds * 5),
        comfort: ['舒适', '较舒适', '一般', '较拥挤', '拥挤'][Math.min(4, Math.floor((inPark / 6000) * 5))],
        weather: raining ? '雷阵雨' : '晴',
        parkingPlaces: area.register.parkingPlaces,
        parkingFree: Math.max(0, area.register.parkingPlaces - Math.round(inPark / 5)),
      };
    }),
  };
}
