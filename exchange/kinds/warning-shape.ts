import { z } from 'zod';
import { flowSettings, hazardSetting } from './choosing.js';
import { area, department, division, divisionSetting, hazardCode, level, line, status, text, time } from './shapes.js';

const named = z.object({ identifier: line(200), sender: text(200), sentAt: time });

/** A warning as it passes between platforms: what its newest message says. */
export const warningPayload = z.object({
  identifier: line(200),
  /** The message that tells of it: an ALERT's or UPDATE's identifier is the warning's own. */
  message: named.extend({ type: z.enum(['ALERT', 'UPDATE', 'CANCEL']) }),
  /** What the message replaces, or ends. */
  references: z.array(named).max(100),
  department,
  hazardCode: hazardCode.or(z.literal('UNKNOWN')),
  level,
  status,
  state: z.enum(['ACTIVE', 'SUPERSEDED', 'CANCELLED', 'EXPIRED']),
  issuedAt: time,
  effectiveAt: time.nullable(),
  onsetAt: time.nullable(),
  expiresAt: time,
  cancelledAt: time.nullable(),
  divisions: z.array(division).max(500),
  area: area.nullable(),
  texts: z
    .array(
      z.object({
        language: line(35),
        hazard: text(200),
        senderName: text(200),
        headline: text(1000),
        description: text(20_000),
        instruction: text(20_000).nullable(),
      }),
    )
    .max(20),
});
export type WarningPayload = z.infer<typeof warningPayload>;

/** Which warnings a peer is told of, and which of its own are taken. */
export const warningSettings = flowSettings({
  /** False: only taken, never told. */
  send: z.boolean().default(true),
  minLevel: level.default('BLUE'),
  hazards: z.array(hazardSetting).min(1).optional(),
  /** These, what lies beneath them, and what holds them. */
  divisions: z.array(divisionSetting).min(1).optional(),
  statuses: z.array(status).min(1).default(['ACTUAL']),
  departments: z.array(department).min(1).optional(),
  accept: z
    .strictObject({
      /** PEER: within the peer's own division. PEER_OR_WIDER: of a peer above us also what holds our own. ANY: everywhere. */
      divisions: z.enum(['PEER', 'PEER_OR_WIDER', 'ANY']).default('PEER_OR_WIDER'),
      /** Provinces add codes of their own to the national list. */
      unknownHazards: z.boolean().default(true),
    })
    .prefault({}),
});
export type WarningSettings = z.infer<typeof warningSettings>;
