import type { Dial } from '../../connectors/shared/calls/http-call.js';
import type { Evidence } from '../../exchange/ground.js';
import { FileDrop } from '../../exchange/transports/file-drop.js';
import { type FileDropReport, ROAD } from '../../exchange/transports/file-drop-folders.js';
import type { FileDropSettings } from '../../exchange/transports/file-drop-settings.js';
import type { Notices } from '../../exchange/transports/notices.js';
import type { Party } from '../../model/exchange.js';
import type { Database } from '../../prisma/database.js';
import { keepRefusal } from '../../prisma/store/exchange-refusals.js';

export interface DropRoadOptions {
  readonly db: Database;
  readonly evidence: Evidence;
  readonly dial: Dial | undefined;
  readonly now: () => Date;
  readonly onError: (peer: string, error: unknown) => void;
}

/** The road of files to a peer; what it puts aside is kept among the refusals, and what an operator should know is said as an error of the peer. */
export function dropRoad(
  name: string,
  settings: FileDropSettings,
  parties: { readonly own: Party; readonly peer: Party },
  { db, dial, evidence, now, onError }: DropRoadOptions,
  notices: Notices | undefined,
): FileDrop {
  const keep = (report: Extract<FileDropReport, { what: 'put-aside' }>): void => {
    const { code, file, reason } = report;
    const unknown = { kind: null, bundleId: null, seq: null };
    evidence.record({ peer: name, act: 'file put aside', road: ROAD, ...unknown, result: code, items: 0 });
    const row = { peer: name, at: now(), road: ROAD, code, reason, bundleId: null, seq: null, raw: file };
    keepRefusal(db.write, row).catch((error: unknown) => onError(name, error));
  };
  return new FileDrop({
    settings,
    ...parties,
    dial,
    now,
    report: (report) => {
      if (report.what === 'put-aside' && report.by === 'road') keep(report);
      const told = tidingsOf(report);
      if (told !== undefined) onError(name, new Error(told));
    },
    ...(notices && { made: (file) => notices.announce(file) }),
  });
}

function tidingsOf(report: FileDropReport): string | undefined {
  if (report.what === 'put-aside') return `${report.file} was put aside: ${report.code}: ${report.reason}`;
  if (report.what === 'gap')
    return report.asked === 'them'
      ? `of the ${report.of} the one numbered ${report.expected} is missing, and was asked for`
      : `the other side misses the one numbered ${report.expected} of our ${report.of}`;
  if (report.accepted) return undefined;
  const { errorCode, note, of, status } = report;
  return `${of} was not accepted: status ${status}, ${errorCode ?? 'no code'}: ${note ?? 'no reason given'}`;
}
