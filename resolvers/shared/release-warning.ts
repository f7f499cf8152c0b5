import type { Stamped } from '../../model/batch.js';
import type { WarningSnapshot } from '../../model/entry.js';
import type { WarningRecord } from '../../model/record.js';
import type { ReleaseRow } from '../../model/release.js';
import { consent, outFault } from '../../model/release-rules.js';
import { readSnapshots } from '../../prisma/store/warning-rows.js';
import { countFiled } from '../../prisma/store/write-incident-reports.js';
import { ensureReleaseFeed } from '../../prisma/store/write-releases.js';
import { lockWarnings, writeWarnings } from '../../prisma/store/write-warnings.js';
import { type HubContext, requireRole } from '../context.js';
import { contentHash } from './canonical.js';
import { type ActInput, requireConsent } from './release-acts.js';
import { type Act, type Client, callOnce, type Done, lockSeen, type Refused, refused } from './release-call.js';
import { textInput } from './text-input.js';
import { stateOf } from './warning.js';

export interface ReleaseInput extends ActInput {
  /** The version that the caller has read; another is refused. */
  readonly version?: number | null | undefined;
  readonly bypass?: { readonly reason: string } | null | undefined;
}

const HOUR_MS = 3_600_000;

/**
 * Consents to what is pending; with the last consent that its level needs it goes out, in the same transaction as its entry in the log.
 * With a bypass it goes out at once, is flagged, and must be reviewed by someone else.
 */
export function releaseWarning(input: ReleaseInput, context: HubContext): Promise<Done | Refused> {
  requireRole(context, ['RELEASER', 'DUTY_OFFICER']);
  const reason = input.bypass
    ? textInput('bypass.reason', input.bypass.reason, { least: 4, most: 500, lines: true })
    : null;
  return callOnce({ mutation: 'releaseWarning', ...input }, context, async (client): Promise<Act | Refused> => {
    const release = await lockSeen(client, input.id, context);
    requireConsent(release, context);
    await lockWarnings(client);
    const { warning, replaced } = await around(client, release);
    const now = context.now();
    const moment = {
      warning: stateOf(warning, context),
      expiresAt: new Date(warning.expiresAt),
      replaces: replaced ? stateOf(replaced, context) : null,
      now,
    };
    const out = outFault(release, moment);
    if (out) return refused(out, release.warningId);
    if (input.version && input.version !== release.version) return refused('VERSION_CHANGED', release.warningId);
    const judged = { ...release, required: context.release.levels[warning.level] };
    const verdict = consent(judged, context.viewer, reason !== null);
    if ('fault' in verdict) return refused(verdict.fault, release.warningId);
    const { missing, bypassed } = verdict;
    if (missing.length > 0 && !bypassed) return { release: judged, step: { kind: 'APPROVED', missing } };
    const entries = await publish(client, release, warning, now);
    const reviewDueAt = bypassed ? new Date(now.getTime() + context.release.bypassReviewHours * HOUR_MS) : null;
    return {
      release: { ...judged, state: 'RELEASED', reviewDueAt },
      step: bypassed ? { kind: 'BYPASSED', note: reason, missing } : { kind: 'RELEASED' },
      entries,
    };
  });
}

async function around(
  client: Client,
  release: ReleaseRow,
): Promise<{ warning: WarningSnapshot; replaced: WarningSnapshot | undefined }> {
  const { warningId, replaces } = release;
  const found = await readSnapshots(client, [warningId, ...(replaces ? [replaces] : [])]);
  const warning = found.get(warningId);
  if (!warning) throw new Error(`release without its warning "${warningId}"`);
  return { warning, replaced: replaces ? found.get(replaces) : undefined };
}

/** Lets it in through the door that feeds' warnings come by: merging, replacing and telling are the same. */
async function publish(client: Client, release: ReleaseRow, warning: WarningSnapshot, now: Date) {
  const feedId = await ensureReleaseFeed(client, release.departmentCode);
  const record = recordOf(release, warning, now);
  const message: Stamped<WarningRecord> = { ...record, rawHash: contentHash(record), division: null };
  const { entries } = await writeWarnings(client, feedId, [message], now);
  await countFiled(client, feedId, now);
  return entries;
}

function recordOf(release: ReleaseRow, warning: WarningSnapshot, now: Date): WarningRecord {
  const time = (text: string | null): Date | null => (text === null ? null : new Date(text));
  const cancel = release.kind === 'CANCEL';
  return {
    kind: 'warning',
    sourceId: release.id,
    raw: release.id,
    observedAt: now,
    originalTime: now.toISOString(),
    zone: 'UTC',
    identifier: release.id,
    format: 'hub',
    messageType: release.kind,
    status: warning.status,
    references: cancel ? [warning.identifier] : release.replaces ? [release.replaces] : [],
    hazardCode: warning.hazardCode,
    level: cancel ? null : warning.level,
    effectiveAt: cancel ? null : (time(warning.effectiveAt) ?? now),
    onsetAt: cancel ? null : time(warning.onsetAt),
    expiresAt: new Date(warning.expiresAt),
    texts: cancel
      ? warning.texts.map((text) => ({ ...text, description: release.reason ?? '', instruction: null }))
      : warning.texts,
    divisionCodes: warning.divisionCodes,
    area: warning.area,
  };
}
