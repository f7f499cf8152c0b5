import type { ObjectRef } from '@pothos/core';
import type { CasualtyField } from '../../model/incident-report.js';
import type { IncidentReportRow } from '../../model/incident-rows.js';
import type { Builder } from '../builder.js';

/** The words of incidents' reports. */
export const createReportEnums = (builder: Builder) => ({
  Kind: builder.enumType('IncidentReportKind', {
    description: 'Which report of an incident. 信息报告类别。',
    values: {
      FIRST: { description: 'The first. 首报。' },
      FOLLOW_UP: { description: 'What has happened since. 续报。' },
      FINAL: { description: 'The last, after the response. 终报。' },
    } as const,
  }),
  Medium: builder.enumType('IncidentReportMedium', {
    description: 'How a report came. 报告方式。',
    values: {
      PHONE: { description: 'By telephone, taken down. 电话报告。' },
      WRITTEN: { description: 'In writing. 书面报告。' },
    } as const,
  }),
  Fault: builder.enumType('IncidentReportFault', {
    description: 'Why a report does not fit the order. 不符合报送顺序的原因。',
    values: {
      FIRST_ALREADY_FILED: { description: 'The first report is there: file a follow-up. 已有首报，请续报。' },
      NO_FIRST: { description: 'There is no first report yet. 尚无首报。' },
      ALREADY_CLOSED: {
        description:
          'The final report is there: a follow-up with reopenReason opens the incident again. 已终报，续报须说明重启原因。',
      },
    } as const,
  }),
});

export type ReportEnums = ReturnType<typeof createReportEnums>;

export type ReportRef = ObjectRef<Builder['$inferSchemaTypes'], IncidentReportRow, IncidentReportRow>;

/** What each number of people says. */
export const CASUALTY_TEXT: Readonly<Record<CasualtyField, string>> = {
  dead: 'Dead. 死亡人数。',
  missing: 'Missing. 失踪人数。',
  injured: 'Injured. 受伤人数。',
  trapped: 'Trapped. 被困人数。',
  evacuated: 'Moved to safety. 转移安置人数。',
  affected: 'Affected in all. 受灾人数。',
};
