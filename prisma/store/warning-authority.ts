import type { Stamped } from '../../model/batch.js';
import type { DepartmentCode } from '../../model/department.js';
import { pieceOf, type Reject, type WarningRecord } from '../../model/record.js';
import { authorityFault, type WarnsFor } from '../../model/warning-authority.js';
import type { Queryable } from '../database.js';
import { ownerOf } from './warning-merge.js';

type Message = Stamped<WarningRecord>;

/** Parts the messages that a feed may send from those that speak of another department's warning. What was released here has been judged before. */
export async function judgeAuthority(
  client: Queryable,
  feedId: string,
  messages: readonly Message[],
): Promise<{ entitled: Message[]; rejects: Reject[] }> {
  const named = messages.flatMap(({ identifier, references }) => [identifier, ...references]);
  const owners = await knownOwners(client, named);
  const entitled: Message[] = [];
  const rejects: Reject[] = [];
  for (const message of messages) {
    const fault =
      message.format === 'hub'
        ? undefined
        : authorityFault({ feedId, warnsFor: message.warnsFor }, message, (each) => owners.get(each));
    if (fault === undefined) entitled.push(message);
    else rejects.push({ ...pieceOf(message), reason: 'not-authorised', detail: fault });
  }
  return { entitled, rejects };
}

/** Whose each warning is, drafts among them; of a cancellation that is no warning itself, whoever told of it. */
async function knownOwners(
  client: Queryable,
  identifiers: readonly string[],
): Promise<ReadonlyMap<string, DepartmentCode>> {
  const { rows } = await client.query<{ identifier: string; owner: DepartmentCode }>(
    'SELECT identifier, department_code AS owner FROM warning WHERE identifier = ANY($1)',
    [identifiers],
  );
  const owners = new Map(rows.map(({ identifier, owner }) => [identifier, owner]));
  const others = identifiers.filter((each) => !owners.has(each));
  if (others.length === 0) return owners;
  const sources = await client.query<{ identifier: string; feedId: string; format: string; warnsFor: WarnsFor | null }>(
    `SELECT identifier, feed_id AS "feedId", format, record->'warnsFor' AS "warnsFor" FROM warning_source WHERE identifier = ANY($1)`,
    [others],
  );
  for (const identifier of new Set(sources.rows.map((row) => row.identifier))) {
    const own = sources.rows.filter((row) => row.identifier === identifier);
    owners.set(identifier, ownerOf(own.map((row) => ({ ...row, record: { warnsFor: row.warnsFor ?? [] } }))));
  }
  return owners;
}

/** Forgets that these messages name a warning. */
export async function dropReferences(client: Queryable, to: string, from: readonly string[]): Promise<void> {
  if (from.length === 0) return;
  await client.query('DELETE FROM warning_reference WHERE to_identifier = $1 AND from_identifier = ANY($2)', [
    to,
    from,
  ]);
}
