import { type ChannelReach, meetsPlan, shareOf, type TownshipReach } from '../../model/reach.js';
import { divisionOf, townships } from '../../resolvers/shared/reach.js';
import type { Builder } from '../builder.js';
import type { Refs } from '../refs.js';

/** How far warnings have come: whom they are meant for, whom they reached, by channel and by township. */
export function addReach(builder: Builder, refs: Refs): void {
  const channel = addChannelReach(builder);
  const township = addTownshipReach(builder, refs);
  builder.objectType(refs.WarningReach, {
    description:
      'How far a warning has come, by the register of recipients and the ledger of now. 预警触达情况，按接收人台账与投递记录实时统计。',
    fields: (t) => ({
      targeted: t.exposeInt('targeted', {
        description: 'Recipients in the register whom it is meant for. 应达接收人数。',
      }),
      delivered: t.exposeInt('delivered', { description: 'Of these, to whom it was delivered. 已送达数。' }),
      acknowledged: t.exposeInt('acknowledged', { description: 'Of these, who acknowledged it. 已确认数。' }),
      reached: t.exposeInt('reached', { description: 'Delivered to or acknowledged by. 已触达数。' }),
      officers: t.exposeInt('officers', {
        description: 'Officers who acknowledged it, beside the register. 台账之外确认的值班人员数。',
      }),
      share: t.float({
        nullable: true,
        description: 'reached of targeted, 0 to 1; null where nobody is targeted. 触达率，无应达对象时为空。',
        resolve: shareOf,
      }),
      meetsPlan: t.boolean({
        description: "Whether the plan's 90 % is reached. 是否达到预案要求的 90%。",
        resolve: meetsPlan,
      }),
      channels: t.field({
        type: [channel],
        description: 'By channel, the newest delivery of each recipient. 按渠道统计。',
        resolve: (node) => node.channels,
      }),
      townships: t.field({
        type: [township],
        description:
          'Every township in its divisions, also those with nobody to reach. 按乡镇统计，含未登记接收人的乡镇。',
        resolve: (node, _args, context) => townships(node, context),
      }),
    }),
  });
}

function addChannelReach(builder: Builder) {
  return builder.objectRef<ChannelReach>('WarningChannelReach').implement({
    description: "One channel's deliveries of a warning, by state. 单个渠道的投递统计。",
    fields: (t) => ({
      channel: t.exposeString('channel', { description: 'Its name in the settings. 渠道名称。' }),
      queued: t.exposeInt('queued', { description: 'To be sent. 待发送。' }),
      sent: t.exposeInt('sent', { description: 'Handed over. 已发出。' }),
      delivered: t.exposeInt('delivered', { description: 'Arrived. 已送达。' }),
      failed: t.exposeInt('failed', { description: 'Set aside. 失败。' }),
      expired: t.exposeInt('expired', { description: 'Over before they went out. 发出前失效。' }),
    }),
  });
}

function addTownshipReach(builder: Builder, refs: Refs) {
  return builder.objectRef<TownshipReach>('WarningTownshipReach').implement({
    description: "How many of a township's recipients a warning reached. 单个乡镇的触达统计。",
    fields: (t) => ({
      code: t.exposeString('code', { description: 'Its code of nine digits. 乡镇代码。' }),
      division: t.field({
        type: refs.Division,
        nullable: true,
        description: 'The township, where the hub knows it. 乡镇。',
        resolve: (node, _args, context) => divisionOf(node, context),
      }),
      targeted: t.exposeInt('targeted', { description: 'Whom it is meant for. 应达数。' }),
      delivered: t.exposeInt('delivered', { description: 'To whom it was delivered. 已送达数。' }),
      acknowledged: t.exposeInt('acknowledged', { description: 'Who acknowledged it. 已确认数。' }),
      reached: t.exposeInt('reached', { description: 'Delivered to or acknowledged by. 已触达数。' }),
      share: t.float({
        nullable: true,
        description: 'reached of targeted; null where nobody is targeted. 触达率。',
        resolve: (node) => shareOf(node),
      }),
      meetsPlan: t.boolean({
        description: "Whether the plan's 90 % is reached; never where it is uncovered. 是否达标。",
        resolve: (node) => meetsPlan(node),
      }),
      uncovered: t.boolean({
        description: 'No recipient of the register is there to be reached. 无应达接收人。',
        resolve: (node) => node.targeted === 0,
      }),
    }),
  });
}
