import SchemaBuilder from '@pothos/core';
import RelayPlugin from '@pothos/plugin-relay';
import type { HubContext } from '../resolvers/context.js';

/** The one builder of a schema; each `buildSchema` call makes its own, so nothing is shared between hubs. */
export function createBuilder() {
  return new SchemaBuilder<{
    Context: HubContext;
    DefaultFieldNullability: false;
    DefaultEdgesNullability: { list: false; items: false };
    DefaultNodeNullability: false;
    Scalars: {
      DateTime: { Input: Date; Output: Date };
      GeoJSON: { Input: unknown; Output: unknown };
      Cursor: { Input: string; Output: string };
      ID: { Input: string; Output: string | number };
    };
  }>({
    plugins: [RelayPlugin],
    defaultFieldNullability: false,
    relay: {
      nodeQueryOptions: false,
      nodesQueryOptions: false,
      edgesFieldOptions: { nullable: { list: false, items: false } },
      nodeFieldOptions: { nullable: false },
      pageInfoTypeOptions: { description: 'Where a page stands in its list. 一页在列表中的位置。' },
    },
  });
}

export type Builder = ReturnType<typeof createBuilder>;
