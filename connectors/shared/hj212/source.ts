import type { FeedSource } from '../../connector.js';
import { Hj212Splitter } from '../codecs/hj212-splitter.js';
import { answerDevices } from '../transports/answering-devices.js';
import { Hj212Reader, listedDevices, readFrames } from './reader.js';
import type { Hj212Settings } from './settings.js';

/** A feed of devices that call in and speak HJ 212: its stations and limits come from the settings. */
export const hj212Source = (own: Hj212Settings): FeedSource => ({
  async run(context) {
    const records = listedDevices(own);
    if (records.length > 0) await context.take({ records, rejects: [] });
    await answerDevices(own.listen, context, {
      splitter: () => new Hj212Splitter(),
      reader: () => new Hj212Reader(own),
    });
  },
  replay: (input, now) => readFrames(input, own, now),
});
