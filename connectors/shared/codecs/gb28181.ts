import iconv from 'iconv-lite';
import { DecodeError } from './decode-error.js';
import { elementsOf, readXml, textOf, type XmlElement } from './xml.js';

/** A MANSCDP body is a few hundred bytes; descriptions make some longer. */
export const MAX_GB28181_BYTES = 65_536;

/** An alarm notification of GB/T 28181-2016 annex A (CmdType Alarm). Texts as sent; '' and absent elements are undefined. */
export interface Gb28181Alarm {
  readonly kind: 'alarm';
  readonly sn: string | undefined;
  /** 20 digits where the sender keeps to annex D. */
  readonly deviceId: string | undefined;
  /** "1" highest … "4". */
  readonly priority: string | undefined;
  /** "1" telephone, "2" device, "3" message, "4" GPS, "5" video, "6" device fault, "7" other. */
  readonly method: string | undefined;
  /** Within the method; sent inside <Info> by the standard, beside it by some platforms. */
  readonly type: string | undefined;
  /** Local time without zone, "2026-07-01T12:00:00". */
  readonly time: string | undefined;
  readonly description: string | undefined;
  readonly longitude: string | undefined;
  readonly latitude: string | undefined;
}

/** A sign of life (CmdType Keepalive). */
export interface Gb28181Keepalive {
  readonly kind: 'keepalive';
  readonly deviceId: string | undefined;
  readonly status: string | undefined;
}

/**
 * One <Notify> of GB/T 28181, in GB2312, GBK, GB18030 or UTF-8 as declared; where nothing is declared UTF-8 if the bytes are,
 * else GB18030. Throws DecodeError for anything else, other commands included.
 */
export function readGb28181(bytes: Uint8Array): Gb28181Alarm | Gb28181Keepalive {
  if (bytes.length > MAX_GB28181_BYTES) throw new DecodeError('too-large', `more than ${MAX_GB28181_BYTES} bytes`);
  const document = readXml(declaredOrUtf8(bytes));
  const [root = ''] = Object.keys(document);
  const notify = elementsOf(document, root)[0];
  if (root !== 'Notify' || !notify) throw new DecodeError('unsupported', `<${root.slice(0, 40)}> instead of <Notify>`);
  const field = (name: string, within: XmlElement = notify): string | undefined => textOf(within, name) || undefined;
  const command = field('CmdType');
  if (command === undefined) throw new DecodeError('missing-field', 'no <CmdType>');
  if (command === 'Keepalive') return { kind: 'keepalive', deviceId: field('DeviceID'), status: field('Status') };
  if (command !== 'Alarm')
    throw new DecodeError('unsupported', `CmdType ${JSON.stringify(command.slice(0, 40))}: only Alarm and Keepalive`);
  const info = elementsOf(notify, 'Info')[0];
  return {
    kind: 'alarm',
    sn: field('SN'),
    deviceId: field('DeviceID'),
    priority: field('AlarmPriority'),
    method: field('AlarmMethod'),
    type: (info && field('AlarmType', info)) ?? field('AlarmType'),
    time: field('AlarmTime'),
    description: field('AlarmDescription'),
    longitude: field('Longitude'),
    latitude: field('Latitude'),
  };
}

/** The bytes themselves, or in UTF-8 where they declare nothing and are GB18030. */
function declaredOrUtf8(bytes: Uint8Array): Uint8Array {
  const head = Buffer.from(bytes.subarray(0, 300)).toString('latin1');
  if (/^(?:\xef\xbb\xbf)?\s*<\?xml\b[^>]*\bencoding\s*=/.test(head) || head.includes('\0')) return bytes;
  if (isUtf8(bytes)) return bytes;
  // Damaged UTF-8 must not pass as GB18030, which nearly any bytes are: in real GB18030 few characters look like UTF-8.
  const asUtf8 = Buffer.from(bytes).toString('utf8');
  const [good, bad] = [asUtf8.match(/[\u0800-\ufffc]/g), asUtf8.match(/\ufffd/g)].map((found) => found?.length ?? 0);
  const text = iconv.decode(Buffer.from(bytes), 'gb18030', { stripBOM: false });
  if ((good ?? 0) >= (bad ?? 0) || /[\ufffd\ue000-\uf8ff]/.test(text))
    throw new DecodeError('bad-encoding', 'is neither UTF-8 nor GB18030; declare the encoding');
  return Buffer.from(text, 'utf8');
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
