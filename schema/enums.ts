import type { ROLES, SCOPES } from '../model/access.js';
import { DEPARTMENT_CODES, DEPARTMENTS } from '../model/department.js';
import { REGISTERS } from '../model/registers.js';
import type { Builder } from './builder.js';

/** Enum values with their bilingual descriptions, in the order given. */
function values<const K extends string>(described: Readonly<Record<K, string>>): Record<K, { description: string }> {
  return Object.fromEntries(Object.entries(described).map(([name, description]) => [name, { description }])) as Record<
    K,
    { description: string }
  >;
}

export function createEnums(builder: Builder) {
  const departments = Object.fromEntries(
    DEPARTMENT_CODES.map((code) => [code, `${DEPARTMENTS[code].en}. ${DEPARTMENTS[code].zh}。`]),
  ) as Record<(typeof DEPARTMENT_CODES)[number], string>;
  return {
    DepartmentCode: builder.enumType('DepartmentCode', {
      description: 'The twelve departments. 十二个部门。',
      values: values(departments),
    }),
    FeedState: builder.enumType('FeedState', {
      description: 'How a feed fares. 数据源状态。',
      values: values({
        LIVE: 'It brings what is expected. 正常。',
        LATE: 'Nothing newer than expected has come. 未按时更新。',
        DOWN: 'The link itself fails. 链路中断。',
        DISABLED: 'Switched off, or not in the settings. 已停用。',
      }),
    }),
    FeedMode: builder.enumType('FeedMode', {
      description: 'Whether what a feed brings is stored in the hub. 数据是否存入本平台。',
      values: values({
        COPY: 'Stored in the hub. 存入本平台。',
        LIVE: "The department's own service is asked at query time, and nothing is stored. 查询时直连部门服务，不存储。",
      }),
    }),
    Quality: builder.enumType('Quality', {
      description: 'What the source says of a value. 来源给出的质量标识。',
      values: values({
        GOOD: 'Checked and right. 正确。',
        UNCHECKED: 'As delivered. 未检验。',
        ESTIMATED: 'Corrected by the source. 订正值。',
        SUSPECT: 'Doubtful. 可疑。',
        ERRONEOUS: 'Wrong. 错误。',
        MISSING: 'Said to be absent; the value is null. 缺测，值为空。',
      }),
    }),
    WarningLevel: builder.enumType('WarningLevel', {
      description: 'By the colour, rising. 按颜色由低到高。',
      values: values({ BLUE: 'Blue. 蓝色。', YELLOW: 'Yellow. 黄色。', ORANGE: 'Orange. 橙色。', RED: 'Red. 红色。' }),
    }),
    WarningState: builder.enumType('WarningState', {
      description: 'Where a warning is in its life. 预警生命周期状态。',
      values: values({
        DRAFT: 'Being written. 草稿。',
        PENDING: 'Waiting for release. 待发布。',
        ACTIVE: 'In force. 生效中。',
        SUPERSEDED: 'Replaced by another. 已被更新。',
        CANCELLED: 'Ended by its sender. 已解除。',
        EXPIRED: 'Its time has run out. 已过期。',
        REJECTED: 'Refused at release. 已驳回。',
      }),
    }),
    DeliveryState: builder.enumType('DeliveryState', {
      description: 'How far one delivery of a warning has come. 预警投递状态。',
      values: values({
        QUEUED: 'To be sent. 待发送。',
        SENT: 'Handed over; not yet known to have arrived. 已发出，待回执。',
        DELIVERED: 'Has arrived. 已送达。',
        FAILED: 'Refused, and set aside. 失败，已搁置。',
        EXPIRED: 'Over, or replaced, before it went out. 发出前已失效。',
      }),
    }),
    WarningStatus: builder.enumType('WarningStatus', {
      description: 'Whether it is meant in earnest. 是否真实。',
      values: values({
        ACTUAL: 'In earnest. 实际。',
        EXERCISE: 'An exercise or generated data. 演练或生成数据。',
        TEST: 'A technical test. 测试。',
      }),
    }),
    WarningChangeKind: builder.enumType('WarningChangeKind', {
      description: 'What happened to a warning. 预警发生的变化。',
      values: values({
        ISSUED: 'It came into force. 发布。',
        UPDATED: 'It replaces another, or was corrected. 更新或更正。',
        CANCELLED: 'Its sender ended it. 解除。',
        EXPIRED: 'Its time ran out. 过期。',
      }),
    }),
    JurisdictionKind: builder.enumType('JurisdictionKind', {
      description: 'What kind of body answers for a place. 责任主体类别。',
      values: values({
        CITY: "A city's government. 市政府。",
        XPCC: 'The Xinjiang Production and Construction Corps. 新疆生产建设兵团。',
        ARMY: 'The army. 部队。',
        OTHER: 'Someone else. 其他。',
      }),
    }),
    HotspotConfidence: builder.enumType('HotspotConfidence', {
      description: 'How sure the satellite product is. 火点置信度。',
      values: values({ LOW: 'Low. 低。', NOMINAL: 'Nominal. 中。', HIGH: 'High. 高。' }),
    }),
    IncidentLevel: builder.enumType('IncidentLevel', {
      description: 'How grave an incident is. 突发事件分级。',
      values: values({
        I: 'Extraordinarily serious. 特别重大。',
        II: 'Serious. 重大。',
        III: 'Rather serious. 较大。',
        IV: 'Ordinary. 一般。',
        UNKNOWN: 'Nobody has said. 未定级。',
      }),
    }),
    IncidentState: builder.enumType('IncidentState', {
      description: 'Where an incident is in its life. 突发事件处置状态。',
      values: values({
        REPORTED: 'Known, nobody sent yet. 已接报。',
        RESPONDING: 'Being dealt with. 处置中。',
        CONTROLLED: 'The response has ended. 处置结束。',
        CLOSED: 'Over, the last report filed. 已办结。',
        CANCELLED: 'A false or repeated call. 误报或重复报警。',
        UNKNOWN: 'The source uses a word that the settings do not map; sourceState has it. 状态未识别。',
      }),
    }),
    Register: builder.enumType('Register', {
      description: 'The lists that departments keep. 部门台账。',
      values: Object.fromEntries(
        REGISTERS.map(({ noun, en, zh }) => [constantCase(noun), { value: noun, description: `${en}. ${zh}。` }]),
      ),
    }),
    Role: builder.enumType('Role', { description: 'What a principal may do. 角色。', values: values(ROLE_TEXT) }),
    Scope: builder.enumType('Scope', {
      description: 'Permissions that no role brings by itself. 单独授予的权限。',
      values: values(SCOPE_TEXT),
    }),
    FireAlarmType: builder.enumType('FireAlarmType', {
      description: 'What the camera saw. 告警类型。',
      values: values({ SMOKE: 'Smoke. 烟。', FIRE: 'Fire. 火。', OTHER: 'Something else. 其他。' }),
    }),
  };
}

