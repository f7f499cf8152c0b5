import type { Audience } from '../../model/audience.js';
import type { ReleaseRow, ReleaseStep } from '../../model/release.js';
import * as view from '../../resolvers/shared/release-view.js';
import type { Builder } from '../builder.js';
import { connectionOf, toConnection } from '../paging.js';
import type { Refs } from '../refs.js';
import { createReleaseEnums, type ReleaseEnums } from './release-enums.js';
import { addReleaseMutations } from './release-mutations.js';

type Ref = Refs['WarningRelease'];
type StepRef = ReturnType<typeof addStep>;

/** How warnings come about: their releases, what is done to them, and what waits for whom. */
export function addReleases(builder: Builder, refs: Refs): void {
  const enums = createReleaseEnums(builder);
  const ref = refs.WarningRelease;
  const step = addStep(builder, refs, enums);
  addRelease(builder, refs, enums, ref, step);
  addToWarning(builder, refs, enums, ref);
  addQueries(builder, ref);
  addReleaseMutations(builder, refs, enums);
}

function addStep(builder: Builder, refs: Refs, enums: ReleaseEnums) {
  return builder.objectRef<ReleaseStep>('WarningReleaseStep').implement({
    description: 'One thing that someone did on the way; kept for ever. 流程中的一次操作，永久保留。',
    authScopes: { known: true },
    fields: (t) => ({
      kind: t.field({ type: enums.Step, description: 'What. 动作。', resolve: (node) => node.kind }),
      version: t.exposeInt('version', { description: 'Of the text then, from 1. 当时的文稿版本。' }),
      by: t.exposeString('name', { description: 'Who. 操作人。' }),
      department: t.field({
        type: refs.Department,
        nullable: true,
        description: 'Of which department they were. 所属部门。',
        resolve: (node) => node.department,
      }),
      at: t.field({ type: 'DateTime', description: 'When. 时间。', resolve: (node) => node.at }),
      note: t.exposeString('note', { nullable: true, description: 'Why they did it. 理由。' }),
      verdict: t.field({
        type: enums.Verdict,
        nullable: true,
        description: 'Of a review. 复核结论。',
        resolve: (node) => node.verdict,
      }),
      approvalsMissing: t.field({
        type: [enums.Approval],
        description: 'Consents that were still missing after it. 此后尚缺的签署。',
        resolve: (node) => [...node.missing],
      }),
    }),
  });
}

function addBypass(builder: Builder, enums: ReleaseEnums, step: StepRef) {
  return builder.objectRef<view.Bypass>('WarningBypass').implement({
    description:
      'A release at once, without all consents; someone else must look at it afterwards. 应急直发，须由他人事后复核。',
    authScopes: { known: true },
    fields: (t) => ({
      step: t.field({
        type: step,
        description: 'Who did it, when and why. 操作人、时间、理由。',
        resolve: (node) => node.step,
      }),
      approvalsMissing: t.field({
        type: [enums.Approval],
        description: 'The consents that were passed over. 略过的签署。',
        resolve: (node) => [...node.step.missing],
      }),
      reviewDueAt: t.field({
        type: 'DateTime',
        description: 'Until when it must be reviewed. 复核期限。',
        resolve: ({ release, step: { at } }) => release.reviewDueAt ?? at,
      }),
      overdue: t.boolean({
        description: 'Nobody has reviewed it in time. 逾期未复核。',
        resolve: ({ release }, _args, context) => view.isOverdue(release, context),
      }),
      review: t.field({
        type: step,
        nullable: true,
        description: 'Who reviewed it, and what they say. 复核情况。',
        resolve: ({ release }) => view.lastStep(release, ['REVIEWED']),
      }),
    }),
  });
}

