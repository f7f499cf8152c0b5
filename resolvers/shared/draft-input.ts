import { AUDIENCE_GROUPS, type Audience, type AudienceGroup } from '../../model/audience.js';
import { HAZARDS } from '../../model/hazard.js';
import type { WarningText } from '../../model/record.js';
import type { WarningSender } from '../../model/release.js';
import type { WarningLevel } from '../../model/warning.js';
import type { HubContext } from '../context.js';
import { badInput, textInput } from './text-input.js';

type Maybe<T> = T | null | undefined;

export interface TextInput {
  readonly language: string;
  readonly headline: string;
  readonly description: string;
  readonly instruction?: Maybe<string>;
  readonly hazard?: Maybe<string>;
}

/** What a warning is to say, whether it is new or replaces another. */
export interface ContentInput {
  readonly level: WarningLevel;
  readonly effectiveAt?: Maybe<Date>;
  readonly onsetAt?: Maybe<Date>;
  readonly expiresAt: Date;
  readonly texts: readonly TextInput[];
  readonly divisions: readonly string[];
  readonly audiences?: Maybe<readonly { readonly group: AudienceGroup; readonly division: string }[]>;
}

/** The same, checked. Whether the settings allow it is another question. */
export interface Content {
  readonly level: WarningLevel;
  readonly effectiveAt: Date | null;
  readonly onsetAt: Date | null;
  readonly expiresAt: Date;
  readonly texts: readonly WarningText[];
  /** Of today, in their shortest form. */
  readonly divisions: readonly string[];
  readonly audiences: readonly Audience[];
}

const MOST = { texts: 8, divisions: 200, audiences: 100 } as const;
const HEADLINE = { most: 100 };
const DESCRIPTION = { most: 2000, lines: true };

/** What is wrong with it in itself is BAD_INPUT, and says where. */
export function checkContent(
  input: ContentInput,
  hazardCode: string,
  sender: WarningSender,
  context: HubContext,
): Content {
  const { level, effectiveAt = null, onsetAt = null, expiresAt } = input;
  if (effectiveAt && effectiveAt > expiresAt) badInput('effectiveAt', 'lies behind expiresAt');
  if (onsetAt && onsetAt > expiresAt) badInput('onsetAt', 'lies behind expiresAt');
  bounded('texts', input.texts, MOST.texts);
  const texts = input.texts.map((text, i) => checkText(text, `texts.${i}`, hazardCode, sender));
  if (new Set(texts.map(({ language }) => language)).size < texts.length) badInput('texts', 'one a language');
  if (!texts.some(({ language }) => language === 'zh-CN')) badInput('texts', 'one in zh-CN is needed');
  const audiences = input.audiences ?? [];
  if (audiences.length > MOST.audiences) badInput('audiences', `at most ${MOST.audiences}`);
  return {
    level,
    effectiveAt,
    onsetAt,
    expiresAt,
    texts,
    divisions: [
      ...new Set(bounded('divisions', input.divisions, MOST.divisions).map((c) => known('divisions', c, context))),
    ],
    audiences: audiences.map(({ group, division }, i) => ({
      group: AUDIENCE_GROUPS.includes(group) ? group : badInput(`audiences.${i}.group`, 'is no group'),
      division: known(`audiences.${i}.division`, division, context),
    })),
  };
}

function bounded<T>(field: string, list: readonly T[], most: number): readonly T[] {
  if (list.length < 1 || list.length > most) badInput(field, `1 to ${most}`);
  return list;
}

function known(field: string, code: string, context: HubContext): string {
  return (
    context.divisions.get(code)?.code ?? badInput(field, `"${code.slice(0, 20)}" is no division that the hub knows`)
  );
}

function checkText(given: TextInput, field: string, hazardCode: string, sender: WarningSender): WarningText {
  const language = canonicalLanguage(given.language) ?? badInput(`${field}.language`, 'is no BCP 47 language tag');
  const english = language.startsWith('en');
  const named = HAZARDS[hazardCode];
  const hazard = given.hazard ? textInput(`${field}.hazard`, given.hazard, { most: 50 }) : undefined;
  const instruction = given.instruction?.trim() ? given.instruction : undefined;
  return {
    language,
    hazard: hazard ?? (english ? named?.en : named?.zh) ?? hazardCode,
    senderName:
      sender.name[language] ?? sender.name[language.split('-')[0] ?? ''] ?? sender.name['zh-CN'] ?? sender.code,
    headline: textInput(`${field}.headline`, given.headline, HEADLINE),
    description: textInput(`${field}.description`, given.description, DESCRIPTION),
    instruction: instruction === undefined ? null : textInput(`${field}.instruction`, instruction, DESCRIPTION),
  };
}

/** "ZH-cn" is "zh-CN"; "zh" is taken for it. */
function canonicalLanguage(given: string): string | undefined {
  try {
    const [tag] = given.length <= 35 ? Intl.getCanonicalLocales(given) : [];
    return tag === 'zh' ? 'zh-CN' : tag;
  } catch {
    return undefined;
  }
}
