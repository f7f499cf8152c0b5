import type { Hub, SubscribeOptions, Subscription } from './connect.js';
import {
  WarningChangedDocument,
  type WarningChangedSubscription,
  type WarningChangedSubscriptionVariables,
  type WarningFieldsFragment,
  WarningsDocument,
  type WarningsQuery,
} from './generated/graphql.js';

export interface FollowWarningsOptions extends Omit<SubscribeOptions, 'refresh'> {
  readonly filter?: WarningChangedSubscriptionVariables['filter'];
  /** Language of the texts, BCP 47. Default zh-CN. */
  readonly language?: string;
  /** What is in force now (or what the filter's states name): at a start without a cursor, and after each gap. */
  readonly onCurrent?: (warnings: readonly WarningFieldsFragment[]) => void | Promise<void>;
}

/** Changes of warnings, with what is in force first: the two together miss nothing. */
export function followWarnings(
  hub: Hub,
  options: FollowWarningsOptions = {},
): Subscription<WarningChangedSubscription> {
  const { filter, language, onCurrent, ...rest } = options;
  const variables = { ...(filter ? { filter } : {}), ...(language ? { language } : {}) };
  const refresh = async (): Promise<void> => onCurrent?.(await allWarnings(hub, variables));
  return hub.subscribe(WarningChangedDocument, variables, { ...rest, ...(onCurrent ? { refresh } : {}) });
}

/** Every page of `warnings`, newest first. */
export async function allWarnings(
  hub: Hub,
  variables: Pick<WarningChangedSubscriptionVariables, 'filter' | 'language'> = {},
): Promise<WarningFieldsFragment[]> {
  const found: WarningFieldsFragment[] = [];
  for (let after: string | null | undefined = null; ; ) {
    const { warnings }: WarningsQuery = await hub.query(WarningsDocument, { ...variables, first: 200, after });
    found.push(...warnings.edges.map(({ node }) => node));
    if (!warnings.pageInfo.hasNextPage) return found;
    after = warnings.pageInfo.endCursor;
  }
}
