import { broadcast } from '../../channels/broadcast/index.js';
import type { ChannelKind } from '../../channels/channel.js';
import type { ChannelSettings } from '../../channels/settings.js';
import { sms } from '../../channels/sms/index.js';
import { webhook } from '../../channels/webhook/index.js';

/** Every kind of channel this hub can be set up with; a new one is a folder under channels/ and a line here. */
export const channelKinds = [webhook, broadcast, sms] as unknown as readonly ChannelKind<ChannelSettings>[];

/** A channel as the settings file has it. */
export interface ConfiguredChannel {
  readonly name: string;
  readonly kind: ChannelKind<ChannelSettings>;
  readonly settings: ChannelSettings;
}
