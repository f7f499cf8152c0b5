import type { LiveNoun } from '../../model/live.js';
import { feedOf } from '../../resolvers/shared/feed.js';
import { type LiveNode, live } from '../../resolvers/shared/live.js';
import type { Builder } from '../builder.js';
import type { Refs } from '../refs.js';
import { addField } from './register.js';
import type { FieldsRef, RegisterRef } from './register-words.js';

/** A type for each of these nouns, and a field of the register that it joins, all from its description. */
export function addLive(builder: Builder, refs: Refs, nouns: readonly LiveNoun[]): void {
  for (const noun of nouns) addNoun(builder, refs, noun);
}

/** What all answers of departments' own services have in common. */
export function addLiveAnswers(builder: Builder, refs: Refs): void {
  builder.interfaceType(refs.LiveAnswer, {
    authScopes: (node, { viewer }) => viewer.sight.ofFeed(node.feedId) !== undefined,
    description:
      "What a department's own service answered, asked at query time and not stored in the hub. 部门自有服务的应答，查询时获取，不在本平台存储。",
    fields: (t) => ({
      feed: t.field({
        type: refs.Feed,
        description: 'The feed that asks the service. 数据源。',
        resolve: (node, _args, context) => feedOf(node.feedId, context),
      }),
      observedAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'The time of the figures, where the service says it. 数据时间（如有）。',
        resolve: (node) => node.observedAt,
      }),
      receivedAt: t.field({
        type: 'DateTime',
        description: 'When the hub received it. 收到时间。',
        resolve: (node) => node.receivedAt,
      }),
      ageSeconds: t.exposeFloat('ageSeconds', {
        description: 'Seconds since it was received; a short cache may answer. 距收到的秒数，可能来自短时缓存。',
      }),
      stale: t.exposeBoolean('stale', {
        description: 'Only the last known: the service does not answer now. 服务暂不可用，为最近已知值。',
      }),
    }),
  });
}

function addNoun(builder: Builder, refs: Refs, noun: LiveNoun): void {
  const ref = builder.objectRef<LiveNode>(noun.type);
  builder.objectType(ref, { description: `${noun.en}. ${noun.zh}。`, interfaces: [refs.LiveAnswer] });
  for (const field of noun.fields) addField(builder, refs, ref as unknown as FieldsRef, field);
  builder.objectField(refs.registers.get(noun.on) as RegisterRef, noun.field, (t) =>
    t.field({
      type: ref,
      nullable: true,
      description: `${noun.en}; null where it does not know it; SOURCE_UNAVAILABLE where it does not answer and nothing is known. ${noun.zh}；无此记录时为空；不可用且无已知值时报错。`,
      resolve: (node, _args, context) => live(noun, node, context),
    }),
  );
}
