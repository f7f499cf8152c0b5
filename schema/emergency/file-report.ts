import { CASUALTY_FIELDS, type CasualtyField } from '../../model/incident-report.js';
import { fileIncidentReport, type ReportFiled, type ReportOutOfOrder } from '../../resolvers/emergency/file-report.js';
import type { Builder } from '../builder.js';
import type { Refs } from '../refs.js';
import { CASUALTY_TEXT, type ReportEnums, type ReportRef } from './report-enums.js';

/** The mutation that files a report, and what comes of it. */
export function addFiling(builder: Builder, refs: Refs, enums: ReportEnums, report: ReportRef): void {
  const Filed = builder.objectRef<ReportFiled>('IncidentReportFiled').implement({
    description: 'It is filed. 已受理。',
    fields: (t) => ({
      report: t.field({ type: report, description: 'The report. 报告。', resolve: (node) => node.report }),
      incident: t.field({
        type: refs.Incident,
        description: 'The incident, as it is now. 事件现状。',
        resolve: (node) => node.incident,
      }),
      repeated: t.exposeBoolean('repeated', {
        description: 'The same call had come before, and nothing was changed. 重复提交，未作变更。',
      }),
    }),
  });
  const OutOfOrder = builder.objectRef<ReportOutOfOrder>('IncidentReportOutOfOrder').implement({
    description: 'It does not fit the order, and nothing was changed. 不符合报送顺序，未作变更。',
    fields: (t) => ({
      reason: t.field({ type: enums.Fault, description: 'Why. 原因。', resolve: (node) => node.fault }),
      incident: t.field({
        type: refs.Incident,
        description: 'The incident, as it is. 事件现状。',
        resolve: (node) => node.incident,
      }),
    }),
  });
  const Result = builder.unionType('FileIncidentReportResult', {
    description: 'What came of filing a report. 报送结果。',
    types: [Filed, OutOfOrder],
    resolveType: (value) => (value.outcome === 'filed' ? 'IncidentReportFiled' : 'IncidentReportOutOfOrder'),
  });
  const input = addInput(builder, refs, enums);
  builder.mutationField('fileIncidentReport', (t) =>
    t.field({
      type: Result,
      description:
        'Files a report of an incident: 首报 begins it, unless it names one that is known, 终报 closes it. Needs the role FEEDER or DUTY_OFFICER of the emergency department. The same key and content again gives the same report; other content under the key is CONFLICT. 报送突发事件信息：首报建立事件（或关联已有事件），终报办结；需应急部门填报或值班权限，同一幂等键重复提交结果相同。',
      args: { input: t.arg({ type: input, required: true, description: 'The report. 报告。' }) },
      resolve: (_root, args, context) => fileIncidentReport(args.input, context),
    }),
  );
}

function addInput(builder: Builder, refs: Refs, enums: ReportEnums) {
  const casualties = builder.inputType('CasualtiesInput', {
    description: 'People, by what has become of them. 人员情况。',
    fields: (t) =>
      Object.fromEntries(CASUALTY_FIELDS.map((name) => [name, t.int({ description: CASUALTY_TEXT[name] })])) as Record<
        CasualtyField,
        ReturnType<typeof t.int>
      >,
  });
  return builder.inputType('FileIncidentReportInput', {
    description: 'A report to be filed. 待报送的信息报告。',
    fields: (t) => ({
      idempotencyKey: t.string({
        required: true,
        description: "The caller's own key of this report, at most 100 characters. 幂等键，由提交方生成。",
      }),
      kind: t.field({ type: enums.Kind, required: true, description: 'Which. 报告类别。' }),
      medium: t.field({
        type: enums.Medium,
        description: 'WRITTEN if not given; PHONE for a first one only. 报告方式。',
      }),
      incident: t.id({ description: 'Of which incident; a first report without one begins a new one. 事件标识。' }),
      title: t.string({ description: 'What happened, in a few words; a new incident needs it. 事件标题。' }),
      class: t.string({ description: 'Of GB/T 35561, e.g. 20800. 分类代码。' }),
      level: t.field({ type: refs.IncidentLevel, description: 'How grave. 分级。' }),
      position: t.field({ type: 'GeoJSON', description: 'A point in WGS84. 位置。' }),
      division: t.string({ description: 'Where, by its code. 区划代码。' }),
      address: t.string({ description: 'Where, in words. 地址。' }),
      occurredAt: t.field({ type: 'DateTime', description: 'When; a new incident needs it. 发生时间。' }),
      knownAt: t.field({
        type: 'DateTime',
        description: 'When the unit knew: deadlines count from it; occurredAt if not given. 获知时间，时限起点。',
      }),
      responseEndedAt: t.field({
        type: 'DateTime',
        description: 'When the response ended: from then on the final report is due. 处置结束时间。',
      }),
      text: t.string({ required: true, description: 'The report, at most 5000 characters. 报告正文。' }),
      casualties: t.field({ type: casualties, description: 'What has become of people. 人员情况。' }),
      lossYuan: t.float({ description: 'Direct loss in yuan. 直接经济损失（元）。' }),
      measures: t.string({ description: 'What was done. 已采取措施。' }),
      unit: t.string({ required: true, description: 'Who reports. 报告单位。' }),
      contactName: t.string({ description: 'Whom to ask. 联系人。' }),
      contactPhone: t.string({ description: 'Their number. 联系电话。' }),
      reopenReason: t.string({ description: 'With a follow-up after the final report: why. 重启原因。' }),
    }),
  });
}
