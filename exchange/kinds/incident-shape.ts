import { z } from 'zod';
import { INCIDENT_LEVELS, INCIDENT_STATES } from '../../model/incident.js';
import { CASUALTY_FIELDS, REPORT_KINDS, REPORT_MEDIA } from '../../model/incident-report.js';
import { BY_GRANT, flowSettings } from './choosing.js';
import { count, division, divisionSetting, line, status, text, time } from './shapes.js';

const casualties = z.object(
  Object.fromEntries(CASUALTY_FIELDS.map((field) => [field, count.nullable()])) as Record<
    (typeof CASUALTY_FIELDS)[number],
    z.ZodNullable<typeof count>
  >,
);
const level = z.enum(INCIDENT_LEVELS);
const state = z.enum(INCIDENT_STATES);

/** 首报, 续报 or 终报 with the incident as the report left it. What the receiver was not granted is null or "". */
export const incidentReportPayload = z.object({
  incident: z.object({
    id: line(200),
    number: line(200),
    title: text(500),
    classCode: z
      .string()
      .regex(/^[1-4]\d{4}$/)
      .nullable(),
    level,
    state,
    division: division.nullable(),
    address: text(500).nullable(),
    /** Longitude, latitude in WGS84. */
    position: z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]).nullable(),
    occurredAt: time,
    /** When the reporting unit knew of it. */
    knownAt: time,
    controlledAt: time.nullable(),
    /** What is due next, by the sender's rules; null once the final report is there. */
    due: z.object({ kind: z.enum(REPORT_KINDS), medium: z.enum(REPORT_MEDIA), at: time }).nullable(),
  }),
  report: z.object({
    /** Counts the incident's reports from 1. */
    serial: z.int().min(1).max(100_000),
    kind: z.enum(REPORT_KINDS),
    medium: z.enum(REPORT_MEDIA),
    text: text(20_000),
    casualties,
    lossYuan: z.number().min(0).nullable(),
    measures: text(20_000).nullable(),
    unit: line(200),
    contactName: text(100).nullable(),
    contactPhone: text(40).nullable(),
    reopenReason: text(2000).nullable(),
    level,
    state,
    filedAt: time,
    /** By when it should have come. */
    dueAt: time.nullable(),
    late: z.boolean(),
  }),
  status,
});
export type IncidentReportPayload = z.infer<typeof incidentReportPayload>;

/** Which reports of incidents a peer is told of. */
export const incidentReportSettings = flowSettings(
  {
    /** False: only taken, never told. */
    send: z.boolean().default(true),
    /**
     * own: what the emergency department files goes up by its duty, without a grant; what other departments say of the incident itself only as
     * they granted. granted: only what was granted.
     */
    reports: z.enum(['own', 'granted']).default('own'),
    /** Who may be asked back. A grant that hides names goes before it. */
    persons: z.boolean().default(false),
    /** From this level up; what nobody has judged yet always flows. */
    minLevel: z.enum(['I', 'II', 'III', 'IV']).default('IV'),
    /** Beginnings of classes of GB/T 35561. */
    classes: z
      .array(z.string().regex(/^[1-4]\d{0,4}$/))
      .min(1)
      .optional(),
    divisions: z.array(divisionSetting).min(1).optional(),
    statuses: z.array(status).min(1).default(['ACTUAL']),
  },
  {
    hazards: 'an incident has a class of GB/T 35561 and no hazard code; choose by classes',
    departments: BY_GRANT,
  },
);
export type IncidentReportSettings = z.infer<typeof incidentReportSettings>;
