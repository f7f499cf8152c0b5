import { encode, flagOf, type Hj212Packet } from './hj212.js';

/** The four answers (table 6 of HJ 212-2017): to a request, that it was carried out, to a notice, to data. */
export const ANSWERS = { request: '9011', execution: '9012', notice: '9013', data: '9014' } as const;

/** QnRtn, what became of a request (table 10). */
export const QN_RTN: Readonly<Record<number, string>> = {
  1: 'ready to carry it out',
  2: 'refused',
  3: 'PW is wrong',
  4: 'MN is wrong',
  5: 'ST is wrong',
  6: 'Flag is wrong',
  7: 'QN is wrong',
  8: 'CN is wrong',
  9: 'CRC is wrong',
  100: 'unknown fault',
};

/** ExeRtn, how carrying it out ended (table 9). */
export const EXE_RTN: Readonly<Record<number, string>> = {
  1: 'done',
  2: 'failed, cause unknown',
  3: 'the conditions of the command are wrong',
  4: 'timed out',
  5: 'too busy',
  6: 'out of order',
  100: 'no data',
};

export type Answer =
  | { readonly kind: 'data' | 'notice' }
  /** `code`: a key of QN_RTN for a request, of EXE_RTN for an execution. */
  | { readonly kind: 'request' | 'execution'; readonly code: number };

/**
 * The frame that answers a packet, with the packet's QN, PW and MN, in the edition that the packet's Flag names: 2017 repeats QN in
 * the head, 2005 in the CP, with the CN of data. Undefined where the packet wants no answer.
 */
export function answerTo(packet: Hj212Packet, answer: Answer): Uint8Array | undefined {
  const flag = flagOf(packet) ?? { version: 1, answer: true };
  if (!flag.answer) return undefined;
  const result =
    answer.kind === 'request' ? [`QnRtn=${answer.code}`] : answer.kind === 'execution' ? [`ExeRtn=${answer.code}`] : [];
  const old = flag.version === 0;
  const named = [
    ...(packet.qn === null ? [] : [`QN=${packet.qn}`]),
    ...(answer.kind === 'data' ? [`CN=${packet.cn}`] : []),
  ];
  return encode({
    qn: old ? null : packet.qn,
    st: '91',
    cn: ANSWERS[answer.kind],
    pw: packet.pw,
    mn: packet.mn,
    // The version alone: an answer is neither split nor answered.
    flag: String(flag.version << 2),
    cp: [...(old ? named : []), ...result].join(';'),
  });
}
