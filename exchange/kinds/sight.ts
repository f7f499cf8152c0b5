import { Sight } from '../../model/sight.js';
import type { Queryable } from '../../prisma/database.js';
import { grantsTo } from '../../prisma/store/read-access.js';

/** What a peer sees by what departments have granted it: in force at `at`, and not revoked as the caller's transaction sees it. */
export async function peerSight(client: Queryable, peer: string, at: Date): Promise<Sight> {
  const grants = await grantsTo(client, `peer:${peer}`, at);
  return new Sight(
    { kind: 'SYSTEM', department: null, roles: ['PEER'], peer },
    () => grants,
    () => at,
  );
}
