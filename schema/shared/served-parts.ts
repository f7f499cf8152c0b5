import type { Part } from '../../model/part.js';
import type { Builder } from '../builder.js';

/** What a process says of itself that serves only parts of the graph. The composed graph does not show it. */
export function addServedParts(builder: Builder, parts: readonly Part[]): void {
  builder.queryField('servedParts', (t) =>
    t.stringList({
      shareable: true,
      inaccessible: true,
      description: 'The parts of the graph that this process serves. 本进程提供的部分。',
      resolve: () => [...parts],
    }),
  );
}
