import type { DeviceStateRecord } from '../../../model/record.js';
import { printable } from '../codecs/hj212.js';
import type { CpItem } from '../codecs/hj212-cp.js';
import { periodOf } from './commands.js';
import { flagMeaning, runState } from './flags.js';
import { isNumber } from './numbers.js';
import type { ItemContext } from './observations.js';

/** What an item says of devices: RS and RT of equipment, and in real-time data the flag of an instrument. */
export const itemStates = (item: CpItem, context: ItemContext): DeviceStateRecord[] =>
  [equipment(item, context), runTime(item, context), instrument(item, context)].filter((each) => each !== undefined);

type Said = Pick<DeviceStateRecord, 'device' | 'aspect' | 'condition' | 'sourceText'> & { readonly runHours?: number };

const stateOf = ({ common, observedAt, originalTime, position }: ItemContext, said: Said): DeviceStateRecord => ({
  kind: 'device-state',
  ...common,
  observedAt,
  originalTime,
  runHours: null,
  ...said,
  position,
  status: 'ACTUAL',
});

function equipment({ code, values }: CpItem, context: ItemContext): DeviceStateRecord | undefined {
  const rs = values.get('RS');
  if (rs === undefined) return undefined;
  const sourceText = `${code}-RS=${rs.slice(0, 20)}`;
  const condition = runState(rs);
  if (condition) return stateOf(context, { device: code, aspect: 'EQUIPMENT', condition, sourceText });
  context.reject('unknown-code', `${printable(sourceText)} is no state from 0 to 5`, sourceText);
  return undefined;
}

function runTime({ code, values }: CpItem, context: ItemContext): DeviceStateRecord | undefined {
  const rt = values.get('RT');
  if (rt === undefined) return undefined;
  const sourceText = `${code}-RT=${rt.slice(0, 20)}`;
  const [hours, said] = [Number(rt), `${printable(sourceText)} at ${context.originalTime}`];
  if (!isNumber(rt)) context.reject('not-a-number', `${said} is no number of hours`, said);
  else if (hours < 0 || hours > 24) context.reject('out-of-range', `${said} is not from 0 to 24 hours`, said);
  else {
    const condition = hours > 0 ? 'RUNNING' : 'STOPPED';
    return stateOf(context, { device: code, aspect: 'RUN_TIME', condition, runHours: hours, sourceText });
  }
  return undefined;
}

/** Hourly and daily data tell of the past; what an instrument is now, its real-time data say. */
function instrument({ code, values }: CpItem, context: ItemContext): DeviceStateRecord | undefined {
  const flag = values.get('Flag');
  const condition = flag && flagMeaning(flag)?.condition;
  if (!condition || periodOf(context.cn) !== '') return undefined;
  const more = values.get('EFlag');
  const sourceText = `${code}-Flag=${flag}${more ? `,${code}-EFlag=${more.slice(0, 40)}` : ''}`;
  return stateOf(context, { device: code, aspect: 'INSTRUMENT', condition, sourceText });
}
