/** BLOCKED nobody passes; RESTRICTED some pass, or one direction or lane does; OPEN traffic flows. */
export const ROAD_STATES = ['BLOCKED', 'RESTRICTED', 'OPEN'] as const;
export type RoadState = (typeof ROAD_STATES)[number];

export const ROAD_EVENT_KINDS = ['CLOSURE', 'WORK_ZONE', 'DETOUR', 'RESTRICTION', 'INCIDENT', 'OTHER'] as const;
export type RoadEventKind = (typeof ROAD_EVENT_KINDS)[number];

/** Judged by the clock: PLANNED not begun, CURRENT, ENDED. */
export const ROAD_PHASES = ['PLANNED', 'CURRENT', 'ENDED'] as const;
export type RoadPhase = (typeof ROAD_PHASES)[number];

/** How the hub knows where it is: the source drew it; reckoned from route and stake; it does not know. */
export const ROAD_PLACINGS = ['SOURCE', 'STAKE', 'NONE'] as const;
export type RoadPlacing = (typeof ROAD_PLACINGS)[number];

export const ROAD_CAUSES = [
  'FLOOD',
  'SNOW',
  'AVALANCHE',
  'ICE',
  'LANDSLIDE',
  'DEBRIS_FLOW',
  'WIND',
  'FOG',
  'EARTHQUAKE',
  'FIRE',
  'ACCIDENT',
  'WORKS',
  'CONTROL',
  'OTHER',
] as const;
export type RoadCause = (typeof ROAD_CAUSES)[number];

/** The words of 灾害类别 columns, the telling one first. No standard list is public: the text itself is kept beside it. */
const CAUSE_WORDS: readonly (readonly [RoadCause, RegExp])[] = [
  ['DEBRIS_FLOW', /泥石流/],
  ['AVALANCHE', /雪崩/],
  ['LANDSLIDE', /滑坡|崩塌|塌方|坍塌|落石|滚石|地质/],
  ['EARTHQUAKE', /地震/],
  ['FLOOD', /水毁|洪|涝|暴雨|积水|冲毁|漫水/],
  ['ICE', /结冰|冰冻|凝冻|冻雨|暗冰/],
  ['SNOW', /雪/],
  ['WIND', /风|沙尘|扬沙/],
  ['FOG', /雾|霾|能见度/],
  ['FIRE', /火/],
  ['ACCIDENT', /事故|追尾|侧翻|泄漏/],
  ['WORKS', /施工|养护|改造|维修/],
  ['CONTROL', /管制|管控|封闭|活动/],
];

/** The cause that a Chinese text names; OTHER where it names none of them. */
export const roadCauseOf = (text: string): RoadCause =>
  CAUSE_WORDS.find(([, words]) => words.test(text))?.[0] ?? 'OTHER';

/** `now`: when it is asked. */
export function roadPhaseOf(event: { readonly startsAt: Date; readonly endedAt: Date | null }, now: Date): RoadPhase {
  if (event.endedAt !== null && event.endedAt <= now) return 'ENDED';
  return event.startsAt > now ? 'PLANNED' : 'CURRENT';
}

/** Order among the reports of one event, smallest first: the road's own department, then the police, then any other. */
export const roadPrecedence = (feedId: string): number =>
  feedId === 'transport/road-events'
    ? 0
    : feedId.startsWith('transport/')
      ? 1
      : feedId.startsWith('public-security/')
        ? 2
        : 3;

/** Two departments tell of one event when both are no farther apart (assumption: no standard says it). */
export const SAME_ROAD_EVENT = { seconds: 6 * 3600, metres: 3000 } as const;

/** What a text of the police says of a road; undefined where it speaks of none that is blocked or hindered. */
export function roadStateInText(text: string): Exclude<RoadState, 'OPEN'> | undefined {
  if (!/路|桥|隧道|国道|省道|县道|乡道/.test(text) || /(未|没有?|并无)(造成|发生)?(交通)?(中断|阻断|封闭)/.test(text))
    return undefined;
  if (/中断|阻断|断行|封闭|封路|禁行|禁止通行|无法通行|冲毁|冲断/.test(text)) return 'BLOCKED';
  return /交通管制|限行|限速|半幅|单向通行|借道|绕行/.test(text) ? 'RESTRICTED' : undefined;
}

/** The route that a text names: "G217"; null where it names none. */
export const roadCodeInText = (text: string): string | null =>
  /(?<![A-Z0-9])([GSXYC]\d{1,4})(?!\d)/i.exec(text)?.[1]?.toUpperCase() ?? null;
/** The stake as written: "K573+200". */
export const stakeInText = (text: string): string | null => /K\d{1,4}(\+\d{1,3})?/i.exec(text)?.[0] ?? null;
