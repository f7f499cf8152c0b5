import type { Route } from './files-server.js';
import type { DemoPart, DemoWorld } from './part.js';
import type { Story } from './story.js';
import { type DroppedTable, TableFolder } from './table-folder.js';

const HEADER = [
  ...['路线编码', '路段名称', '管养单位', '阻断时间', '起点桩号', '止点桩号', '灾害类别', '抢通措施'],
  ...['是否恢复', '预计恢复时间', '填报时间', '填报单位', '统计人', '审核人'],
];

interface Closure {
  readonly road: readonly [code: string, section: string, start: string, end: string, cause: string];
  /** Story seconds of a round. */
  readonly from: number;
  /** Hours in earnest: from when the form hopes for better. */
  readonly hopesSeconds: number;
  /** What the form says from a second of the round on. */
  readonly says: readonly (readonly [seconds: number, recovered: string, measures: string])[];
}

/** The storm comes with fog on the plain; its rain takes the mountain roads. */
const CLOSURES: readonly Closure[] = [
  {
    road: ['G30', '演练·乌苏—奎屯段', 'K4190+000', 'K4206+500', '大雾'],
    from: 10,
    hopesSeconds: 90,
    says: [
      [15, '部分恢复', '限速 60 km/h，间断放行'],
      [95, '是', '解除管控'],
    ],
  },
  {
    road: ['S115', '演练·乌苏—南山段', 'K28+300', 'K29+150', '水毁'],
    from: 190,
    hopesSeconds: 400,
    says: [
      [200, '否', '设置警示，调运石料'],
      [330, '部分恢复', '半幅通行'],
      [430, '是', '路基修复完成'],
    ],
  },
  {
    road: ['G217', '演练·独山子—南山段', 'K573+200—K574+600', '', '山体滑坡'],
    from: 255,
    hopesSeconds: 430,
    says: [
      [265, '否', '封闭道路，机械清运'],
      [380, '部分恢复', '单车道放行'],
      [450, '是', '清运完毕'],
    ],
  },
  // A village road of which nobody has the stakes: the hub keeps it and says that it cannot show it.
  {
    road: ['C012', '演练·南山村道', 'K3+200', '', '泥石流'],
    from: 300,
    hopesSeconds: 460,
    says: [
      [310, '否', '人工清理'],
      [460, '是', '清理完毕'],
    ],
  },
];

/** The transport bureau: its form 公路交通阻断信息表, dropped anew whenever something on it changes, and its works as a WZDx feed. */
export const transport = ({ story, now }: DemoWorld): DemoPart => ({
  routes: [workZones],
  sources: {
    'road-forms': new TableFolder('road forms (Excel in a folder)', () => formOf(story, now())),
  },
});

/** Wall milliseconds between two editions of the feed. */
const EDITION_MS = 10_000;
/** Story seconds of the works that close a street in each round. */
const STREET_CLOSED = [100, 290] as const;

/** `/wzdx/wusu.geojson`: lasting works on G30, and a street that is closed for a part of each round and then no longer named. */
export const workZones: Route = (url, story, now) => {
  if (url.pathname !== '/wzdx/wusu.geojson') return undefined;
  const { round, roundStartedAt, seconds } = story.scene();
  const at = (second: number): string => new Date(roundStartedAt.getTime() + story.wallMs(second)).toISOString();
  const street = {
    id: `demo-street-${round}`,
    road: '演练·北京路',
    description: '演练·供热管网抢修，全幅封闭',
    impact: 'all-lanes-closed',
    dates: [at(STREET_CLOSED[0]), at(STREET_CLOSED[1])] as const,
    line: [
      [84.676, 44.432],
      [84.681, 44.432],
    ],
  };
  const features = [
    workZone({
      id: 'demo-g30',
      road: 'G30',
      description: '演练·路面养护施工，单车道通行',
      impact: 'some-lanes-closed',
      dates: ['2026-05-01T02:00:00Z', '2027-10-31T10:00:00Z'],
      line: [
        [84.17, 44.44],
        [84.14, 44.439],
        [84.11, 44.438],
      ],
    }),
    ...(seconds >= STREET_CLOSED[0] && seconds < STREET_CLOSED[1] ? [workZone(street)] : []),
  ];
  const edition = new Date(Math.floor(now.getTime() / EDITION_MS) * EDITION_MS).toISOString();
  const source = { data_source_id: '1', organization_name: '演练·乌苏市交通运输局', update_date: edition };
  const feed_info = { update_date: edition, publisher: '演练', version: '4.2', data_sources: [source] };
  const body = JSON.stringify({ feed_info, type: 'FeatureCollection', features });
  return { contentType: 'application/geo+json', body };
};

interface Works {
  readonly id: string;
  readonly road: string;
  readonly description: string;
  readonly impact: string;
  readonly dates: readonly [start: string, end: string];
  readonly line: readonly (readonly number[])[];
}

const workZone = ({ id, road, description, impact, dates: [start_date, end_date], line }: Works) => ({
  id,
  type: 'Feature',
  properties: {
    core_details: {
      data_source_id: '1',
      event_type: 'work-zone',
      road_names: [road],
      direction: 'undefined',
      description,
      update_date: start_date,
    },
    start_date,
    end_date,
    vehicle_impact: impact,
    types_of_work: [{ type_name: 'surface-work' }],
  },
  geometry: { type: 'LineString', coordinates: line },
});

/** The form as it stands: everything of this round that has been reported; undefined before the first word. */
export function formOf(story: Story, now: Date): DroppedTable | undefined {
  const { round, roundStartedAt, seconds } = story.scene();
  const at = (second: number): string => beijing(new Date(roundStartedAt.getTime() + story.wallMs(second)));
  const reported = CLOSURES.flatMap((closure) => {
    const said = closure.says.filter(([second]) => second <= seconds);
    const last = said.at(-1);
    return last ? [{ ...closure, last }] : [];
  });
  const newest = reported.reduce((second, { last }) => Math.max(second, last[0]), 0);
  if (newest === 0) return undefined;
  const rows = reported.map(({ road: [code, section, start, end, cause], from, hopesSeconds, last }) => [
    ...[code, section, '演练·乌苏公路管理分局', at(from), start, end, cause, last[2], last[1], at(hopesSeconds)],
    ...[at(last[0]), '演练·乌苏市交通运输局', '演练人员甲', '演练人员乙'],
  ]);
  const day = beijing(now).slice(0, 10);
  return {
    name: `演练-公路交通阻断信息表-${round}-${newest}`,
    title: `演练·公路交通阻断信息表（${day}）`,
    header: HEADER,
    rows,
  };
}

const beijing = (time: Date): string =>
  new Date(time.getTime() + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
