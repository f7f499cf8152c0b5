export const WARNING_LEVELS = ['BLUE', 'YELLOW', 'ORANGE', 'RED'] as const;
export type WarningLevel = (typeof WARNING_LEVELS)[number];

export const WARNING_STATES = ['DRAFT', 'PENDING', 'ACTIVE', 'SUPERSEDED', 'CANCELLED', 'EXPIRED', 'REJECTED'] as const;
export type WarningState = (typeof WARNING_STATES)[number];

export const WARNING_STATUSES = ['ACTUAL', 'EXERCISE', 'TEST'] as const;
export type WarningStatus = (typeof WARNING_STATUSES)[number];

export const WARNING_CHANGE_KINDS = ['ISSUED', 'UPDATED', 'CANCELLED', 'EXPIRED'] as const;
export type WarningChangeKind = (typeof WARNING_CHANGE_KINDS)[number];

const COLOURS: Readonly<Record<string, WarningLevel>> = {
  blue: 'BLUE',
  yellow: 'YELLOW',
  orange: 'ORANGE',
  red: 'RED',
  蓝色: 'BLUE',
  黄色: 'YELLOW',
  橙色: 'ORANGE',
  红色: 'RED',
};

/** The level of a colour name in English or Chinese, any case. Level words (Ⅰ级, 特别严重) are never read: sources contradict each other. */
export const levelOfColour = (colour: string): WarningLevel | undefined => COLOURS[colour.trim().toLowerCase()];

/** The level of the last colour word in a Chinese headline ("将橙色升级为红色" is red), or undefined. */
export function levelOfHeadline(headline: string): WarningLevel | undefined {
  const colours = headline.match(/[蓝黄橙红]色/g);
  return colours ? COLOURS[colours.at(-1) as string] : undefined;
}
