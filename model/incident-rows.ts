import type { IncidentLevel, IncidentState } from './incident.js';
import type { Casualties, ReportKind, ReportMedium } from './incident-report.js';
import type { ReportRow } from './rows.js';

/** An incident as it is now. */
export interface IncidentRow extends ReportRow {
  readonly number: string;
  readonly title: string;
  readonly description: string | null;
  readonly address: string | null;
  readonly classCode: string | null;
  readonly level: IncidentLevel;
  readonly state: IncidentState;
  readonly sourceState: string | null;
  readonly sourceType: string | null;
  readonly unitCode: string | null;
  readonly dispatchNumber: string | null;
  readonly feedbackNumber: string | null;
  readonly changedAt: Date;
  readonly originalLon: number | null;
  readonly originalLat: number | null;
  readonly originalCrs: string | null;
  /** Null where nobody has reported it by fileIncidentReport; so with all that follows. */
  readonly knownAt: Date | null;
  readonly controlledAt: Date | null;
  readonly reportCount: number;
  readonly lastReportKind: ReportKind | null;
  readonly lastReportAt: Date | null;
  readonly writtenReportAt: Date | null;
  readonly reportDueKind: ReportKind | null;
  readonly reportDueMedium: ReportMedium | null;
  readonly reportDueAt: Date | null;
}

/** A report of an incident, as it was filed. */
export interface IncidentReportRow {
  /** "<incident id>#<serial>" */
  readonly id: string;
  readonly incidentId: string;
  readonly feedId: string;
  readonly serial: number;
  readonly kind: ReportKind;
  readonly medium: ReportMedium;
  readonly text: string;
  readonly casualties: Casualties;
  readonly lossYuan: number | null;
  readonly measures: string | null;
  readonly unit: string;
  readonly contactName: string | null;
  readonly contactPhone: string | null;
  readonly level: IncidentLevel;
  readonly state: IncidentState;
  readonly reopenReason: string | null;
  readonly filedAt: Date;
  readonly dueAt: Date | null;
  readonly idempotencyKey: string;
  readonly inputHash: Buffer;
  readonly status: string;
}

/** An incident as one of its revisions was. */
export interface IncidentRevisionRow {
  readonly incidentId: string;
  readonly revision: number;
  readonly title: string;
  readonly description: string | null;
  readonly address: string | null;
  readonly classCode: string | null;
  readonly level: IncidentLevel;
  readonly state: IncidentState;
  readonly sourceState: string | null;
  readonly lon: number | null;
  readonly lat: number | null;
  readonly changedAt: Date;
  readonly receivedAt: Date;
}
