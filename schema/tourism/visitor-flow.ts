import { COMFORT_LEVELS } from '../../model/visitor-flow.js';
import * as flow from '../../resolvers/tourism/visitor-flow.js';
import type { Builder } from '../builder.js';
import type { Refs } from '../refs.js';
import type { RegisterRef } from '../shared/register-words.js';
import { addReportList } from '../shared/report.js';

const COMFORT_TEXT = {
  COMFORTABLE: 'Comfortable. 舒适。',
  FAIRLY_COMFORTABLE: 'Fairly comfortable. 较舒适。',
  FAIR: 'Fair. 一般。',
  FAIRLY_CROWDED: 'Fairly crowded. 较拥挤。',
  CROWDED: 'Crowded. 拥挤。',
};

/** How many people are in scenic areas: the list, and the newest of each area on the register. */
export function addVisitorFlow(builder: Builder, refs: Refs): void {
  const ScenicArea = refs.registers.get('scenic-area') as RegisterRef;
  addType(builder, refs, ScenicArea);
  addReportList(builder, refs, {
    field: 'visitorFlow',
    ref: refs.VisitorFlow,
    description: 'Visitor flow of scenic areas, newest first. 景区客流，新的在前。',
    read: flow.visitorFlow,
  });
  builder.objectField(ScenicArea, 'visitorFlow', (t) =>
    t.field({
      type: refs.VisitorFlow,
      nullable: true,
      description: 'Its newest visitor flow; null where none has come. 最新客流，未收到为空。',
      resolve: (node, _args, context) => flow.latestOfArea(node, context),
    }),
  );
}

function addType(builder: Builder, refs: Refs, ScenicArea: RegisterRef): void {
  const Comfort = builder.enumType('ComfortLevel', {
    description: 'How crowded a scenic area is. 舒适度。',
    values: Object.fromEntries(COMFORT_LEVELS.map((name) => [name, { description: COMFORT_TEXT[name] }])) as Record<
      (typeof COMFORT_LEVELS)[number],
      { description: string }
    >,
  });
  builder.objectType(refs.VisitorFlow, {
    description:
      'How many people are in a scenic area; the shares are reckoned by the hub. 景区客流；承载率由本平台计算。',
    interfaces: [refs.Report],
    fields: (t) => ({
      areaCode: t.exposeString('areaCode', { description: 'The code of the scenic area. 景区编码。' }),
      areaName: t.exposeString('areaName', { description: 'Its name as the source says. 景区名称。' }),
      area: t.field({
        type: ScenicArea,
        nullable: true,
        description: 'It on the register, where the hub has it. 景区台账（如有）。',
        resolve: (node, _args, context) => flow.areaOf(node, context),
      }),
      inPark: t.exposeInt('inPark', { description: 'People inside at this time. 在园人数。' }),
      enteredToday: t.exposeInt('enteredToday', {
        nullable: true,
        description: 'People that have entered today. 今日入园人数。',
      }),
      capacity: t.int({
        nullable: true,
        description:
          'People that may be inside at one moment (LB/T 034-2014): as the message says, else the register today. 瞬时最大承载量，报文未给出时取台账。',
        resolve: (node, _args, context) => flow.capacityOf(node, 'capacity', context),
      }),
      dailyCapacity: t.int({
        nullable: true,
        description:
          'People that may enter in one day: as the message says, else the register today. 日最大承载量，报文未给出时取台账。',
        resolve: (node, _args, context) => flow.capacityOf(node, 'dailyCapacity', context),
      }),
      share: t.float({
        nullable: true,
        description:
          'Part of the instantaneous capacity in use, 1 is all of it; null without a capacity. 瞬时承载率，1为满载；无承载量时为空。',
        resolve: (node, _args, context) => flow.share(node, context),
      }),
      shareOfDay: t.float({
        nullable: true,
        description: 'Part of the daily capacity in use; null where either is not known. 日承载率，任一未知时为空。',
        resolve: (node, _args, context) => flow.shareOfDay(node, context),
      }),
      comfort: t.field({
        type: Comfort,
        nullable: true,
        description: 'How crowded it is; null where the source says nothing known. 舒适度。',
        resolve: (node) => node.comfort,
      }),
      sourceComfort: t.exposeString('sourceComfort', {
        nullable: true,
        description: "Comfort in the source's words. 来源给出的舒适度指数。",
      }),
      weather: t.exposeString('weather', { nullable: true, description: 'Weather there. 天气。' }),
      parkingPlaces: t.exposeInt('parkingPlaces', { nullable: true, description: 'Parking places. 停车位总数。' }),
      parkingFree: t.exposeInt('parkingFree', { nullable: true, description: 'Free parking places. 空余停车位。' }),
    }),
  });
}
