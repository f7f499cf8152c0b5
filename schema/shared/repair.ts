import type { QualitySheet } from '../../model/repair.js';
import { ownsFeed } from '../../resolvers/context.js';
import { feedOf } from '../../resolvers/shared/feed.js';
import * as repair from '../../resolvers/shared/repair.js';
import type { Builder } from '../builder.js';
import type { Refs } from '../refs.js';

/** What is done about bad data: each feed's monthly quality sheet, and reading rejected inputs again. */
export function addRepair(builder: Builder, refs: Refs): void {
  addQuality(builder, refs);
  builder.objectType(refs.RetryResult, {
    description: 'What reading rejected inputs again has brought. 重试被拒数据的结果。',
    fields: (t) => ({
      feed: t.field({
        type: refs.Feed,
        description: 'The feed. 数据源。',
        resolve: (result, _args, context) => feedOf(result.feedId, context),
      }),
      inputs: t.exposeInt('inputs', { description: 'Inputs read again. 重新读取的原始输入数。' }),
      continueAfter: t.id({
        nullable: true,
        description:
          'Pass it as `after` to go on behind what was read now; null where nothing follows. 续读位置，作为 after 传入；已读完为空。',
        resolve: (result) => (result.continueAfter === null ? null : String(result.continueAfter)),
      }),
      repaired: t.exposeInt('repaired', { description: 'Rejections that are gone. 已修复的拒收条目数。' }),
      remaining: t.exposeInt('remaining', {
        description: 'Rejections that stay and could be retried again. 仍被拒、可再次重试的条目数。',
      }),
      notKept: t.exposeInt('notKept', {
        description:
          'Rejections whose input was not kept (longer than 4 MB, or too old): have the source send it anew. 原始输入未保留的条目数，需由来源重新发送。',
      }),
    }),
  });
  builder.mutationField('retryRejected', (t) =>
    t.field({
      type: refs.RetryResult,
      description:
        'Reads rejected inputs again, oldest first, after a mapping or a station list was put right. Needs the admin key. 修正映射或站点清单后，按原顺序重新读取被拒数据，需要管理密钥。',
      args: {
        feed: t.arg.id({ required: true, description: 'Whose. 数据源标识。' }),
        reason: t.arg.string({ description: 'Only inputs with a rejection of this kind. 仅此类原因。' }),
        first: t.arg.int({ description: 'How many inputs, 1 to 5000; 1000 if not given. 输入数上限。' }),
        after: t.arg.id({ description: 'Behind this input: what `continueAfter` gave. 起始位置。' }),
      },
      resolve: (_root, args, context) =>
        repair.retryRejected(
          {
            feed: String(args.feed),
            reason: args.reason,
            first: args.first,
            after: args.after == null ? null : String(args.after),
          },
          context,
        ),
    }),
  );
}

function addQuality(builder: Builder, refs: Refs): void {
  builder.objectType(refs.FeedQuality, {
    description: "A feed's month in figures, by the calendar of Asia/Shanghai. 数据源月度质量表（北京时间）。",
    fields: (t) => ({
      month: t.exposeString('month', { description: 'As "2026-11". 月份。' }),
      received: t.exposeFloat('received', { description: 'New records. 新记录数。' }),
      corrected: t.exposeFloat('corrected', { description: 'Corrections of earlier records. 更正的记录数。' }),
      late: t.exposeFloat('late', {
        description: 'Of both, those that came more than two expected intervals after their own time. 迟到的记录数。',
      }),
      rejected: t.float({
        description: 'Pieces that could not be taken in. 被拒的条目数。',
        resolve: (sheet) => sheet.rejections.reduce((sum, each) => sum + each.rejected, 0),
      }),
      rejections: t.field({
        type: [refs.RejectionCount],
        description: 'The same by kind of fault. 按原因分列的被拒数。',
        resolve: (sheet) => [...sheet.rejections],
      }),
      gaps: t.field({
        type: [refs.FeedGap],
        description: 'The times when the feed was not LIVE, oldest first. 非正常时段，旧的在前。',
        resolve: (sheet) => sheet.gaps.map((gap) => ({ ...gap, month: sheet.month })),
      }),
      gapSeconds: t.float({
        description: 'All of them within the month together. 本月非正常总秒数。',
        resolve: (sheet, _args, context) =>
          sheet.gaps.reduce((sum, gap) => sum + repair.gapSeconds(gap, sheet.month, context.now()), 0),
      }),
    }),
  });
  builder.objectType(refs.RejectionCount, {
    description: 'How many pieces had one kind of fault. 某类原因的被拒数。',
    fields: (t) => ({
      reason: t.exposeString('reason', { description: 'The kind of fault. 错误类别。' }),
      rejected: t.exposeFloat('rejected', { description: 'Rejected in the month. 本月被拒数。' }),
      repaired: t.exposeFloat('repaired', { description: 'Repaired in the month. 本月修复数。' }),
    }),
  });
  addGap(builder, refs);
  builder.objectField(refs.Feed, 'quality', (t) =>
    t.field({
      type: refs.FeedQuality,
      authScopes: (node, _args, context) => ownsFeed(node, context),
      description: 'Its quality sheet of a month, of this month if not given. 月度质量表，默认本月。',
      args: { month: t.arg.string({ description: 'As "2026-11". 月份。' }) },
      resolve: (feed, args, context): Promise<QualitySheet> => repair.quality(feed.id, args.month, context),
    }),
  );
}

function addGap(builder: Builder, refs: Refs): void {
  builder.objectType(refs.FeedGap, {
    description: 'A time in which a feed was not LIVE. 数据源非正常的一段时间。',
    fields: (t) => ({
      state: t.field({
        type: refs.FeedState,
        description: 'What it last was. 状态。',
        resolve: (gap) => gap.state as never,
      }),
      reason: t.exposeString('reason', { nullable: true, description: 'Why. 原因。' }),
      from: t.field({
        type: 'DateTime',
        description: 'When it was last fresh. 开始时间。',
        resolve: (gap) => gap.from,
      }),
      to: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'Null while it lasts. 结束时间，未结束为空。',
        resolve: (gap) => gap.to,
      }),
      seconds: t.float({
        description: 'Its part within the month. 本月内的秒数。',
        resolve: (gap, _args, context) => repair.gapSeconds(gap, gap.month, context.now()),
      }),
    }),
  });
}
