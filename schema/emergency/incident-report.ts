import { CASUALTY_FIELDS, type Casualties } from '../../model/incident-report.js';
import type { IncidentReportRow } from '../../model/incident-rows.js';
import * as report from '../../resolvers/emergency/incident-report.js';
import { feedOf } from '../../resolvers/shared/feed.js';
import type { Builder } from '../builder.js';
import type { Refs } from '../refs.js';
import { addFiling } from './file-report.js';
import { CASUALTY_TEXT, createReportEnums, type ReportEnums, type ReportRef } from './report-enums.js';

/** 首报, 续报 and 终报 of incidents: what was filed, what is due, filing it, and following it live. */
export function addIncidentReports(builder: Builder, refs: Refs): void {
  const enums = createReportEnums(builder);
  const ref = builder.objectRef<IncidentReportRow>('IncidentReport');
  builder.asEntity(ref, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }, context) => report.incidentReport(id, context),
  });
  addReport(builder, refs, enums, ref);
  addDue(builder, refs, enums, ref);
  addFiling(builder, refs, enums, ref);
  addLive(builder, ref);
}

function addCasualties(builder: Builder) {
  return builder.objectRef<Casualties>('Casualties').implement({
    description: 'People, as one report counts them; null where it does not say. 人员情况，未报为空。',
    fields: (t) =>
      Object.fromEntries(
        CASUALTY_FIELDS.map((name) => [name, t.exposeInt(name, { nullable: true, description: CASUALTY_TEXT[name] })]),
      ),
  });
}

function addReport(builder: Builder, refs: Refs, enums: ReportEnums, ref: ReportRef): void {
  const casualties = addCasualties(builder);
  builder.objectType(ref, {
    description: 'One report of an incident, as it was filed. 突发事件的一份信息报告（首报、续报、终报）。',
    authScopes: (node, { viewer }) => viewer.sight.ofFeed(node.feedId) !== undefined,
    fields: (t) => ({
      id: t.exposeID('id', { description: '"<incident>#<serial>". 标识。' }),
      incident: t.field({
        type: refs.Incident,
        nullable: true,
        description: 'What it reports; null where its own department has not granted it. 所报事件；无权查看时为空。',
        resolve: (node, _args, context) => report.incidentOf(node, context),
      }),
      feed: t.field({
        type: refs.Feed,
        description: 'The feed it belongs to. 数据源。',
        resolve: (node, _args, context) => feedOf(node.feedId, context),
      }),
      serial: t.exposeInt('serial', { description: 'From 1, in the order of filing. 序号。' }),
      kind: t.field({ type: enums.Kind, description: 'Which. 报告类别。', resolve: (node) => node.kind }),
      medium: t.field({ type: enums.Medium, description: 'How it came. 报告方式。', resolve: (node) => node.medium }),
      text: t.exposeString('text', { description: 'The report. 报告正文。' }),
      casualties: t.field({
        type: casualties,
        description: 'What has become of people. 人员情况。',
        resolve: (node) => node.casualties,
      }),
      lossYuan: t.exposeFloat('lossYuan', { nullable: true, description: 'Direct loss in yuan. 直接经济损失（元）。' }),
      measures: t.exposeString('measures', { nullable: true, description: 'What was done. 已采取措施。' }),
      unit: t.exposeString('unit', { description: 'Who reports. 报告单位。' }),
      contactName: t.string({
        nullable: true,
        description: 'Whom to ask; null without the right to see persons. 联系人，无权限为空。',
        resolve: (node, _args, context) => report.contact(node, 'contactName', context),
      }),
      contactPhone: t.string({
        nullable: true,
        description: 'Their number; null without the right to see persons. 联系电话，无权限为空。',
        resolve: (node, _args, context) => report.contact(node, 'contactPhone', context),
      }),
      level: t.field({
        type: refs.IncidentLevel,
        description: 'How grave, by then. 当时分级。',
        resolve: (node) => node.level,
      }),
      state: t.field({
        type: refs.IncidentState,
        description: 'Where the incident stood after it. 报后状态。',
        resolve: (node) => node.state,
      }),
      reopenReason: t.exposeString('reopenReason', {
        nullable: true,
        description: 'Why it opened the incident again. 重启原因。',
      }),
      filedAt: t.field({
        type: 'DateTime',
        description: 'When the hub received it. 收到时间。',
        resolve: (node) => node.filedAt,
      }),
      dueAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'By when it should have come. 应报时限。',
        resolve: (node) => node.dueAt,
      }),
      late: t.boolean({ description: 'Whether it came later. 是否迟报。', resolve: (node) => report.isLate(node) }),
      status: t.field({
        type: refs.WarningStatus,
        description: 'EXERCISE where generated. 生成数据为演练。',
        resolve: (node) => node.status as never,
      }),
    }),
  });
}

function addDue(builder: Builder, refs: Refs, enums: ReportEnums, ref: ReportRef): void {
  const Due = builder.objectRef<NonNullable<ReturnType<typeof report.reportDue>>>('IncidentReportDue').implement({
    description: 'The report that is due next. 下一份应报报告。',
    fields: (t) => ({
      kind: t.field({ type: enums.Kind, description: 'Which. 报告类别。', resolve: (node) => node.kind }),
      medium: t.field({ type: enums.Medium, description: 'How. 报告方式。', resolve: (node) => node.medium }),
      dueAt: t.field({ type: 'DateTime', description: 'By when. 时限。', resolve: (node) => node.dueAt }),
      overdue: t.exposeBoolean('overdue', { description: 'Whether that has passed. 是否已超时。' }),
    }),
  });
  builder.objectFields(refs.Incident, (t) => ({
    reports: t.field({
      type: [ref],
      description: 'What was filed of it, newest first; at most 100. 信息报告，新的在前，最多 100。',
      resolve: async (node, _args, context) => [...(await report.reports(node, context))],
    }),
    reportDue: t.field({
      type: Due,
      nullable: true,
      description: 'What is due next; null where none is. 下一份应报报告，无则为空。',
      resolve: (node, _args, context) => report.reportDue(node, context),
    }),
  }));
}

function addLive(builder: Builder, ref: ReportRef): void {
  const Told = builder.objectRef<report.ReportTold>('IncidentReported').implement({
    description: 'A report that was filed. 新报告。',
    fields: (t) => ({
      cursor: t.field({
        type: 'Cursor',
        description: 'Pass it as `after` to continue right behind this. 断点，作为 after 续订。',
        resolve: (node) => node.cursor,
      }),
      at: t.field({ type: 'DateTime', description: 'When. 时间。', resolve: (node) => node.at }),
      report: t.field({ type: ref, description: 'The report. 报告。', resolve: (node) => node.report }),
    }),
  });
  builder.subscriptionField('incidentReported', (t) =>
    t.field({
      type: Told,
      description:
        'Reports of incidents as they are filed. With a cursor first all that were missed, in order, then live. 突发事件信息报告；带断点时先补发再实时。',
      args: { after: t.arg({ type: 'Cursor', required: false, description: 'Continue right behind this. 断点。' }) },
      subscribe: (_root, args, context) => report.incidentReported(args, context),
      resolve: (node) => node,
    }),
  );
}
