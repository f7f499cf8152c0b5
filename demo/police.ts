import type { DemoPart, DemoWorld } from './part.js';
import { PushCaller } from './push-caller.js';
import type { Scene, Story } from './story.js';

const EVERY_MS = 8000;
/** Story seconds from a call to the dispatch, the arrival and the end. */
const STEPS = [
  { after: 0, word: '已接警' },
  { after: 15, word: '已派警' },
  { after: 45, word: '处警中' },
  { after: 120, word: '已反馈' },
  { after: 180, word: '已办结' },
] as const;
/** The calls of a round, by story seconds. Places in GCJ-02, as the police's map has them; callers are invented. */
const CALLS = [
  {
    at: 40,
    type: '02',
    place: '演练·塔里木南路与乌鲁木齐路路口',
    lon: 84.6791,
    lat: 44.4365,
    text: '两车追尾，一人轻伤',
  },
  { at: 95, type: '03', place: '演练·南山前冬牧场', lon: 84.6027, lat: 44.1213, text: '山坡草场冒烟起火' },
  {
    at: 200,
    type: '01',
    place: '演练·奎屯河大桥下游左岸',
    lon: 84.7628,
    lat: 44.2012,
    text: '河水上涨，两名牧民和羊群被困',
  },
  { at: 310, type: '04', place: '演练·G217线K573+300处', lon: 84.7826, lat: 43.9812, text: '山体滑落，道路中断' },
] as const;

/** The police's border platform: pushes the calls of the story. It sends invented callers, so that the demo shows them dropped. */
export const police = ({ story, now, key }: DemoWorld): DemoPart => ({
  devices: [
    {
      feedId: 'public-security/incidents',
      create: (path, hubUrl) =>
        new PushCaller({
          name: 'police border platform (JSON)',
          url: new URL(path, hubUrl).href,
          key: key('police'),
          everyMs: EVERY_MS,
          next: () => incidentsOf(story, now()),
        }),
    },
  ],
});

/** What is known of this round's calls by now; an empty list, a sign of life, while nobody has called. */
function incidentsOf(story: Story, now: Date): object[] {
  const scene = story.scene();
  return CALLS.flatMap((call, nth) => (scene.seconds < call.at ? [] : [incidentOf(story, scene, call, nth, now)]));
}

function incidentOf(story: Story, scene: Scene, call: (typeof CALLS)[number], nth: number, now: Date): object {
  const calledAt = new Date(scene.roundStartedAt.getTime() + story.wallMs(call.at));
  const reached = STEPS.filter(({ after }) => scene.seconds >= call.at + after);
  const step = reached.at(-1) ?? STEPS[0];
  const changedAt = new Date(Math.min(now.getTime(), calledAt.getTime() + story.wallMs(step.after)));
  const phone = `1390000${String(nth * 1111).padStart(4, '0')}`;
  const name = `演${'甲乙丙丁'.charAt(nth)}子`;
  return {
    JJDBH: `654202${beijing(scene.roundStartedAt).replaceAll(/\D/g, '')}${nth}`,
    BJFSDM: call.type,
    BJSJ: beijing(calledAt),
    SFDD: call.place,
    BJNR: `【演练】${name}来电：${call.text}，联系电话${phone}`,
    GIS_X: call.lon,
    GIS_Y: call.lat,
    GXDWDM: '654202520000',
    PJDBH: step === STEPS[0] ? null : `PJ-${scene.round}-${nth}`,
    ajzt: step.word,
    GXSJ: beijing(changedAt),
    BJDH: phone,
    BJRXM: name,
  };
}

const beijing = (time: Date): string =>
  new Date(time.getTime() + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
