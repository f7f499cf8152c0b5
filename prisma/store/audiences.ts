import type { Audience } from '../../model/audience.js';
import type { Queryable } from '../database.js';

/** Replaces what a warning is meant for; in the transaction of whatever says so. */
export async function writeAudiences(
  client: Queryable,
  identifier: string,
  audiences: readonly Audience[],
): Promise<void> {
  await client.query('DELETE FROM warning_audience WHERE identifier = $1', [identifier]);
  await client.query(
    `INSERT INTO warning_audience (identifier, audience, division_code) SELECT DISTINCT $1, * FROM unnest($2::text[], $3::text[])`,
    [identifier, audiences.map(({ group }) => group), audiences.map(({ division }) => division)],
  );
}

/** Whom these warnings are meant for, by identifier, each in a fixed order; none where nobody has said. */
export async function readAudiences(
  db: Queryable,
  identifiers: readonly string[],
): Promise<Map<string, readonly Audience[]>> {
  const { rows } = await db.query<Audience & { identifier: string }>(
    `SELECT identifier, audience AS group, division_code AS division FROM warning_audience
     WHERE identifier = ANY($1) ORDER BY identifier, division_code, audience`,
    [identifiers],
  );
  const found = new Map<string, Audience[]>();
  for (const { identifier, ...audience } of rows) found.set(identifier, [...(found.get(identifier) ?? []), audience]);
  return found;
}
