import type { AcknowledgementRow } from '../../model/delivery.js';
import type { Queryable } from '../database.js';

const COLUMNS = 'identifier, principal, recipient, note, at, late';

/**
 * Writes acknowledgements down, once for each warning, principal and recipient; what was written first stays. A delivery that was
 * handed over to one of these recipients is thereby known to have arrived. Returns the rows as they stand, and which are new.
 */
export async function acknowledge(
  client: Queryable,
  rows: readonly AcknowledgementRow[],
  now: Date,
): Promise<{ row: AcknowledgementRow; added: boolean }[]> {
  const [first] = rows;
  if (!first) return [];
  const { identifier, principal, note, late } = first;
  const recipients = rows.map(({ recipient }) => recipient);
  const written = await client.query<{ recipient: string }>(
    `INSERT INTO warning_acknowledgement (${COLUMNS}) SELECT $1, $2, r, $4, $5, $6 FROM unnest($3::text[]) r
     ON CONFLICT DO NOTHING RETURNING recipient`,
    [identifier, principal, recipients, note, now, late],
  );
  await client.query(
    `UPDATE warning_delivery SET state = 'DELIVERED', claimed_until = NULL, ended_at = $3
     WHERE identifier = $1 AND recipient = ANY($2) AND recipient <> '' AND state = 'SENT'`,
    [identifier, recipients, now],
  );
  // A statement of its own: it sees what another process wrote while the insertion waited for it.
  const { rows: all } = await client.query<AcknowledgementRow>(
    `SELECT ${COLUMNS} FROM warning_acknowledgement
     WHERE identifier = $1 AND principal = $2 AND recipient = ANY($3) ORDER BY recipient`,
    [identifier, principal, recipients],
  );
  const added = new Set(written.rows.map(({ recipient }) => recipient));
  return all.map((row) => ({ row, added: added.has(row.recipient) }));
}
