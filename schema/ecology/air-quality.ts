import { AIR_CATEGORIES, AIR_DIFFERENCES, AVERAGINGS, concentrationUnit, POLLUTANTS } from '../../model/air-quality.js';
import type { PollutantValue } from '../../model/record.js';
import * as air from '../../resolvers/ecology/air-quality.js';
import type { Builder } from '../builder.js';
import { connectionOf, toConnection } from '../paging.js';
import type { Refs } from '../refs.js';
import { addReportList } from '../shared/report.js';

/** Air quality: its list, and the newest of each place. */
export function addAirQuality(builder: Builder, refs: Refs): void {
  addType(builder, refs);
  addReportList(builder, refs, {
    field: 'airQuality',
    ref: refs.AirQuality,
    description: 'Air quality of cities and sites, newest first. 城市及站点空气质量，新的在前。',
    read: air.airQuality,
  });
  const connection = connectionOf(builder, 'QueryAirQualityLatest', refs.AirQuality);
  builder.queryField('airQualityLatest', (t) =>
    t.field({
      type: connection,
      description: 'The newest air quality of each place. 各城市、站点最新空气质量。',
      args: {
        first: t.arg.int({ description: 'How many, 1 to 200; 50 if not given. 条数。' }),
        after: t.arg.string({ description: 'After this place. 起始位置。' }),
      },
      resolve: async (_root, args, context) => toConnection(await air.airQualityLatest(args, context)) as never,
    }),
  );
}

const CATEGORY_ZH = ['优', '良', '轻度污染', '中度污染', '重度污染', '严重污染'];
const DIFFERENCE_TEXT = {
  AQI: 'The index, by more than 1. 指数相差超过1。',
  CATEGORY: 'The category. 类别。',
  PRIMARY_POLLUTANT: 'The primary pollutant. 首要污染物。',
};
const POLLUTANT_TEXT = {
  SO2: 'Sulphur dioxide. 二氧化硫。',
  NO2: 'Nitrogen dioxide. 二氧化氮。',
  CO: 'Carbon monoxide. 一氧化碳。',
  O3: 'Ozone, mean of an hour. 臭氧1小时平均。',
  O3_8H: 'Ozone, mean of eight hours. 臭氧8小时平均。',
  PM10: 'Particles up to 10 µm. 可吸入颗粒物。',
  PM2_5: 'Particles up to 2.5 µm. 细颗粒物。',
};
const AVERAGING_TEXT = { HOUR: 'Means of an hour. 1小时平均。', DAY: 'Means of a day. 24小时平均。' };

const valuesOf = <const K extends string>(names: readonly K[], text: (name: K, at: number) => string) =>
  Object.fromEntries(names.map((name, at) => [name, { description: text(name, at) }])) as Record<
    K,
    { description: string }
  >;

function createEnums(builder: Builder) {
  return {
    Pollutant: builder.enumType('Pollutant', {
      description: 'What the air quality index is made of. 空气质量指数的污染物项目。',
      values: valuesOf(POLLUTANTS, (name) => POLLUTANT_TEXT[name]),
    }),
    Averaging: builder.enumType('AirAveraging', {
      description: 'Over which time the values are means. 平均时间。',
      values: valuesOf(AVERAGINGS, (name) => AVERAGING_TEXT[name]),
    }),
    Category: builder.enumType('AirCategory', {
      description: 'Categories of HJ 633, levels 1 to 6. 空气质量指数类别，一级至六级。',
      values: valuesOf(AIR_CATEGORIES, (_name, at) => `Level ${at + 1}. ${CATEGORY_ZH[at]}。`),
    }),
    Difference: builder.enumType('AirDifference', {
      description: "Where a source and the hub's own reckoning differ. 来源与本平台计算结果的不一致项。",
      values: valuesOf(AIR_DIFFERENCES, (name) => DIFFERENCE_TEXT[name]),
    }),
  };
}

