import { appendEntries } from '../../events/log.js';
import { type Role, roleFault, type Scope } from '../../model/access.js';
import type { ApiKeyRow } from '../../model/access-rows.js';
import { newApiKey } from '../../model/api-key.js';
import type { DepartmentCode } from '../../model/department.js';
import type { NewEntry } from '../../model/entry.js';
import { HubError } from '../../model/errors.js';
import { isPeer, listApiKeys } from '../../prisma/store/read-access.js';
import { endApiKey, insertApiKey, lockApiKey, rotateApiKey as rotate } from '../../prisma/store/write-access.js';
import { type HubContext, hasRole, refusal, requireRole } from '../context.js';
import { idInput, lineInput } from './text-input.js';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 365;
/** Of a key's life: whoever still needs it then rotates it. */
const MOST_DAYS = 730;
const DEFAULT_OVERLAP_SECONDS = 3600;
const MOST_OVERLAP_SECONDS = 7 * 86_400;

/** A key with its text, which is told this once. */
export interface ApiKeyTold {
  readonly text: string;
  readonly row: ApiKeyRow;
}

export interface CreateKeyInput {
  readonly name: string;
  readonly department?: DepartmentCode | null | undefined;
  /** With the role PEER alone. */
  readonly peer?: string | null | undefined;
  readonly roles: readonly Role[];
  readonly scopes?: readonly Scope[] | null | undefined;
  readonly expiresAt?: Date | null | undefined;
}

/** Keys of the caller's department, or of all for whoever administers the hub; revoked and expired ones too. */
export function apiKeys(context: HubContext): Promise<readonly ApiKeyRow[]> {
  requireRole(context, ['ADMINISTRATOR']);
  return listApiKeys(context.db.read, context.viewer.department ?? undefined);
}

/** Makes a key for a system of a department, of the hub's own staff where none is named, or for the platform of another tier. */
export async function createApiKey(input: CreateKeyInput, context: HubContext): Promise<ApiKeyTold> {
  const department = input.department ?? null;
  requireKeeper(context, department);
  const roles = [...new Set(input.roles)];
  const scopes = [...new Set(input.scopes ?? [])];
  // A gateway's key proves that it is one, and needs to see nothing itself.
  if (roles.length === 0 && !scopes.includes('GATEWAY'))
    throw new HubError('BAD_INPUT', 'roles: name at least one', { field: 'roles' });
  const peer = await peerInput(input, context);
  const fault = roleFault(roles, department, peer) ?? peerFault(peer, scopes);
  if (fault) throw new HubError('BAD_INPUT', `roles: ${fault}`, { field: 'roles' });
  requireNoMoreThanOwn(roles, scopes, context);
  const { id, text, hash } = newApiKey();
  const now = context.now();
  const row = await context.db.transaction((client) =>
    insertApiKey(client, {
      id,
      name: lineInput('name', input.name, 100),
      department,
      peer,
      roles,
      scopes,
      hash,
      createdAt: now,
      createdBy: context.viewer.id,
      expiresAt: expiryInput(input.expiresAt, now),
    }),
  );
  return { text, row };
}

/** A new secret for a key; the one before opens for the overlap still, so that its bearer changes over without an outage. */
export async function rotateApiKey(
  args: { id: string; overlapSeconds?: number | null | undefined; expiresAt?: Date | null | undefined },
  context: HubContext,
): Promise<ApiKeyTold> {
  const id = idInput('id', args.id);
  const overlap = args.overlapSeconds ?? DEFAULT_OVERLAP_SECONDS;
  if (overlap < 0 || overlap > MOST_OVERLAP_SECONDS)
    throw new HubError('BAD_INPUT', `overlapSeconds: 0 to ${MOST_OVERLAP_SECONDS}`, { field: 'overlapSeconds' });
  const now = context.now();
  const expiresAt = expiryInput(args.expiresAt, now);
  const made = newApiKey(id);
  const row = await context.db.transaction(async (client) => {
    const held = await keptKey(client, id, context);
    // Whoever is told a key's secret can use it.
    requireNoMoreThanOwn(held.roles, held.scopes, context);
    if (held.revokedAt) throw new HubError('CONFLICT', `"${id}" is revoked: make a new key`);
    const formerUntil = new Date(now.getTime() + overlap * 1000);
    const rotated = await rotate(client, id, { hash: made.hash, at: now, formerUntil, expiresAt });
    await appendEntries(client, [changed(id, now, null)]);
    return rotated;
  });
  return { text: made.text, row };
}

