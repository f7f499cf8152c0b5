import type { Outcome } from '../../../model/record.js';
import { normalize as readMessage } from '../hazardous-chemicals/normalize.js';
import type { Settings } from './config.js';

/** One call's body: the same messages as by MQTT. */
export const normalize = (input: Uint8Array, settings: Settings, now: Date, fileName: string): Outcome =>
  readMessage(input, settings, now, fileName);
