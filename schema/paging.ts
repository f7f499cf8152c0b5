import type { ObjectRef } from '@pothos/core';
import type { Page } from '../model/rows.js';
import type { Builder } from './builder.js';

/** A page as Relay's cursor connections have it. Lists go forward only. */
export const toConnection = <T>(page: Page<T>) => ({
  edges: page.items.map((node) => ({ node, cursor: page.cursorOf(node) })),
  pageInfo: {
    hasNextPage: page.more,
    hasPreviousPage: false,
    startCursor: page.items[0] === undefined ? null : page.cursorOf(page.items[0]),
    endCursor: page.items.at(-1) === undefined ? null : page.cursorOf(page.items.at(-1) as T),
  },
});

/** A connection type "<parent><Field>Connection" over a node. */
export const connectionOf = <T>(builder: Builder, name: string, node: ObjectRef<Builder['$inferSchemaTypes'], T, T>) =>
  builder.connectionObject(
    { type: node, name: `${name}Connection`, description: 'A page of a list. 列表的一页。' },
    { name: `${name}ConnectionEdge`, description: 'One of a page, with its place. 页中的一项及其位置。' },
  );
