import { draftWarning, updateWarning } from '../../resolvers/shared/draft-warning.js';
import { cancelWarning, returnWarning, reviewBypass, submitWarning } from '../../resolvers/shared/release-acts.js';
import type { Done, Refused } from '../../resolvers/shared/release-call.js';
import { releaseWarning } from '../../resolvers/shared/release-warning.js';
import type { Builder } from '../builder.js';
import type { Refs } from '../refs.js';
import type { ReleaseEnums } from './release-enums.js';
import { createReleaseInputs } from './release-inputs.js';

type Result = Done | Refused;

/** The mutations by which a warning reaches the public, and what comes of each. */
export function addReleaseMutations(builder: Builder, refs: Refs, enums: ReleaseEnums): void {
  const types = resultTypes(builder, refs, enums);
  const input = createReleaseInputs(builder, refs, enums);
  const { Drafted, Submitted, Pending, Released, Returned, Reviewed, Refusal } = types;
  const union = <const T extends (typeof types)[keyof typeof types]>(
    name: string,
    description: string,
    members: readonly T[],
  ) => builder.unionType(name, { description, types: [...members, Refusal], resolveType: typeOf });
  builder.mutationFields((t) => ({
    draftWarning: t.field({
      type: union('DraftWarningResult', 'What came of writing a warning. 拟稿结果。', [Drafted]),
      description:
        "Writes a warning of the caller's department down, or with `draft` writes one anew. FORECASTER. 拟写或修改本部门预警。",
      args: { input: t.arg({ type: input.Draft, required: true, description: 'The warning. 预警内容。' }) },
      resolve: (_root, args, context) => draftWarning(args.input, context),
    }),
    updateWarning: t.field({
      type: union('UpdateWarningResult', 'What came of writing an update. 更新拟稿结果。', [Drafted]),
      description:
        'Writes what is to replace a warning in force; it is submitted and released as any other, by its new level. FORECASTER. 拟写更新，按新等级签发。',
      args: { input: t.arg({ type: input.Update, required: true, description: 'The new text. 更新内容。' }) },
      resolve: (_root, args, context) => updateWarning(args.input, context),
    }),
    submitWarning: t.field({
      type: union('SubmitWarningResult', 'What came of submitting. 提交结果。', [Submitted]),
      description: 'Hands a draft over for release. FORECASTER. 提交签发。',
      args: { input: t.arg({ type: input.Act, required: true, description: 'Which. 草稿。' }) },
      resolve: (_root, args, context) => submitWarning(args.input, context),
    }),
    releaseWarning: t.field({
      type: union('ReleaseWarningResult', 'What came of consenting. 签发结果。', [Released, Pending]),
      description:
        'Consents; with the last consent that its level needs it goes out. RELEASER of the department or DUTY_OFFICER, never who wrote it. 签发：签署齐备即发布，拟稿人不得签发。',
      args: { input: t.arg({ type: input.Release, required: true, description: 'Which. 待发布项。' }) },
      resolve: (_root, args, context) => releaseWarning(args.input, context),
    }),
    returnWarning: t.field({
      type: union('ReturnWarningResult', 'What came of returning. 退回结果。', [Returned]),
      description:
        'Sends what is pending back, with the reason. RELEASER of the department or DUTY_OFFICER. 退回并说明理由。',
      args: { input: t.arg({ type: input.Reasoned, required: true, description: 'Which, and why. 对象及理由。' }) },
      resolve: (_root, args, context) => returnWarning(args.input, context),
    }),
    cancelWarning: t.field({
      type: union('CancelWarningResult', 'What came of asking to end a warning. 申请解除结果。', [Submitted]),
      description:
        "Asks that a warning in force be ended; someone else releases that, by the warning's level. FORECASTER or RELEASER. 申请解除，须他人按等级签发。",
      args: {
        input: t.arg({ type: input.Reasoned, required: true, description: 'Which warning, and why. 预警及理由。' }),
      },
      resolve: (_root, args, context) => cancelWarning(args.input, context),
    }),
    reviewBypass: t.field({
      type: union('ReviewBypassResult', 'What came of reviewing a bypass. 复核结果。', [Reviewed]),
      description:
        'Says whether a release without all consents was right. RELEASER of the department or DUTY_OFFICER who had no hand in it. 复核应急直发。',
      args: {
        input: t.arg({ type: input.Review, required: true, description: 'Which, and the verdict. 对象及结论。' }),
      },
      resolve: (_root, args, context) => reviewBypass(args.input, context),
    }),
  }));
}

const NAMES: Readonly<Record<Result['outcome'], string>> = {
  drafted: 'WarningDrafted',
  submitted: 'WarningSubmitted',
  pending: 'WarningPending',
  released: 'WarningReleased',
  returned: 'WarningReturned',
  reviewed: 'BypassReviewed',
  refused: 'WarningRefused',
};
const typeOf = ({ outcome }: Result): string => NAMES[outcome];

function resultTypes(builder: Builder, refs: Refs, enums: ReleaseEnums) {
  const done = <const N extends string>(name: N, description: string) =>
    builder.objectRef<Done>(name).implement({
      description,
      authScopes: { known: true },
      fields: (t) => ({
        release: t.field({
          type: refs.WarningRelease,
          description: 'How it stands now. 流程现状。',
          resolve: (node) => node.release,
        }),
        warning: t.field({
          type: refs.Warning,
          nullable: true,
          description: 'The warning as it is now. 预警现状。',
          resolve: async (node, _args, context) => (await context.loaders.warning.load(node.release.warningId)) ?? null,
        }),
        approvalsMissing: t.field({
          type: [enums.Approval],
          description: 'Consents that were missing after the call. 尚缺的签署。',
          resolve: (node) => [...node.missing],
        }),
        repeated: t.exposeBoolean('repeated', {
          description: 'The same call had come before, and nothing was changed. 重复提交，未作变更。',
        }),
      }),
    });
  return {
    Drafted: done('WarningDrafted', 'It is written down; nobody outside is told. 已保存草稿。'),
    Submitted: done('WarningSubmitted', 'It waits for release. 已提交，待签发。'),
    Pending: done('WarningPending', 'Consent is given; more is needed. 已签署，尚缺其他签署。'),
    Released: done('WarningReleased', 'It is out; what it ends is ended. 已发布（解除）。'),
    Returned: done('WarningReturned', 'It is sent back. 已退回。'),
    Reviewed: done('BypassReviewed', 'It is reviewed. 已复核。'),
    Refusal: builder.objectRef<Refused>('WarningRefused').implement({
      description: 'Nothing was done, and why. 未受理及原因。',
      authScopes: { known: true },
      fields: (t) => ({
        reason: t.field({ type: enums.Fault, description: 'Why. 原因。', resolve: (node) => node.fault }),
        message: t.exposeString('message', { description: 'The same in a sentence. 说明。' }),
        field: t.exposeString('field', {
          nullable: true,
          description: 'Of the input, where one is at fault. 有误字段。',
        }),
        warning: t.field({
          type: refs.Warning,
          nullable: true,
          description: 'Which it was about, as it is. 相关预警。',
          resolve: async (node, _args, context) =>
            node.warningId === null ? null : ((await context.loaders.warning.load(node.warningId)) ?? null),
        }),
      }),
    }),
  };
}
