import type { AudienceGroup } from '../../model/audience.js';
import type { Approval, ReleaseKind, ReleaseState, StepKind, Verdict } from '../../model/release.js';
import type { ReleaseFault } from '../../model/release-rules.js';
import type { Builder } from '../builder.js';

const values = <K extends string>(described: Readonly<Record<K, string>>): Record<K, { description: string }> =>
  Object.fromEntries(Object.entries(described).map(([name, description]) => [name, { description }])) as Record<
    K,
    { description: string }
  >;

const FAULTS: Readonly<Record<ReleaseFault, string>> = {
  HAZARD_NOT_OF_DEPARTMENT: 'The department does not warn of that hazard. 该部门无权发布此灾种。',
  DIVISION_OUTSIDE_AREA: "A division lies outside the hub's area. 区划超出本平台范围。",
  EXPIRES_TOO_LATE: 'It would hold longer than a warning of the hazard may. 有效期超过该灾种上限。',
  EXPIRED: 'Its time has run out. 已过失效时间。',
  STATUS_IS_FIXED: 'Actual, exercise or test is said once and never changed. 真实性一经确定不可更改。',
  NOT_A_DRAFT: 'It is no longer being written. 已不是草稿。',
  NOT_SUBMITTED: 'It was not submitted yet. 尚未提交。',
  NOT_PENDING: 'It does not wait for release. 不在待发布状态。',
  WAS_RETURNED: 'It was returned and not written anew. 已退回，尚未修改。',
  ALREADY_RELEASED: 'It is out already. 已发布。',
  NOT_IN_FORCE: 'What it would replace or end is not in force. 所更新或解除的预警不在生效中。',
  VERSION_CHANGED: 'It was written anew meanwhile. 内容已被修改。',
  SAME_PERSON: 'Whoever wrote it cannot also be the second pair of eyes. 拟稿人不得自行签发（双人复核）。',
  ALREADY_APPROVED: 'The caller has consented already. 已签署过。',
  APPROVAL_NOT_NEEDED: "The caller's consent is not among those it needs. 无需该角色签署。",
  NOT_BYPASSED: 'It was released in the ordinary way. 非应急直发，无需复核。',
  ALREADY_REVIEWED: 'It was reviewed already. 已复核。',
};

/** The enums of releasing. */
export function createReleaseEnums(builder: Builder) {
  return {
    Kind: builder.enumType('WarningReleaseKind', {
      description: 'What a release does. 发布类型。',
      values: values<ReleaseKind>({
        ALERT: 'Something new. 首次发布。',
        UPDATE: 'It replaces a warning in force. 更新。',
        CANCEL: 'It ends a warning in force. 解除。',
      }),
    }),
    State: builder.enumType('WarningReleaseState', {
      description: 'How far a release has come. 发布流程状态。',
      values: values<ReleaseState>({
        DRAFT: 'Being written. 拟稿。',
        PENDING: 'Waiting for consents. 待签发。',
        RETURNED: 'Sent back. 已退回。',
        RELEASED: 'Out. 已发布。',
      }),
    }),
    Approval: builder.enumType('WarningApproval', {
      description: 'Whose consent a release needs. 签发角色。',
      values: values<Approval>({
        RELEASER: 'A releaser of the department that warns. 发布部门签发人。',
        DUTY_OFFICER: "The emergency department's duty officer. 应急管理局值班员。",
      }),
    }),
    Step: builder.enumType('WarningReleaseStepKind', {
      description: 'What someone did on the way to the public. 流程动作。',
      values: values<StepKind>({
        DRAFTED: 'Wrote it, or wrote it anew. 拟稿或修改。',
        SUBMITTED: 'Handed it over for release. 提交。',
        APPROVED: 'Consented; more consents were needed. 同意，尚缺其他签署。',
        RETURNED: 'Sent it back. 退回。',
        RELEASED: 'Gave the last consent: it went out. 签发。',
        BYPASSED: 'Let it out without the consents that were missing. 应急直发。',
        REVIEWED: 'Looked at the bypass afterwards. 事后复核。',
      }),
    }),
    Verdict: builder.enumType('BypassVerdict', {
      description: 'What a review says of a bypass. 应急直发复核结论。',
      values: values<Verdict>({ JUSTIFIED: 'It was right. 合理。', NOT_JUSTIFIED: 'It was not. 不合理。' }),
    }),
    Fault: builder.enumType('WarningRefusal', {
      description: 'Why nothing was done. 未受理原因。',
      values: values(FAULTS),
    }),
    Group: builder.enumType('AudienceGroup', {
      description: 'Whom a warning is meant for, beside the public. 预警对象。',
      values: values<AudienceGroup>({
        INFORMATION_OFFICER: 'Disaster information officers. 灾害信息员。',
        SCHOOL: 'Schools. 学校。',
        RESERVOIR_WARDEN: "Reservoirs' wardens. 水库责任人。",
        SCENIC_AREA: 'Scenic areas. 景区。',
        HERDER: 'Herders. 牧民。',
        RESPONDER: 'Rescue teams and responders. 救援队伍。',
        PUBLIC: 'Everyone. 公众。',
      }),
    }),
  };
}

export type ReleaseEnums = ReturnType<typeof createReleaseEnums>;
