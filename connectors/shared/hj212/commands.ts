import type { RejectReason } from '../../../model/record.js';
import { type Answer, EXE_RTN, QN_RTN } from '../codecs/hj212-answer.js';
import { readCp } from '../codecs/hj212-cp.js';

/** Data that devices send by themselves or when asked, by CN; the period that a DataTime begins, none for a moment. */
const READINGS: ReadonlyMap<string, Period> = new Map([
  ['2011', ''],
  ['2021', ''],
  ['2031', 'day'],
  ['2041', 'day'],
  ['2051', 'minutes'],
  ['2061', 'hour'],
]);
export type Period = '' | 'minutes' | 'hour' | 'day';
export const periodOf = (cn: string): Period | undefined => READINGS.get(cn);

/** When a data logger was switched on. */
export const LOGGER_START = '2081';

/** Uploads that are acknowledged and hold nothing the hub keeps: instrument numbers, logs and parameters of the site. */
const OTHER_UPLOADS = new Set(['3019', '3020', '3021']);
/** A device asks for the time. */
const TIME_NOTICE = '1013';
/** Requests and notices of either edition that only a centre may send. */
const COMMAND = /^(10[0-7]\d|11\d\d|20[1-9]2|30[01]\d)$/;

/** What a packet whose data were stored, or are not the hub's business, is answered with; undefined for answers. */
export function answerOf(cn: string): Answer | undefined {
  if (READINGS.has(cn) || cn === LOGGER_START || OTHER_UPLOADS.has(cn)) return { kind: 'data' };
  if (cn === TIME_NOTICE) return { kind: 'notice' };
  if (/^901[1-4]$/.test(cn)) return undefined;
  // 2 refused: this hub carries out no commands. 8: there is no such CN.
  return { kind: 'request', code: COMMAND.test(cn) ? 2 : 8 };
}

/** Why nothing is kept of a packet of that CN, which is none of readings. */
export function notKept(cn: string, cp: string): readonly [RejectReason, string] {
  if (OTHER_UPLOADS.has(cn))
    return ['unsupported', 'instrument numbers, logs and parameters are acknowledged but not kept'];
  if (cn === TIME_NOTICE)
    return ['unsupported', 'asks for the time; the hub sets no clocks, the device must be set at the site'];
  if (cn === '9011' || cn === '9012')
    return ['unsupported', `answers a command, which this hub never gives: ${resultOf(cp)}`];
  if (cn === '9013' || cn === '9014') return ['unsupported', 'answers a notice or data, which this hub never sends'];
  if (COMMAND.test(cn)) return ['unsupported', 'is a command, which only a centre gives'];
  return ['unknown-code', 'is no command of HJ 212'];
}

function resultOf(cp: string): string {
  const fields = readCp(cp).sections[0]?.fields;
  const [qn, exe] = [fields?.get('QnRtn'), fields?.get('ExeRtn')];
  if (qn !== undefined) return `QnRtn ${qn.slice(0, 8)}, ${QN_RTN[Number(qn)] ?? 'unknown'}`;
  return exe === undefined ? 'without a result' : `ExeRtn ${exe.slice(0, 8)}, ${EXE_RTN[Number(exe)] ?? 'unknown'}`;
}
