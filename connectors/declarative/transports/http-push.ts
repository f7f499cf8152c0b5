import { receivePushes } from '../../shared/transports/http-push.js';
import type { Format } from '../formats.js';
import type { Reader } from '../reader.js';
import type { SettingsOf, Transport } from './transport.js';

const TYPES: Readonly<Record<Format, readonly string[]>> = {
  json: ['application/json', 'text/json'],
  xml: ['application/xml', 'text/xml'],
  csv: ['text/csv', 'text/plain', 'application/octet-stream'],
  xlsx: ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'application/octet-stream'],
  rows: [],
};

/** Takes what is sent to POST /feeds/<feed id>; each call is answered after it is stored. */
export function httpPush(id: string, own: SettingsOf<'http-push'>, reader: Reader): Transport {
  const options = { feedId: id, ...own.push, contentTypes: own.push.contentTypes ?? TYPES[own.format] };
  return {
    run: (context) => receivePushes(context, options, (bytes) => reader.read({ bytes, about: {} })),
  };
}
