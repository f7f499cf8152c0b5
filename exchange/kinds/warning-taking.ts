import type { Stamped } from '../../model/batch.js';
import { canonicalDivision } from '../../model/division.js';
import { type BundleItem, CLOCK_SKEW_MS } from '../../model/exchange.js';
import { HAZARDS } from '../../model/hazard.js';
import type { WarningRecord } from '../../model/record.js';
import { senderCodeOf } from '../../model/warning-message.js';
import { takeVersion } from '../../prisma/store/exchange-holdings.js';
import { othersSay } from '../../prisma/store/exchange-told.js';
import { countFiled } from '../../prisma/store/write-incident-reports.js';
import { writeWarnings } from '../../prisma/store/write-warnings.js';
import { holdingOf } from './holding.js';
import type { Fault, Taking } from './kind.js';
import { digestOf, fault, liesIn, shapeFault } from './shapes.js';
import { type WarningPayload, type WarningSettings, warningPayload } from './warning-shape.js';

/** What is wrong with a warning that a peer tells of: its shape, its times, where it is for, or that it is not the peer's to speak of. */
export async function checkWarning(
  item: BundleItem,
  taking: Taking,
  settings: WarningSettings,
): Promise<Fault | undefined> {
  const misshapen = shapeFault(warningPayload, item);
  if (misshapen) return misshapen;
  const payload = warningPayload.parse(item.payload);
  return (
    agreementFault(item, payload) ??
    timeFault(payload, taking.now) ??
    hazardFault(payload, settings) ??
    placeFault(payload, taking, settings) ??
    (await ownerFault(payload, taking))
  );
}

function agreementFault({ id, op }: BundleItem, { identifier, message }: WarningPayload): Fault | undefined {
  if (id !== identifier) return fault('ID_DIFFERS', 'payload.identifier', `the item's id is ${id}`);
  if ((op === 'cancel') !== (message.type === 'CANCEL'))
    return fault('OP_DIFFERS', 'op', `op ${op} does not go with a message of type ${message.type}`);
  if (message.type !== 'CANCEL' && message.identifier !== identifier)
    return fault('ID_DIFFERS', 'payload.message.identifier', 'an ALERT or UPDATE bears the identifier of its warning');
  return undefined;
}

function timeFault({ issuedAt, expiresAt, message }: WarningPayload, now: Date): Fault | undefined {
  if (Date.parse(expiresAt) <= Date.parse(issuedAt))
    return fault('EXPIRES_BEFORE_SENT', 'payload.expiresAt', `it must lie after issuedAt, ${issuedAt}`);
  if (Date.parse(message.sentAt) > now.getTime() + CLOCK_SKEW_MS)
    return fault('SENT_IN_FUTURE', 'payload.message.sentAt', `it lies ahead of ${now.toISOString()}`);
  return undefined;
}

const hazardFault = ({ hazardCode }: WarningPayload, { accept }: WarningSettings): Fault | undefined =>
  accept.unknownHazards || HAZARDS[hazardCode]
    ? undefined
    : fault('UNKNOWN_HAZARD', 'payload.hazardCode', `${hazardCode} is not in the list of hazards`);

function placeFault(
  { divisions, area }: WarningPayload,
  { peer, own }: Taking,
  { accept }: WarningSettings,
): Fault | undefined {
  if (divisions.length === 0 && area === null) return fault('NO_PLACE', 'payload.divisions', 'no division and no area');
  if (accept.divisions === 'ANY') return undefined;
  const wider = accept.divisions === 'PEER_OR_WIDER' && liesIn(own.division, peer.party.division);
  const outside = divisions.findIndex(
    (code) => !liesIn(code, peer.party.division) && !(wider && liesIn(own.division, code)),
  );
  if (outside < 0) return undefined;
  return fault(
    'DIVISION_OUTSIDE',
    `payload.divisions.${outside}`,
    `${divisions[outside]} is not within ${peer.party.division}${wider ? `, nor does it hold ${own.division}` : ''}`,
  );
}

/** A warning of this side's own division is this side's to change; so is one that another of its feeds tells of, where the name says no more. */
async function ownerFault(payload: WarningPayload, taking: Taking): Promise<Fault | undefined> {
  const { peer, own, client } = taking;
  const spoken: readonly (readonly [identifier: string, path: string])[] = [
    [payload.identifier, 'payload.identifier'],
    [payload.message.identifier, 'payload.message.identifier'],
    ...payload.references.map(({ identifier }, i) => [identifier, `payload.references.${i}.identifier`] as const),
  ];
  const nameless: string[] = [];
  for (const [identifier, path] of spoken) {
    const place = senderCodeOf(identifier)?.slice(0, 6);
    if (place === undefined) nameless.push(identifier);
    else if (
      liesIn(place, own.division) &&
      !(liesIn(place, peer.party.division) && !liesIn(own.division, peer.party.division))
    )
      return fault('NOT_YOURS', path, `${identifier} is a warning of ${own.division}: only there is it changed`);
  }
  const said = await othersSay(client, peer.feedId, nameless);
  if (said === undefined) return undefined;
  const path = spoken.find(([identifier]) => identifier === said)?.[1] ?? 'payload.identifier';
  return fault('NOT_YOURS', path, `${said} is known here from elsewhere: only there is it changed`);
}

/** Takes it in under the peer's feed, through the door that feeds' warnings come by. An older version than the one at hand changes nothing. */
export async function applyWarning(item: BundleItem, taking: Taking): Promise<Fault | undefined> {
  const payload = warningPayload.parse(item.payload);
  const { client, peer, now, entries } = taking;
  if (!(await takeVersion(client, holdingOf(item, taking, null, null)))) return undefined;
  const record = recordOf(payload);
  const message: Stamped<WarningRecord> = { ...record, rawHash: digestOf(payload), division: null };
  const result = await writeWarnings(client, peer.feedId, [message], now);
  const [reject] = result.rejects;
  if (reject) return fault('NOT_AUTHORISED', 'payload.identifier', reject.detail);
  entries.push(...result.entries);
  if (result.stored + result.replaced > 0) await countFiled(client, peer.feedId, now);
  return undefined;
}

function recordOf(payload: WarningPayload): WarningRecord {
  const date = (value: string | null): Date | null => (value === null ? null : new Date(value));
  const { message } = payload;
  const cancel = message.type === 'CANCEL';
  return {
    kind: 'warning',
    sourceId: message.identifier,
    raw: message.identifier,
    observedAt: new Date(message.sentAt),
    originalTime: message.sentAt,
    zone: 'UTC',
    identifier: message.identifier,
    format: 'mapped',
    messageType: message.type,
    status: payload.status,
    references: (cancel ? [payload.identifier] : payload.references.map(({ identifier }) => identifier)).filter(
      (identifier) => identifier !== message.identifier,
    ),
    hazardCode: payload.hazardCode,
    level: cancel ? null : payload.level,
    effectiveAt: cancel ? null : date(payload.effectiveAt),
    onsetAt: cancel ? null : date(payload.onsetAt),
    expiresAt: new Date(payload.expiresAt),
    texts: payload.texts,
    divisionCodes: payload.divisions.map((code) => canonicalDivision(code) ?? code),
    area: payload.area as WarningRecord['area'],
    warnsFor: 'all',
  };
}
