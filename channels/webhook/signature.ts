import { createHmac } from 'node:crypto';

/** The value of `x-fenghuo-signature`: HMAC-SHA256 over "<timestamp>.<body>", hex, with the scheme's version before it. */
export const signatureOf = (key: string, timestamp: string, body: string): string =>
  `v1=${createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex')}`;
