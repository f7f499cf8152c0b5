import type { Evidence, ExchangeAct } from '../../exchange/ground.js';
import type { AuditDraft } from '../../model/audit.js';
import { NAMELESS_REFUSALS } from '../../model/exchange.js';
import type { Recorder } from '../audit/recorder.js';

/** Writes the exchange down in the audit: whose bundle or receipts, by which road, and what came of it. */
export const exchangeEvidence = (recorder: Recorder, now: () => Date): Evidence => ({
  require: () => recorder.require(),
  write: async (client, act) => {
    const end = await recorder.append(client, draftOf(act, now()));
    return () => recorder.committed(end);
  },
  record: (act) => recorder.record(draftOf(act, now())),
});

const draftOf = ({ act, bundleId, items, kind, peer, result, road, seq }: ExchangeAct, at: Date): AuditDraft => ({
  at,
  kind: 'EXCHANGE',
  principal: principalOf(peer ?? 'unknown', peer !== null && !NAMELESS.includes(result)),
  operation: act,
  document: null,
  rootFields: [],
  variables: { road: road.slice(0, 200), kind, bundleId, seq },
  ...{ grants: [], feeds: [], result, outcome: null, rowCount: items, times: 1 },
  ...{ requestId: null, address: null, milliseconds: 0 },
});

const NAMELESS: readonly string[] = NAMELESS_REFUSALS;

/** What anybody can send in a peer's name is counted like operations of strangers: it fills no room that others need. */
const principalOf = (peer: string, known: boolean): AuditDraft['principal'] => ({
  ...{ id: `peer:${peer}`, kind: known ? 'SYSTEM' : 'ANONYMOUS', name: peer, department: null, roles: [] },
});