/** Ends a key at once, also on open sockets; doing so twice changes nothing. */
export async function revokeApiKey(args: { id: string }, context: HubContext): Promise<ApiKeyRow> {
  const id = idInput('id', args.id);
  const now = context.now();
  return context.db.transaction(async (client) => {
    await keptKey(client, id, context);
    const row = await endApiKey(client, id, now, context.viewer.id);
    await appendEntries(client, [changed(id, now, id)]);
    return row;
  });
}

/** A platform that the settings name. */
async function peerInput({ peer }: CreateKeyInput, context: HubContext): Promise<string | null> {
  if (peer == null) return null;
  const name = lineInput('peer', peer, 100);
  if (await isPeer(context.db.read, name)) return name;
  throw new HubError('BAD_INPUT', `peer: the settings name no platform "${name}"`, { field: 'peer' });
}

const peerFault = (peer: string | null, scopes: readonly Scope[]): string | undefined =>
  peer !== null && scopes.includes('PERSONAL') ? 'PEER takes no PERSONAL: persons stay here' : undefined;

const changed = (id: string, at: Date, revoked: string | null): NewEntry => ({
  topic: 'access',
  key: id,
  at,
  payload: { kind: 'key', id, revoked },
});

type Client = Parameters<Parameters<HubContext['db']['transaction']>[0]>[0];

/** A key that the caller manages; any other does not exist for them. */
async function keptKey(client: Client, id: string, context: HubContext): Promise<ApiKeyRow> {
  requireRole(context, ['ADMINISTRATOR']);
  const row = await lockApiKey(client, id);
  const { department } = context.viewer;
  if (!row || (department !== null && row.department !== department)) throw new HubError('NOT_FOUND', `no key "${id}"`);
  return row;
}

/** Of a department its own administrator or the hub's, of the hub's staff the hub's alone. */
function requireKeeper(context: HubContext, department: DepartmentCode | null): void {
  if (department !== null) requireRole(context, ['ADMINISTRATOR'], department);
  else if (!hasRole(context, ['ADMINISTRATOR']) || context.viewer.department !== null)
    throw refusal(context, 'the role ADMINISTRATOR of the hub');
}

/** What a department's administrator cannot give: who administers, audits or lets warnings out, so that nobody makes themselves the second pair of eyes. */
const GIVEN_BY_HUB: readonly Role[] = ['ADMINISTRATOR', 'AUDITOR', 'RELEASER', 'DUTY_OFFICER'];

/** Nor do they give a permission that they do not have. */
function requireNoMoreThanOwn(roles: readonly Role[], scopes: readonly Scope[], context: HubContext): void {
  const { viewer } = context;
  if (viewer.department === null) return;
  if (roles.some((role) => GIVEN_BY_HUB.includes(role)))
    throw refusal(context, `the role ADMINISTRATOR of the hub, to give one of the roles ${GIVEN_BY_HUB.join(', ')}`);
  const beyond = scopes.find((scope) => !viewer.scopes.includes(scope));
  if (beyond) throw refusal(context, `the permission ${beyond}, to give it`);
}

function expiryInput(given: Date | null | undefined, now: Date): Date {
  const expiresAt = given ?? new Date(now.getTime() + DEFAULT_DAYS * DAY_MS);
  if (expiresAt <= now || expiresAt.getTime() > now.getTime() + MOST_DAYS * DAY_MS)
    throw new HubError('BAD_INPUT', `expiresAt: after now and within ${MOST_DAYS} days`, { field: 'expiresAt' });
  return expiresAt;
}
