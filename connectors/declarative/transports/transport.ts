import type { FeedSource } from '../../connector.js';
import type { Settings } from '../config.js';

/** How a declared feed's inputs come: what a FeedSource needs of it. */
export type Transport = Pick<FeedSource, 'everySeconds' | 'run'>;

/** The settings of a feed with this transport. */
export type SettingsOf<T extends Settings['transport']> = Extract<Settings, { transport: T }>;
