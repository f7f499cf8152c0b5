import type { OutgoingChange } from '../model/delivery.js';
import type { WarningStatus } from '../model/warning.js';
import { PUBLISHED } from '../model/warning-sight.js';
import type { ChannelSettings } from './settings.js';

const LABELS: Readonly<Record<WarningStatus, string>> = { ACTUAL: '', EXERCISE: '【演练】', TEST: '【测试】' };

/** What stands before every headline of a warning that is not in earnest; empty for one that is. */
export const labelOf = (status: WarningStatus): string => LABELS[status];

/**
 * The one gate that every call of every channel goes through: undefined where the channel must not have the change. Nothing
 * unreleased leaves the hub; to the public only what is in earnest. Exercises and tests come out labelled in every headline.
 */
export function released(
  settings: Pick<ChannelSettings, 'public'>,
  change: OutgoingChange,
): OutgoingChange | undefined {
  const { warning } = change;
  if (!PUBLISHED.includes(warning.state)) return undefined;
  if (warning.status === 'ACTUAL') return change;
  // Anything but a plain false counts as public.
  if (settings.public !== false) return undefined;
  const label = labelOf(warning.status);
  const texts = warning.texts.map((text) => ({ ...text, headline: labelled(label, text.headline) }));
  return { ...change, warning: { ...warning, texts } };
}

const labelled = (label: string, headline: string): string =>
  headline.startsWith(label) ? headline : `${label}${headline}`;
