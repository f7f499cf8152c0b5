import { HAZARDS } from '../../model/hazard.js';
import { type InstructionRow, isOverdue } from '../../model/instruction.js';
import * as instruction from '../../resolvers/emergency/instruction.js';
import type {
  InstructionRefused,
  InstructionResult,
  InstructionSaved,
} from '../../resolvers/emergency/instruction-call.js';
import type { Builder } from '../builder.js';
import { connectionOf, toConnection } from '../paging.js';
import type { Refs } from '../refs.js';
import { createInstructionEnums, type InstructionEnums } from './instruction-enums.js';

type Ref = ReturnType<typeof addInstruction>;

/** What platforms of a higher tier ask of those beneath, and what comes of it. */
export function addInstructions(builder: Builder, refs: Refs): void {
  const enums = createInstructionEnums(builder);
  const ref = addInstruction(builder, refs, enums);
  addQueries(builder, enums, ref);
  addMutations(builder, enums, ref);
  addLive(builder, enums, ref);
}

function addInstruction(builder: Builder, refs: Refs, enums: InstructionEnums) {
  return builder.objectRef<InstructionRow>('Instruction').implement({
    description:
      'What a platform of a higher tier asks of one beneath, as either side keeps it. 上级平台向下级平台下达的指令，双方各自留存。',
    authScopes: { known: true },
    fields: (t) => {
      const time = (name: 'issuedAt' | 'dueAt', description: string) =>
        t.field({ type: 'DateTime', description, resolve: (node) => node[name] });
      const maybe = (name: 'acknowledgedAt' | 'outcomeAt' | 'cancelledAt', description: string) =>
        t.field({ type: 'DateTime', nullable: true, description, resolve: (node) => node[name] });
      const by = (name: 'issuedBy' | 'acknowledgedBy' | 'outcomeBy', description: string) =>
        t.id({ nullable: true, description, resolve: (node) => node[name] });
      return {
        id: t.exposeID('id', { description: 'Its id here. 标识。' }),
        direction: t.field({
          type: enums.Direction,
          description: 'Which way it went. 方向。',
          resolve: (n) => n.direction,
        }),
        peer: t.exposeString('peer', { description: 'The other side, by its name in the settings. 对方平台。' }),
        title: t.exposeString('title', { description: 'What it is about. 标题。' }),
        text: t.exposeString('text', { description: 'What is to be done. 内容。' }),
        hazardCode: t.exposeString('hazardCode', { nullable: true, description: 'Against which hazard. 灾种代码。' }),
        hazard: t.string({
          nullable: true,
          description: 'Its name, where it is known here. 灾种名称。',
          args: { language: t.arg.string({ defaultValue: 'en', description: '"en" or "zh". 语言。' }) },
          resolve: ({ hazardCode }, { language }) => {
            const hazard = hazardCode === null ? undefined : HAZARDS[hazardCode];
            return hazard?.[language?.startsWith('zh') ? 'zh' : 'en'];
          },
        }),
        divisionCodes: t.stringList({ description: 'Where. 区划代码。', resolve: (node) => [...node.divisionCodes] }),
        status: t.field({
          type: refs.WarningStatus,
          description: 'In earnest or an exercise. 真实或演练。',
          resolve: (node) => node.status,
        }),
        state: t.field({ type: enums.State, description: 'Where it is in its life. 状态。', resolve: (n) => n.state }),
        issuedAt: time('issuedAt', 'When it was issued. 下达时间。'),
        issuedBy: by('issuedBy', 'By whom, where that was here. 下达人（本级）。'),
        dueAt: time('dueAt', 'By when it is to be done. 完成时限。'),
        overdue: t.boolean({
          description: 'That has passed, and it is not finished. 是否逾期。',
          resolve: (node, _args, context) => isOverdue(node, context.now()),
        }),
        acknowledgedAt: maybe('acknowledgedAt', 'When it was acknowledged. 签收时间。'),
        acknowledgedBy: by('acknowledgedBy', 'By whom, where that was here. 签收人（本级）。'),
        acknowledgeNote: t.exposeString('acknowledgeNote', {
          nullable: true,
          description: 'With which note. 签收说明。',
        }),
        outcome: t.field({
          type: enums.Outcome,
          nullable: true,
          description: 'What came of it, by the last report; it stays where it was cancelled. 执行结果。',
          resolve: (node) => node.outcome,
        }),
        outcomeAt: maybe('outcomeAt', 'When that was reported. 反馈时间。'),
        outcomeBy: by('outcomeBy', 'By whom, where that was here. 反馈人（本级）。'),
        outcomeText: t.exposeString('outcomeText', { nullable: true, description: 'In words. 反馈内容。' }),
        cancelledAt: maybe('cancelledAt', 'When its issuer took it back. 撤销时间。'),
        cancelReason: t.exposeString('cancelReason', { nullable: true, description: 'Why. 撤销理由。' }),
      };
    },
  });
}

