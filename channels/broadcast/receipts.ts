import { DecodeError } from '../../connectors/shared/codecs/decode-error.js';
import { BROADCAST_STATES, type Ebd, RESULT_TAKEN, serialOf } from '../../connectors/shared/codecs/ebd.js';
import { readPackage } from '../../connectors/shared/codecs/ebd-package.js';
import type { Receipt } from '../outcome.js';
import { cut, withoutNumbers } from '../texts.js';

/** What a package from the platform says of our messages. Throws DecodeError: wrong signature, another's message, no receipt at all. */
export function receiptsIn(
  bytes: Uint8Array,
  own: { readonly source: string; readonly destination: string },
  platformKey: string | undefined,
): Receipt[] {
  const { ebd } = readPackage(bytes, platformKey);
  if (ebd.source !== own.destination) throw new DecodeError('unsupported', 'it is from another platform');
  return receiptsOf(ebd, own.source);
}

function receiptsOf({ content, related }: Ebd, source: string): Receipt[] {
  if (content.kind === 'EBM') throw new DecodeError('unsupported', 'a message, where receipts are expected');
  if (content.kind === 'EBDResponse') {
    if (related === null) throw new DecodeError('missing-field', 'the receipt says not of what: RelatedEBD');
    const taken = content.resultCode === RESULT_TAKEN;
    const detail = said(`${content.resultCode} ${content.resultDesc}`);
    return [{ of: { number: ours(related, source) }, state: taken ? 'RECEIVED' : 'FAILED', detail }];
  }
  return content.items.map(({ ebmId, stateCode, stateDesc, coverageRate }) => {
    const coverage = coverageRate === null ? '' : `, coverage ${Math.round(coverageRate * 1000) / 10} %`;
    const detail = said(`${BROADCAST_STATES[stateCode]}${coverage}${stateDesc === '' ? '' : `: ${stateDesc}`}`);
    const state = stateCode === '3' ? 'DELIVERED' : stateCode === '4' ? 'FAILED' : 'NOTE';
    return { of: { number: ours(ebmId, source) }, state, detail };
  });
}

function ours(id: string, source: string): number {
  const serial = serialOf(id, source);
  if (serial === undefined) throw new DecodeError('unknown-code', 'it is about a message that is not ours');
  return serial;
}

const said = (text: string): string => cut(withoutNumbers(text.replaceAll(/\p{Cc}/gu, ' ').trim()), 200);
