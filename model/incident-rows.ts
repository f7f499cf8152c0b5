import type { IncidentLevel, IncidentState } from './incident.js';
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
