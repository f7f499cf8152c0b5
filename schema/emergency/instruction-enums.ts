import type {
  InstructionChange,
  InstructionDirection,
  InstructionFault,
  InstructionOutcome,
  InstructionState,
} from '../../model/instruction.js';
import type { Builder } from '../builder.js';

const values = <K extends string>(described: Readonly<Record<K, string>>): Record<K, { description: string }> =>
  Object.fromEntries(Object.entries(described).map(([name, description]) => [name, { description }])) as Record<
    K,
    { description: string }
  >;

const OUTCOMES: Readonly<Record<InstructionOutcome, string>> = {
  DONE: 'All of it is done. 已完成。',
  PARTLY: 'A part is done, more will be reported. 部分完成，后续再报。',
  NOT_DONE: 'It was not done. 未完成。',
  CANNOT: 'It cannot be done here. 无法执行。',
};

/** The enums of instructions between the tiers. */
export function createInstructionEnums(builder: Builder) {
  return {
    Outcome: builder.enumType('InstructionOutcome', {
      description: 'How an instruction has come out. 指令执行结果。',
      values: values<InstructionOutcome>(OUTCOMES),
    }),
    State: builder.enumType('InstructionState', {
      description: 'Where an instruction is in its life. 指令状态。',
      values: values<InstructionState>({
        OPEN: 'Nobody has acknowledged it. 待签收。',
        ACKNOWLEDGED: 'Acknowledged; its outcome is open. 已签收，待反馈。',
        ...OUTCOMES,
        CANCELLED: 'Its issuer has taken it back. 已撤销。',
      }),
    }),
    Direction: builder.enumType('InstructionDirection', {
      description: 'Which way an instruction went. 指令方向。',
      values: values<InstructionDirection>({
        ISSUED: 'Issued here to a platform beneath. 下达。',
        RECEIVED: 'Received from a platform above. 接收。',
      }),
    }),
    Change: builder.enumType('InstructionChangeKind', {
      description: 'What happened to an instruction. 指令变化类型。',
      values: values<InstructionChange>({
        ISSUED: 'It was issued here. 已下达。',
        RECEIVED: 'It came from above. 已接收。',
        ACKNOWLEDGED: 'It was acknowledged. 已签收。',
        OUTCOME: 'Its outcome was reported. 已反馈结果。',
        CANCELLED: 'Its issuer took it back. 已撤销。',
      }),
    }),
    Fault: builder.enumType('InstructionFault', {
      description: 'Why nothing was done about an instruction. 未受理原因。',
      values: values<InstructionFault>({
        UNKNOWN_PEER: 'The settings name no such platform. 设置中无此平台。',
        NOT_SUBORDINATE: 'The platform is not beneath this one. 非下级平台。',
        DUE_IN_PAST: 'Its time is over already. 时限已过。',
        NOT_RECEIVED: 'It was issued here. 本级下达的指令，由对方签收反馈。',
        NOT_ISSUED: 'It was received. 接收的指令，由下达方撤销。',
        ALREADY_ACKNOWLEDGED: 'Somebody has acknowledged it. 已有人签收。',
        ALREADY_REPORTED: 'Its outcome is reported, and final. 结果已反馈。',
        ALREADY_FINISHED: 'There is nothing left to cancel. 已办结，无法撤销。',
        CANCELLED: 'It was cancelled. 已撤销。',
      }),
    }),
    IssueStatus: builder.enumType('InstructionStatus', {
      description: 'Whether an instruction is in earnest. 指令性质。',
      values: values<'ACTUAL' | 'EXERCISE'>({ ACTUAL: 'In earnest. 真实。', EXERCISE: 'An exercise. 演练。' }),
    }),
  };
}
export type InstructionEnums = ReturnType<typeof createInstructionEnums>;
