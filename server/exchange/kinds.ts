import { z } from 'zod';
import { heartbeat } from '../../exchange/kinds/heartbeat.js';
import type { ExchangeKind } from '../../exchange/kinds/kind.js';

/** What goes to a peer, by kind; what is not named does not go. Signs of life always do. */
export const sendSettings = z.strictObject({});
export type SendSettings = z.infer<typeof sendSettings>;

/** What is taken from a peer, by kind. */
export const acceptSettings = z.strictObject({});
export type AcceptSettings = z.infer<typeof acceptSettings>;

export const kindsToSend = (_settings: SendSettings): readonly ExchangeKind[] => [heartbeat];
export const kindsToAccept = (_settings: AcceptSettings): readonly ExchangeKind[] => [heartbeat];
