import type { IncidentRecord } from '../../model/record.js';

/** A call to the police, just come in, in the middle of Wusu. */
export const incidentRecord = (
  number: string,
  observedAt: Date,
  change: Partial<IncidentRecord> = {},
): IncidentRecord => ({
  kind: 'incident',
  sourceId: number,
  observedAt,
  originalTime: observedAt.toISOString(),
  zone: 'UTC',
  raw: JSON.stringify([number, observedAt, change]),
  number,
  title: '122交通警情',
  description: '两车追尾',
  address: '塔里木南路',
  classCode: '20800',
  level: 'UNKNOWN',
  state: 'REPORTED',
  sourceState: null,
  sourceType: '02',
  unitCode: '654202520000',
  dispatchNumber: null,
  feedbackNumber: null,
  changedAt: observedAt,
  position: { lon: 84.68, lat: 44.44, original: { lon: 84.68, lat: 44.44, crs: 'WGS84' } },
  status: 'EXERCISE',
  ...change,
});
