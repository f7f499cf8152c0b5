import { createHash } from 'node:crypto';
import type { Input } from '../../model/record.js';
import type { Queryable } from '../database.js';

/** A longer input is not kept: what was rejected of it cannot be read again. */
const MAX_INPUT_BYTES = 4_000_000;
/** Of one feed, all kept inputs together; the oldest go first. */
const MAX_FEED_BYTES = 256_000_000;

/** Keeps the inputs of new rejections, each once, and ties the rejections to them. */
export async function keepInputs(
  client: Queryable,
  feedId: string,
  rejections: readonly { readonly id: number; readonly input: Input }[],
  at: Date,
): Promise<void> {
  // One input often makes many rejections: it is asked for once.
  const byInput = new Map<Input, number[]>();
  for (const { id, input } of rejections) byInput.set(input, [...(byInput.get(input) ?? []), id]);
  for (const [input, ids] of byInput) {
    const bytes = Buffer.from(input() as Uint8Array);
    if (bytes.length > MAX_INPUT_BYTES) continue;
    const hash = createHash('sha256').update(bytes).digest();
    await client.query(
      `WITH kept AS (
         INSERT INTO rejected_input (feed_id, bytes, hash, received_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (feed_id, hash) DO UPDATE SET hash = excluded.hash RETURNING id
       ) UPDATE rejection SET input_id = kept.id FROM kept WHERE rejection.id = ANY($5)`,
      [feedId, bytes, hash, at, ids],
    );
  }
}

export interface KeptInput {
  readonly id: number;
  readonly bytes: Buffer;
  readonly receivedAt: Date;
}

/** The oldest input after `after` that holds a rejection of this feed, and of this reason where one is given. */
export async function nextInput(
  db: Queryable,
  feedId: string,
  reason: string | undefined,
  after: number,
): Promise<KeptInput | undefined> {
  const { rows } = await db.query<KeptInput>(
    `SELECT id, bytes, received_at AS "receivedAt" FROM rejected_input i WHERE feed_id = $1 AND id > $2
       AND EXISTS (SELECT FROM rejection r WHERE r.input_id = i.id AND ($3::text IS NULL OR r.reason = $3))
     ORDER BY id LIMIT 1`,
    [feedId, after, reason ?? null],
  );
  return rows[0];
}

/** Of this feed, and of this reason where one is given: how many rejections could be read again, and how many have no input left. */
export async function countRejections(
  db: Queryable,
  feedId: string,
  reason: string | undefined,
): Promise<{ retriable: number; notKept: number }> {
  const { rows } = await db.query<{ retriable: number; notKept: number }>(
    `SELECT count(input_id)::int AS retriable, (count(*) - count(input_id))::int AS "notKept"
     FROM rejection WHERE feed_id = $1 AND ($2::text IS NULL OR reason = $2)`,
    [feedId, reason ?? null],
  );
  return rows[0] ?? { retriable: 0, notKept: 0 };
}

/** Takes away the rejections of an input, before it is written anew; returns their reasons. */
export async function clearRejections(client: Queryable, inputId: number): Promise<string[]> {
  await client.query('SELECT FROM rejected_input WHERE id = $1 FOR UPDATE', [inputId]);
  const { rows } = await client.query<{ reason: string }>(
    'DELETE FROM rejection WHERE input_id = $1 RETURNING reason',
    [inputId],
  );
  return rows.map((row) => row.reason);
}

/** Drops inputs that no rejection refers to any more, and the oldest of a feed that keeps too much. */
export async function dropUnusedInputs(db: Queryable): Promise<void> {
  await db.query('DELETE FROM rejected_input i WHERE NOT EXISTS (SELECT FROM rejection r WHERE r.input_id = i.id)');
  await db.query(
    `DELETE FROM rejected_input USING (
       SELECT id, sum(length(bytes)) OVER (PARTITION BY feed_id ORDER BY id DESC) AS kept FROM rejected_input
     ) sized WHERE sized.id = rejected_input.id AND sized.kept > $1`,
    [MAX_FEED_BYTES],
  );
}