function addRelease(builder: Builder, refs: Refs, enums: ReleaseEnums, ref: Ref, step: StepRef): void {
  const bypass = addBypass(builder, enums, step);
  builder.objectType(ref, {
    description:
      'The way of a warning from its draft to the public, for its department to see. 预警从拟稿到发布的流程，供本部门查看。',
    authScopes: { known: true },
    fields: (t) => {
      const last = (description: string, kinds: Parameters<typeof view.lastStep>[1], current = false) =>
        t.field({
          type: step,
          nullable: true,
          description,
          resolve: (node: ReleaseRow) => view.lastStep(node, kinds, current),
        });
      return {
        id: t.exposeID('id', {
          description:
            "The message's identifier; of an ALERT or UPDATE the warning's own. 报文标识，首发和更新即预警标识。",
        }),
        kind: t.field({ type: enums.Kind, description: 'What it does. 类型。', resolve: (node) => node.kind }),
        state: t.field({
          type: enums.State,
          description: 'How far it has come. 状态。',
          resolve: (node) => node.state,
        }),
        warning: t.field({
          type: refs.Warning,
          nullable: true,
          description: 'The warning that it releases, or ends. 所发布或解除的预警。',
          resolve: async (node, _args, context) => (await context.loaders.warning.load(node.warningId)) ?? null,
        }),
        replaces: t.field({
          type: refs.Warning,
          nullable: true,
          description: 'The warning that an UPDATE replaces. 所更新的预警。',
          resolve: async (node, _args, context) =>
            node.replaces === null ? null : ((await context.loaders.warning.load(node.replaces)) ?? null),
        }),
        reason: t.exposeString('reason', { nullable: true, description: 'Why a CANCEL. 解除理由。' }),
        version: t.exposeInt('version', { description: 'Of the text, from 1. 文稿版本。' }),
        drafted: t.field({
          type: step,
          description: 'Who wrote it last. 最后拟稿人。',
          resolve: (node) => view.lastStep(node, ['DRAFTED']) as ReleaseStep,
        }),
        submitted: last('Who handed it over; null while it is written. 提交情况。', ['SUBMITTED'], true),
        returned: last('Who last sent it back, and why. 最近一次退回及理由。', ['RETURNED']),
        released: last('Who let it out. 签发情况。', ['RELEASED', 'BYPASSED']),
        approvalsRequired: t.field({
          type: [enums.Approval],
          description: 'Whose consent its level needs. 所需签署。',
          resolve: (node) => [...node.required],
        }),
        approvals: t.field({
          type: [step],
          description: 'Consents to the text as it is now. 已签署。',
          resolve: (node) => [...view.consentsTo(node)],
        }),
        approvalsMissing: t.field({
          type: [enums.Approval],
          description: 'Those that are missing, or were passed over. 尚缺或被略过的签署。',
          resolve: (node) => [...view.missingOf(node)],
        }),
        bypassed: t.boolean({
          description: 'It went out without all consents. 应急直发。',
          resolve: (node) => view.bypassOf(node) !== null,
        }),
        bypass: t.field({
          type: bypass,
          nullable: true,
          description: 'How. 应急直发情况。',
          resolve: (node) => view.bypassOf(node),
        }),
        steps: t.field({
          type: [step],
          description: 'Everything, in its order. 全部操作，按时间。',
          resolve: (node) => [...node.steps],
        }),
      };
    },
  });
}

function addToWarning(builder: Builder, refs: Refs, enums: ReleaseEnums, ref: Ref): void {
  const audience = builder.objectRef<Audience>('WarningAudience').implement({
    description: 'A group within a division and all beneath it. 某区划内的一类对象。',
    fields: (t) => ({
      group: t.field({ type: enums.Group, description: 'Who. 对象。', resolve: (node) => node.group }),
      division: t.field({
        type: refs.Division,
        nullable: true,
        description: 'Where, as far as known here. 区划。',
        resolve: (node, _args, context) => context.divisions.get(node.division) ?? null,
      }),
    }),
  });
  builder.objectFields(refs.Warning, (t) => ({
    audiences: t.field({
      type: [audience],
      description: 'Whom it is meant for, beside the public. 预警对象。',
      resolve: async (node, _args, context) => [...(await view.audiencesOf(node, context))],
    }),
    release: t.field({
      type: ref,
      nullable: true,
      description:
        'How it came about; null where it was not written here, or is not for the caller to know. 发布流程，非本部门不可见。',
      resolve: (node, _args, context) => view.releaseOf(node, context),
    }),
    cancellation: t.field({
      type: ref,
      nullable: true,
      description: 'What was last asked for to end it; likewise. 最近一次解除申请。',
      resolve: (node, _args, context) => view.cancellationOf(node, context),
    }),
  }));
}

function addQueries(builder: Builder, ref: Ref): void {
  const Releases = connectionOf(builder, 'QueryWarningsToRelease', ref);
  builder.queryFields((t) => {
    const page = () => ({
      first: t.arg.int({ description: 'How many, 1 to 200; 50 if not given. 条数。' }),
      after: t.arg.string({ description: 'After this place. 起始位置。' }),
    });
    return {
      warningsToRelease: t.field({
        type: Releases,
        description:
          "What waits for the caller's own consent, longest waiting first. 待本人签发的预警，等待最久的在前。",
        args: page(),
        resolve: async (_root, args, context) => toConnection(await view.warningsToRelease(args, context)),
      }),
      bypassesToReview: t.field({
        type: Releases,
        description:
          'Releases without all consents that nobody has reviewed, due first first. 待复核的应急直发，先到期的在前。',
        args: { ...page(), overdue: t.arg.boolean({ description: 'Only those whose time is over. 仅逾期的。' }) },
        resolve: async (_root, args, context) => toConnection(await view.bypassesToReview(args, context)),
      }),
    };
  });
}