const constantCase = (noun: string): string => noun.replaceAll('-', '_').toUpperCase();

const ROLE_TEXT: Readonly<Record<(typeof ROLES)[number], string>> = {
  READER: "Sees its department's data and what was granted. 查询本部门及授权数据。",
  FEEDER: "Pushes its department's feeds and keeps its registers. 推送本部门数据、维护台账。",
  FORECASTER: 'Drafts warnings. 起草预警。',
  RELEASER: 'Releases warnings. 发布预警。',
  DUTY_OFFICER: "The emergency department's officer on duty. 应急值班员。",
  AUDITOR: 'Reads the audit, and changes nothing. 审计员。',
  ADMINISTRATOR: "Manages its department's keys and grants; of the hub's staff, all of the hub. 管理员。",
  PEER: 'The platform of another tier: sees what was granted to it. 其他层级平台，仅可见获授权的数据。',
};
const SCOPE_TEXT: Readonly<Record<(typeof SCOPES)[number], string>> = {
  PERSONAL: 'Data that lead to a person: names, telephone numbers. 个人信息。',
  INTROSPECT: 'To ask GraphQL for the schema. 查询接口结构。',
  GATEWAY: 'To ask as a gateway of the federated graph, for its callers. 作为联邦网关代调用方查询。',
};

export type Enums = ReturnType<typeof createEnums>;
