import type { Outcome } from '../../../model/record.js';
import { listedDevices, readFrames } from '../../shared/hj212/reader.js';
import type { Settings } from './config.js';

/** All frames of a capture, as if one connection had brought them. Listed devices come first. */
export function normalize(input: Uint8Array, settings: Settings, now: Date): Outcome {
  const { records, rejects } = readFrames(input, settings, now);
  return { records: [...listedDevices(settings), ...records], rejects };
}
