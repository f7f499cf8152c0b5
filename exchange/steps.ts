/** The steps of a hand-over, in their order on each side. Between any two of them a process may end and nothing is lost or doubled. */
export const STEPS = [
  'seal: before the commit',
  'seal: committed',
  'send: before the call',
  'send: answered, nothing written',
  'send: written down',
  'take: read and verified',
  'take: before the commit',
  'take: committed, not answered',
  'check: before the commit',
  'check: committed',
  'apply: carried out, before the commit',
  'apply: committed',
  'receipts: before the call',
  'receipts: answered, nothing written',
  'receipts: taken, before the commit',
  'receipts: taken, committed',
] as const;
export type Step = (typeof STEPS)[number];
