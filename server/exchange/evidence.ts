import type { Evidence, ExchangeAct } from '../../exchange/ground.js';
import type { AuditDraft } from '../../model/audit.js';
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
  principal: { id: `peer:${peer}`, kind: 'SYSTEM', name: peer, department: null, roles: [] },
  operation: act,
  document: null,
  rootFields: [],
  variables: { road: road.slice(0, 200), kind, bundleId, seq },
  ...{ grants: [], feeds: [], result, outcome: null, rowCount: items, times: 1 },
  ...{ requestId: null, address: null, milliseconds: 0 },
});
