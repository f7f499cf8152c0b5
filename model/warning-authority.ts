import { departmentOfAgency } from './agency.js';
import { type DepartmentCode, departmentOfFeed } from './department.js';

/** For which departments besides its own a feed may bring warnings. */
export type WarnsFor = 'all' | readonly DepartmentCode[];

/** Who says something of a warning. */
export interface Speaker {
  readonly feedId: string;
  readonly warnsFor?: WarnsFor | null | undefined;
}

export const mayWarnFor = ({ feedId, warnsFor }: Speaker, department: DepartmentCode): boolean =>
  departmentOfFeed(feedId) === department || warnsFor === 'all' || (warnsFor?.includes(department) ?? false);

/** What a message speaks of: its own warning, and those that it replaces or ends. */
export interface Spoken {
  readonly identifier: string;
  readonly references: readonly string[];
}

/** Why a feed may not send such a message, or undefined: one of its warnings is another department's, by the agency in its identifier or by what is `known`. */
export function authorityFault(
  speaker: Speaker,
  { identifier, references }: Spoken,
  known: (identifier: string) => DepartmentCode | undefined = () => undefined,
): string | undefined {
  for (const each of [identifier, ...references]) {
    const owner = departmentOfAgency(each) ?? known(each);
    if (owner === undefined || mayWarnFor(speaker, owner)) continue;
    const what = each === identifier ? 'is' : `names ${each.slice(0, 100)} in its references, which is`;
    return `${identifier.slice(0, 100)} ${what} a warning of ${owner}, for which ${speaker.feedId} does not speak: where it rightly passes such warnings on, list ${owner} as warnsFor in its settings`;
  }
  return undefined;
}
