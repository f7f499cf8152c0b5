import { levelOfColour, levelOfHeadline, WARNING_LEVELS, type WarningLevel } from '../../../model/warning.js';
import type { Alert, AlertInfo, NamedValue } from '../../shared/codecs/alert.js';
import { COLOUR_PARAMETER } from '../../shared/codecs/cap.js';
import type { Settings } from './config.js';

/** A colour that qualifies a warning; "Red Flag Warning" is a hazard's name, no level. */
const ENGLISH_COLOUR =
  /\b(blue|yellow|orange|red)\b(?!\s+flag)(?:\s+[a-z-]+){0,4}?\s+(?:warnings?|alerts?|signals?)\b/gi;

/**
 * The level of a message, undefined where nothing says one: the domestic severity (a colour), else the colour that a hub says, else that of a Chinese
 * headline, else that of an English one, else the CAP severity by the settings' table. Of several blocks the highest counts.
 */
export function levelOf(alert: Alert, settings: Settings): WarningLevel | undefined {
  const domestic =
    alert.dialect === '12379' ? highest(alert.infos.map((info) => levelOfColour(info.severity))) : undefined;
  if (domestic) return domestic;
  const told = highest(alert.infos.flatMap(({ parameters }) => parameters.map(colourOf)));
  if (told) return told;
  const headlines = alert.infos.map((info) => info.headline ?? '');
  const coloured = highest(headlines.map(levelOfHeadline)) ?? highest(headlines.map(levelOfEnglish));
  return coloured ?? highest(alert.infos.map((info) => levelOfSeverity(info, settings)));
}

const colourOf = ({ name, value }: NamedValue): WarningLevel | undefined =>
  name === COLOUR_PARAMETER ? levelOfColour(value) : undefined;

function levelOfEnglish(headline: string): WarningLevel | undefined {
  const colour = [...headline.matchAll(ENGLISH_COLOUR)].at(-1)?.[1];
  return colour === undefined ? undefined : levelOfColour(colour);
}

function levelOfSeverity(info: AlertInfo, { severityLevels }: Settings): WarningLevel | undefined {
  const severity = info.severity as keyof typeof severityLevels;
  return Object.hasOwn(severityLevels, severity) ? severityLevels[severity] : undefined;
}

const highest = (levels: readonly (WarningLevel | undefined)[]): WarningLevel | undefined =>
  WARNING_LEVELS.findLast((level) => levels.includes(level));
