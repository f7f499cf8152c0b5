import { z } from 'zod';
import type { BundleKind } from '../../model/exchange.js';
import { acknowledgementKind, acknowledgementPayload, acknowledgementSettings } from './acknowledgement.js';
import { flowSettings } from './choosing.js';
import { incidentReportKind } from './incident-report.js';
import { incidentReportPayload, incidentReportSettings } from './incident-shape.js';
import { instructionKind, instructionPayload, instructionSettings } from './instruction.js';
import type { ExchangeKind } from './kind.js';
import { observationDigestKind, observationDigestPayload, observationDigestSettings } from './observation-digest.js';
import { resourceDigestKind, resourceDigestPayload, resourceDigestSettings } from './resource-digest.js';
import { warningKind } from './warning.js';
import { warningReachKind, warningReachPayload, warningReachSettings } from './warning-reach.js';
import { warningPayload, warningSettings } from './warning-shape.js';

/** What flows between a peer and this hub: a kind that is not named is neither told nor taken. `{}` takes a kind with what is usual. */
export const kindsSettings = flowSettings(
  {
    warning: warningSettings.optional(),
    warningReach: warningReachSettings.optional(),
    incidentReport: incidentReportSettings.optional(),
    observationDigest: observationDigestSettings.optional(),
    resourceDigest: resourceDigestSettings.optional(),
    instruction: instructionSettings.optional(),
    acknowledgement: acknowledgementSettings.optional(),
  },
  { heartbeat: 'signs of life always flow; say how often by heartbeatSeconds' },
);
export type KindsSettings = z.infer<typeof kindsSettings>;

/** The kinds that one peer's settings name. Heartbeats are the peer's own. */
export function kindsOf(settings: KindsSettings): ExchangeKind[] {
  const { warning, warningReach, incidentReport, observationDigest, resourceDigest, instruction } = settings;
  return [
    warning && warningKind(warning),
    warningReach && warningReachKind(warningReach),
    incidentReport && incidentReportKind(incidentReport),
    observationDigest && observationDigestKind(observationDigest),
    resourceDigest && resourceDigestKind(resourceDigest),
    instruction && instructionKind(instruction),
    settings.acknowledgement && acknowledgementKind(settings.acknowledgement),
  ].filter((kind) => kind !== undefined);
}

/** The shape of each kind's payload. */
export const PAYLOADS: Readonly<Record<Exclude<BundleKind, 'heartbeat'>, z.ZodType>> = {
  warning: warningPayload,
  warningReach: warningReachPayload,
  incidentReport: incidentReportPayload,
  observationDigest: observationDigestPayload,
  resourceDigest: resourceDigestPayload,
  instruction: instructionPayload,
  acknowledgement: acknowledgementPayload,
};

/** The payloads of items as one JSON Schema (2020-12) for the developers of the other side, one definition a kind. */
export const payloadSchema = (): object => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Payloads of exchange items, schemaVersion 1.0',
  $defs: Object.fromEntries(
    Object.entries(PAYLOADS).map(([kind, schema]) => {
      const { $schema: _version, ...rest } = z.toJSONSchema(schema, { io: 'input' });
      return [kind, rest];
    }),
  ),
});
