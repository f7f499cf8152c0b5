import { createHash, timingSafeEqual } from 'node:crypto';
import type { RejectReason } from '../../../model/record.js';
import { instantOf } from '../../../model/time.js';
import { flagOf, type Hj212Packet, printable } from '../codecs/hj212.js';
import type { Hj212Settings } from './settings.js';

/** Why a packet is not taken in, and the QnRtn that tells its device so. */
export interface Refusal {
  readonly code: number;
  readonly reason: RejectReason;
  readonly detail: string;
}

/** Whether a device may send this: its Flag, MN, PW, ST and QN, in this order. */
export function refusalOf(packet: Hj212Packet, settings: Hj212Settings): Refusal | undefined {
  if (!flagOf(packet))
    return refuse(
      6,
      'malformed',
      `device ${packet.mn} sends Flag "${printable(packet.flag ?? '')}", which is no number from 0 to 255`,
    );
  const device = settings.stations.find(({ code }) => code === packet.mn);
  if (!device)
    return refuse(
      4,
      'unknown-station',
      `device ${packet.mn} is not listed: add its MN to the stations of this feed's settings`,
    );
  if (!isSame(packet.pw ?? '', device.password ?? settings.password))
    return refuse(3, 'wrong-password', `device ${packet.mn} sends another PW than the feed's settings give it`);
  if (packet.st !== INTERACTION && !settings.systems.includes(packet.st))
    return refuse(
      5,
      'unknown-code',
      `device ${packet.mn} sends ST "${printable(packet.st)}"; this feed takes ${settings.systems.join(', ')}`,
    );
  if (packet.qn !== null && !instant(packet.qn, settings.zone))
    return refuse(7, 'bad-time', `device ${packet.mn} sends QN "${printable(packet.qn)}", which is no time`);
  return undefined;
}

/** ST of answers and notices, whatever the system is. */
const INTERACTION = '91';

const refuse = (code: number, reason: RejectReason, detail: string): Refusal => ({ code, reason, detail });

/** yyyyMMddHHmmss, with or without zzz, in a zone. */
export function instant(text: string, zone: string): Date | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})?$/.exec(text);
  return match
    ? instantOf(
        match.slice(1).map((part) => Number(part ?? 0)),
        zone,
      )
    : undefined;
}

/** In a time that does not tell how much of it is right. No password in the settings is equal to none. */
function isSame(sent: string, kept: string | undefined): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(sent), digest(kept ?? '')) && kept !== undefined;
}