function addQueries(builder: Builder, enums: InstructionEnums, ref: Ref): void {
  const Instructions = connectionOf(builder, 'QueryInstructions', ref);
  const filter = builder.inputType('InstructionFilter', {
    description: 'All conditions must hold. 各条件同时满足。',
    fields: (t) => ({
      directions: t.field({ type: [enums.Direction], description: 'Issued or received. 方向。' }),
      states: t.field({ type: [enums.State], description: 'In these states. 状态。' }),
      peers: t.stringList({ description: 'With these platforms. 对方平台。' }),
      overdue: t.boolean({ description: 'Whether overdue. 是否逾期。' }),
    }),
  });
  builder.queryFields((t) => ({
    instructions: t.field({
      type: Instructions,
      description:
        "Instructions received from above and issued to platforms beneath, the last first. For the duty officer and the hub's own readers. 收到和下达的指令，新的在前；供应急值班员和平台值守查看。",
      args: {
        first: t.arg.int({ description: 'How many, 1 to 200; 50 if not given. 条数。' }),
        after: t.arg.string({ description: 'After this place. 起始位置。' }),
        filter: t.arg({ type: filter, required: false, description: 'Which. 条件。' }),
      },
      resolve: async (_root, args, context) => toConnection(await instruction.instructions(args, context)),
    }),
    instruction: t.field({
      type: ref,
      nullable: true,
      description: 'One instruction; null for an unknown id. 单条指令。',
      args: { id: t.arg.id({ required: true, description: 'Its id. 标识。' }) },
      resolve: (_root, args, context) => instruction.instruction({ id: args.id }, context),
    }),
  }));
}

function resultType(builder: Builder, enums: InstructionEnums, ref: Ref) {
  const Saved = builder.objectRef<InstructionSaved>('InstructionSaved').implement({
    description: 'It is done, and the other side will be told. 已受理，将告知对方。',
    authScopes: { known: true },
    fields: (t) => ({
      instruction: t.field({ type: ref, description: 'As it stands now. 指令现状。', resolve: (n) => n.instruction }),
      repeated: t.exposeBoolean('repeated', {
        description: 'The same call had come before, and nothing was changed. 重复提交，未作变更。',
      }),
    }),
  });
  const Refused = builder.objectRef<InstructionRefused>('InstructionRefused').implement({
    description: 'Nothing was done, and why. 未受理及原因。',
    authScopes: { known: true },
    fields: (t) => ({
      reason: t.field({ type: enums.Fault, description: 'Why. 原因。', resolve: (node) => node.fault }),
      message: t.exposeString('message', { description: 'The same in a sentence. 说明。' }),
      instruction: t.field({
        type: ref,
        nullable: true,
        description: 'Which it was about, as it stands. 相关指令。',
        resolve: (node) => node.instruction,
      }),
    }),
  });
  return builder.unionType('InstructionResult', {
    description: 'What came of a call about an instruction. 指令操作结果。',
    types: [Saved, Refused],
    resolveType: ({ outcome }: InstructionResult) => (outcome === 'saved' ? 'InstructionSaved' : 'InstructionRefused'),
  });
}

