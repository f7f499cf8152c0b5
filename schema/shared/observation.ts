import * as observation from '../../resolvers/shared/observation.js';
import { sightOf } from '../../resolvers/shared/station.js';
import type { Builder } from '../builder.js';
import type { Refs } from '../refs.js';

/** Observations, series and their live subscription. */
export function addObservations(builder: Builder, refs: Refs): void {
  builder.objectType(refs.Observation, {
    description: 'One value of a datastream. 一次观测。',
    authScopes: (node, context) => sightOf(node.datastream, context) !== undefined,
    fields: (t) => ({
      datastream: t.field({
        type: refs.Datastream,
        description: 'Of which datastream. 所属数据流。',
        resolve: (node) => node.datastream,
      }),
      value: t.float({
        nullable: true,
        description:
          'Null where the source says it is missing, or where only its grade was granted. 数值；缺测或仅授权等级时为空。',
        resolve: (node, _args, context) => observation.valueSeen(node, context),
      }),
      grade: t.string({
        nullable: true,
        description:
          'The gravest threshold in force that the value has reached, e.g. "warning"; "normal" where it has reached none; null where there is no threshold or no value. 所达到的最高等级特征值，未达到为 normal；无特征值或缺测为空。',
        resolve: (node, _args, context) => observation.grade(node, context),
      }),
      observedAt: t.field({
        type: 'DateTime',
        description: 'When it was observed. 观测时间。',
        resolve: (node) => node.observedAt,
      }),
      receivedAt: t.field({
        type: 'DateTime',
        description: 'When the hub received it. 收到时间。',
        resolve: (node) => node.receivedAt,
      }),
      quality: t.field({
        type: refs.Quality,
        description: 'What the source says of it. 质量。',
        resolve: (node) => node.quality as never,
      }),
      stale: t.boolean({
        description: 'Too old to be taken for the present, or of a feed that is down. 已陈旧或数据源中断。',
        resolve: (node, _args, context) => observation.isStale(node, context),
      }),
      exceeds: t.field({
        type: [refs.Threshold],
        description:
          'Thresholds in force that the value has reached or gone beyond, the gravest first. 达到或越过的特征值、报警限，最严重的在前。',
        resolve: (node, _args, context) => observation.exceeds(node, context),
      }),
      originalTime: t.exposeString('originalTime', { description: 'The time as the source wrote it. 来源原始时间。' }),
      zone: t.exposeString('zone', { description: 'The zone in which that was read. 原始时间的时区。' }),
      revision: t.exposeInt('revision', { description: 'How often the source has corrected it. 更正次数。' }),
    }),
  });
  builder.objectType(refs.SeriesPoint, {
    description: 'A raw value, or a bucket of them. 原始值或聚合点。',
    fields: (t) => ({
      at: t.field({
        type: 'DateTime',
        description: 'The moment, or the beginning of the bucket. 时刻或区间起点。',
        resolve: (node) => node.at,
      }),
      value: t.exposeFloat('value', { nullable: true, description: 'The value, or the mean. 值或均值。' }),
      min: t.exposeFloat('min', { nullable: true, description: 'Smallest. 最小值。' }),
      mean: t.exposeFloat('mean', { nullable: true, description: 'Mean. 均值。' }),
      max: t.exposeFloat('max', { nullable: true, description: 'Largest. 最大值。' }),
      count: t.exposeInt('count', { description: 'How many values. 个数。' }),
    }),
  });
  const ObservationFilter = builder.inputType('ObservationFilter', {
    description: 'All conditions must hold. 各条件同时满足。',
    fields: (t) => ({
      stations: t.idList({ description: 'Of these stations. 测站。' }),
      departments: t.field({ type: [refs.DepartmentCode], description: 'Of these departments. 部门。' }),
      divisions: t.stringList({ description: 'In these divisions or beneath. 区划及其下级。' }),
      properties: t.stringList({ description: 'Of these properties. 要素。' }),
    }),
  });
  builder.subscriptionField('observationAdded', (t) =>
    t.field({
      type: refs.Observation,
      description: 'New values, newest per datastream: a slow reader skips, never lags. 新观测，每个数据流只保留最新。',
      args: { filter: t.arg({ type: ObservationFilter, required: false, description: 'Which. 条件。' }) },
      subscribe: (_root, args, context) => observation.observationAdded(args.filter, context),
      resolve: (node) => node,
    }),
  );
}
