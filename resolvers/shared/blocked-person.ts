import { appendEntries } from '../../events/log.js';
import type { NewEntry } from '../../model/entry.js';
import { HubError } from '../../model/errors.js';
import { blockPerson as block, unblockPerson as unblock } from '../../prisma/store/write-access.js';
import { type HubContext, requireAdmin } from '../context.js';
import { idInput, lineInput } from './text-input.js';

const changed = (id: string, at: Date, revoked: string | null): NewEntry => ({
  topic: 'access',
  key: id,
  at,
  payload: { kind: 'person', id, revoked },
});

/** Keeps a person out whatever token they bring, from the commit on; their open sockets end. Doing so twice changes nothing. */
export async function blockPerson(args: { id: string; reason: string }, context: HubContext): Promise<boolean> {
  requireAdmin(context);
  const id = personInput(args.id);
  const reason = lineInput('reason', args.reason, 500);
  const now = context.now();
  await context.db.transaction(async (client) => {
    await block(client, id, reason, now, context.viewer.id);
    await appendEntries(client, [changed(id, now, id)]);
  });
  return true;
}

/** Lets them in again; false where they were not kept out. */
export async function unblockPerson(args: { id: string }, context: HubContext): Promise<boolean> {
  requireAdmin(context);
  const id = personInput(args.id);
  return context.db.transaction(async (client) => {
    const was = await unblock(client, id);
    await appendEntries(client, [changed(id, context.now(), null)]);
    return was;
  });
}

function personInput(value: string): string {
  const id = idInput('id', value);
  if (!id.startsWith('person:'))
    throw new HubError('BAD_INPUT', 'id: a person\'s, as `me { id }` gives it: "person:<issuer>#<subject>"', {
      field: 'id',
    });
  return id;
}
