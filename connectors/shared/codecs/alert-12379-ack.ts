import { DecodeError } from './decode-error.js';
import { elementsOf, readXmlDocument, textOf } from './xml.js';
import { anyTextElement, element, XML_DECLARATION } from './xml-write.js';

/** What a 12379 platform drops back for a file that it took from a folder. */
export interface Ack12379 {
  readonly accepted: boolean;
  /** '0' where it is accepted. */
  readonly status: string;
  readonly errorCode: string | null;
  readonly note: string | null;
}

/** Of which message the ack is, by its file's name. */
export interface AckName {
  /** The message's identifier as the platform writes it: the sender's fourteen digits, and its time with or without seven more digits. */
  readonly identifier: string;
  /** Six digits of the platform that answers, and of the office that is answered. */
  readonly from: string;
  readonly to: string;
  readonly at: Date;
  readonly accepted: boolean;
}

export const MAX_ACK_BYTES = 65_536;
const NAME = /^(\d{14}_\d{14,21})_(\d{6,12})-[A-Z]+_(\d{6,12})-[A-Z]+_(\d{17})_AI-\d+_(\d+)\.xml$/;
const BEIJING_MS = 8 * 3_600_000;

/** /msg/data/rows/{status, error_code, note}; status 0 is accepted. */
export function write12379Ack({ status, errorCode, note }: Omit<Ack12379, 'accepted'>): string {
  const rows = element('rows', [
    anyTextElement('status', status),
    anyTextElement('error_code', errorCode),
    anyTextElement('note', note),
  ]);
  return `${XML_DECLARATION}${element('msg', [element('data', [rows])])}\n`;
}

/** Of several rows the first that is not accepted counts. Throws DecodeError. */
export function read12379Ack(bytes: Uint8Array): Ack12379 {
  const { root, element: msg } = readXmlDocument(bytes, { maxBytes: MAX_ACK_BYTES });
  if (root !== 'msg') throw new DecodeError('malformed', `<${root.slice(0, 60)}> where an ack has <msg>`);
  const acks = elementsOf(msg, 'data')
    .flatMap((data) => elementsOf(data, 'rows'))
    .map((rows) => {
      const status = textOf(rows, 'status');
      if (!status || !/^-?\w{1,20}$/.test(status)) throw new DecodeError('malformed', 'an ack without <status>');
      const [errorCode, note] = [textOf(rows, 'error_code') || null, textOf(rows, 'note') || null];
      return { accepted: /^0+$/.test(status), status, errorCode, note };
    });
  const [first] = acks;
  if (!first) throw new DecodeError('malformed', 'an ack without <data><rows>');
  return acks.find(({ accepted }) => !accepted) ?? first;
}

/** As platforms name it, e.g. 33060441600000_201611041522000000000_330600-AMP_330600-OTH_20161104171200074_AI-1_0.xml; the time is Beijing's. */
export function ackFileName({ identifier, from, to, at, accepted }: AckName): string {
  const stamp = new Date(at.getTime() + BEIJING_MS).toISOString().replaceAll(/\D/g, '');
  const [sender = '', sent = ''] = identifier.split('_');
  return `${sender}_${sent.padEnd(21, '0')}_${from.slice(0, 6)}-AMP_${to.slice(0, 6)}-OTH_${stamp}_AI-1_${accepted ? 0 : 1}.xml`;
}

/** Undefined where it is not the name of an ack. The identifier comes without the seven zeros that platforms append. */
export function readAckFileName(name: string): AckName | undefined {
  const [, identifier, from, to, stamp, status] = NAME.exec(name) ?? [];
  if (!identifier || !from || !to || !stamp || !status) return undefined;
  const iso = stamp.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})$/, '$1-$2-$3T$4:$5:$6.$7+08:00');
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return undefined;
  return { identifier: identifier.replace(/^(\d{14}_\d{14})0{7}$/, '$1'), from, to, at, accepted: /^0+$/.test(status) };
}
