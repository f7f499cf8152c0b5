/** Writes what a device sends; the counterpart of sl651-body.ts. Throws RangeError where a value does not fit. */

const bcd = (digits: string): Buffer => Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');

/** Serial number (0–65535) and time of sending (YYMMDDHHmmss). */
export function head(serial: number, sentAt: string): Uint8Array {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(serial);
  return Buffer.concat([bytes, digitsOf(sentAt, 12)]);
}

/** F1F1 with the station's address (ten hexadecimal digits) and class. */
export const stationOf = (station: string, stationClass: number): Uint8Array =>
  Buffer.concat([Buffer.from([0xf1, 0xf1]), Buffer.from(station, 'hex'), Buffer.from([stationClass])]);

/** F0F0 with the observation time (YYMMDDHHmm). */
export const observedAt = (time: string): Uint8Array => Buffer.concat([Buffer.from([0xf0, 0xf0]), digitsOf(time, 10)]);

/** One BCD element: `value` is rounded to `decimals` (0–7), null is FF in every byte, a value below zero gets an FF before it. */
export function element(id: number, value: number | null, bytes: number, decimals: number): Uint8Array {
  if (value === null) return Buffer.from([id, (bytes << 3) | decimals, ...Array<number>(bytes).fill(0xff)]);
  const digits = Math.round(Math.abs(value) * 10 ** decimals).toFixed(0);
  if (digits.length > bytes * 2) throw new RangeError(`${value} does not fit in ${bytes} bytes`);
  const data = bcd(digits.padStart(bytes * 2, '0'));
  const negative = value < 0 && /[1-9]/.test(digits);
  const sign = negative ? [0xff] : [];
  return Buffer.from([id, ((bytes + sign.length) << 3) | decimals, ...sign, ...data]);
}

/** F4 (items of one byte) or F5 to FC (two bytes): twelve readings in the item's own unit, null for none. */
export function array(id: number, items: readonly (number | null)[]): Uint8Array {
  const size = id === 0xf4 ? 1 : 2;
  if (items.length !== 12) throw new RangeError(`${items.length} readings where 12 belong`);
  const data = Buffer.alloc(12 * size);
  for (const [index, item] of items.entries()) data.writeUIntBE(item ?? 256 ** size - 1, index * size, size);
  return Buffer.concat([Buffer.from([id, data.length << 3]), data]);
}

/** 45: the 32 bits of state and alarms. */
export function status(bits: number): Uint8Array {
  const data = Buffer.alloc(6);
  data.writeUInt16BE(0x4520);
  data.writeUInt32BE(bits, 2);
  return data;
}

function digitsOf(text: string, length: number): Buffer {
  if (text.length !== length || !/^\d+$/.test(text)) throw new RangeError(`"${text}" is not ${length} digits`);
  return bcd(text);
}