function addMutations(builder: Builder, enums: InstructionEnums, ref: Ref): void {
  const Result = resultType(builder, enums, ref);
  const Issue = builder.inputType('IssueInstructionInput', {
    description: 'An instruction to a platform beneath. 向下级平台下达的指令。',
    fields: (t) => ({
      idempotencyKey: t.string({ required: true, description: 'The same again changes nothing. 幂等键。' }),
      peer: t.string({ required: true, description: 'To which platform, by its name in the settings. 下级平台名称。' }),
      title: t.string({ required: true, description: 'At most 200 characters. 标题。' }),
      text: t.string({ required: true, description: 'What is to be done, at most 4000 characters. 内容。' }),
      hazardCode: t.string({ description: 'Against which hazard, such as 11B03. 灾种代码。' }),
      divisions: t.stringList({ description: "Where; all of the platform's division if not given. 区划。" }),
      dueAt: t.field({ type: 'DateTime', required: true, description: 'By when it is to be done. 完成时限。' }),
      status: t.field({ type: enums.IssueStatus, description: 'ACTUAL if not given. 性质，默认真实。' }),
    }),
  });
  const id = { required: true, description: 'Which. 指令标识。' } as const;
  builder.mutationFields((t) => ({
    issueInstruction: t.field({
      type: Result,
      description: 'Instructs a platform beneath. DUTY_OFFICER. 向下级平台下达指令，需应急值班员。',
      args: { input: t.arg({ type: Issue, required: true, description: 'The instruction. 指令。' }) },
      resolve: (_root, args, context) => instruction.issueInstruction(args.input, context),
    }),
    acknowledgeInstruction: t.field({
      type: Result,
      description: 'Takes note of an instruction from above. DUTY_OFFICER. 签收上级指令，需应急值班员。',
      args: { id: t.arg.id(id), note: t.arg.string({ description: 'At most 500 characters. 签收说明。' }) },
      resolve: (_root, args, context) => instruction.acknowledgeInstruction(args, context),
    }),
    reportInstructionOutcome: t.field({
      type: Result,
      description:
        'Says what came of an instruction from above; after PARTLY more may be reported. DUTY_OFFICER. 反馈上级指令执行结果，需应急值班员。',
      args: {
        id: t.arg.id(id),
        outcome: t.arg({ type: enums.Outcome, required: true, description: 'What came of it. 结果。' }),
        text: t.arg.string({ required: true, description: 'In words, at most 4000 characters. 说明。' }),
      },
      resolve: (_root, args, context) => instruction.reportInstructionOutcome(args, context),
    }),
    cancelInstruction: t.field({
      type: Result,
      description: 'Takes an instruction back that was issued here. DUTY_OFFICER. 撤销本级下达的指令，需应急值班员。',
      args: { id: t.arg.id(id), reason: t.arg.string({ required: true, description: 'Why. 理由。' }) },
      resolve: (_root, args, context) => instruction.cancelInstruction(args, context),
    }),
  }));
}

function addLive(builder: Builder, enums: InstructionEnums, ref: Ref): void {
  const Told = builder.objectRef<instruction.InstructionTold>('InstructionChange').implement({
    description: 'Something that happened to an instruction. 指令变化。',
    authScopes: { known: true },
    fields: (t) => ({
      cursor: t.field({
        type: 'Cursor',
        description: 'Pass it as `after` to continue right behind this. 断点，作为 after 续订。',
        resolve: (node) => node.cursor,
      }),
      at: t.field({ type: 'DateTime', description: 'When. 时间。', resolve: (node) => node.at }),
      change: t.field({ type: enums.Change, description: 'What. 变化类型。', resolve: (node) => node.change }),
      instruction: t.field({ type: ref, description: 'As it is now. 指令现状。', resolve: (node) => node.instruction }),
    }),
  });
  builder.subscriptionField('instructionChanged', (t) =>
    t.field({
      type: Told,
      description:
        "Instructions as they are issued, received, acknowledged, reported on and cancelled. With a cursor first all that was missed, in order, then live. For the duty officer and the hub's own readers. 指令的下达、接收、签收、反馈和撤销；带断点时先补发再实时。",
      args: { after: t.arg({ type: 'Cursor', required: false, description: 'Continue right behind this. 断点。' }) },
      subscribe: (_root, args, context) => instruction.instructionChanged(args, context),
      resolve: (node) => node,
    }),
  );
}
