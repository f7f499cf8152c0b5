import SchemaBuilder from '@pothos/core';
import FederationPlugin from '@pothos/plugin-federation';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import type { Role, Scope } from '../model/access.js';
import { type HubContext, hasRole, isKnown, refusal } from '../resolvers/context.js';

/** The one builder of a schema; each `buildSchema` call makes its own, so nothing is shared between hubs. */
export function createBuilder() {
  return new SchemaBuilder<{
    Context: HubContext;
    AuthScopes: {
      /** Anyone with a credential. */
      known: boolean;
      role: Role;
      scope: Scope;
    };
    DefaultFieldNullability: false;
    DefaultEdgesNullability: { list: false; items: false };
    DefaultNodeNullability: false;
    Scalars: {
      DateTime: { Input: Date; Output: Date };
      GeoJSON: { Input: NonNullable<unknown>; Output: unknown };
      Cursor: { Input: string; Output: string };
      ID: { Input: string; Output: string | number };
    };
  }>({
    // Authorisation comes first in the list, so that it runs before anything else does.
    plugins: [ScopeAuthPlugin, RelayPlugin, FederationPlugin],
    scopeAuth: {
      authScopes: (context) => ({
        known: isKnown(context),
        role: (role) => hasRole(context, [role]),
        scope: (scope) => context.viewer.scopes.includes(scope),
      }),
      // A type's own scopes are asked once an object, not once a field.
      runScopesOnType: true,
      authorizeOnSubscribe: true,
      unauthorizedError: (_parent, context) => refusal(context, 'a right that the caller does not have'),
    },
    defaultFieldNullability: false,
    relay: {
      nodeQueryOptions: false,
      nodesQueryOptions: false,
      edgesFieldOptions: {
        nullable: { list: false, items: false },
        description: 'Its items, each with its place. 各项及其位置。',
      },
      nodeFieldOptions: { nullable: false, description: 'The item. 该项。' },
      cursorFieldOptions: {
        description: 'Its place; pass it as `after` to continue behind it. 位置，作为 after 续查。',
      },
      pageInfoFieldOptions: { description: 'Where the page stands. 页的位置。' },
      hasNextPageFieldOptions: { description: 'Whether more follows. 是否还有后页。' },
      hasPreviousPageFieldOptions: { description: 'Always false: lists go forward only. 恒为否，只向后翻页。' },
      startCursorFieldOptions: { description: 'The place of its first item. 首项位置。' },
      endCursorFieldOptions: { description: 'The place of its last item, for `after`. 末项位置，用作 after。' },
      pageInfoTypeOptions: { description: 'Where a page stands in its list. 一页在列表中的位置。' },
    },
  });
}

export type Builder = ReturnType<typeof createBuilder>;