function addType(builder: Builder, refs: Refs): void {
  const enums = createEnums(builder);
  const Value = builder.objectRef<PollutantValue>('PollutantValue');
  builder.objectType(Value, {
    description: 'One pollutant at one place and time. 一项污染物。',
    fields: (t) => ({
      pollutant: t.field({ type: enums.Pollutant, description: 'Which. 项目。', resolve: (node) => node.pollutant }),
      concentration: t.exposeFloat('concentration', {
        nullable: true,
        description: 'Null where it was not sent or cannot be true. 浓度，缺测或不可信为空。',
      }),
      unit: t.string({
        description: 'UCUM: mg/m3 for CO, ug/m3 for all others. 单位。',
        resolve: (node) => concentrationUnit(node.pollutant),
      }),
      index: t.exposeInt('index', {
        nullable: true,
        description: 'Its individual index (IAQI); null where it does not count. 空气质量分指数。',
      }),
    }),
  });
  builder.objectType(refs.AirQuality, {
    description:
      "What was in the air of a city or at a site; the index is the hub's own reckoning by HJ 633, the source's is beside it. 空气质量；指数由本平台按 HJ 633 计算，并列来源给出的指数。",
    interfaces: [refs.Report],
    fields: (t) => ({
      placeCode: t.exposeString('placeCode', { description: "The source's code of the place. 地点编码。" }),
      placeName: t.exposeString('placeName', { description: 'City or site. 城市或站点名称。' }),
      placeKind: t.exposeString('placeKind', { description: 'CITY or SITE. 城市或站点。' }),
      averaging: t.field({
        type: enums.Averaging,
        description: 'Over which time. 平均时间。',
        resolve: (node) => node.averaging,
      }),
      edition: t.exposeString('edition', {
        description: 'The edition of HJ 633 reckoned by: 2012 or 2026. 所依据标准的年份。',
      }),
      pollutants: t.field({
        type: [Value],
        description: 'Every pollutant, sent or not. 各项污染物。',
        resolve: (node) => [...node.pollutants],
      }),
      aqi: t.int({
        nullable: true,
        description:
          'The largest individual index, 0 to 500; null while a pollutant is missing and the others come to no more than 100. 空气质量指数；有缺测且其余不超过100时为空。',
        resolve: (node) => air.aqi(node),
      }),
      level: t.int({ nullable: true, description: '1 to 6. 级别。', resolve: (node) => air.level(node) }),
      category: t.field({
        type: enums.Category,
        nullable: true,
        description: 'Its name. 类别。',
        resolve: (node) => air.category(node),
      }),
      primaryPollutants: t.field({
        type: [enums.Pollutant],
        description: 'Those with the largest index, when it is over 50; several when equal. 首要污染物。',
        resolve: (node) => [...node.primary],
      }),
      exceedingPollutants: t.field({
        type: [enums.Pollutant],
        description: 'Those with an index over 100. 超标污染物。',
        resolve: (node) => [...air.exceeding(node)],
      }),
      missingPollutants: t.field({
        type: [enums.Pollutant],
        description: 'Those that count but were not sent: the index may be too small. 缺测项目，指数可能偏低。',
        resolve: (node) => [...air.missing(node)],
      }),
      sourceAqi: t.exposeFloat('sourceAqi', {
        nullable: true,
        description: 'The index as the source gives it. 来源给出的指数。',
      }),
      sourceCategory: t.exposeString('sourceCategory', {
        nullable: true,
        description: "The category in the source's words. 来源给出的类别。",
      }),
      sourcePrimaryPollutant: t.string({
        nullable: true,
        description: "The primary pollutant in the source's words. 来源给出的首要污染物。",
        resolve: (node) => node.sourcePrimary,
      }),
      agrees: t.boolean({
        nullable: true,
        description:
          'Whether source and hub say the same; null where the source says nothing. 来源与计算结果是否一致。',
        resolve: (node) => air.agrees(node),
      }),
      differences: t.field({
        type: [enums.Difference],
        description: 'In what they differ. 不一致项。',
        resolve: (node) => [...node.differences],
      }),
    }),
  });
}
