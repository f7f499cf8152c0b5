import { randomUUID } from 'node:crypto';
import { appendEntries } from '../../events/log.js';
import { granteeOf } from '../../model/access.js';
import type { GrantRow } from '../../model/access-rows.js';
import { type DepartmentCode, departmentOfFeed } from '../../model/department.js';
import type { NewEntry } from '../../model/entry.js';
import { HubError } from '../../model/errors.js';
import { PROPERTY_NAMES, type PropertyName } from '../../model/property.js';
import { registerOf } from '../../model/registers.js';
import { isPeer, listGrants } from '../../prisma/store/read-access.js';
import { feedsById } from '../../prisma/store/read-feeds.js';
import { endGrant, insertGrant, lockGrant } from '../../prisma/store/write-access.js';
import { type HubContext, requireAdmin, requireRole } from '../context.js';
import { idInput, lineInput } from './text-input.js';

export interface GrantInput {
  readonly feed: string | number;
  readonly property?: string | null | undefined;
  readonly register?: string | null | undefined;
  /** One of the two. */
  readonly to?: DepartmentCode | null | undefined;
  readonly toPeer?: string | null | undefined;
  readonly positionToTownship?: boolean | null | undefined;
  readonly valueToGrade?: boolean | null | undefined;
  readonly hideNames?: boolean | null | undefined;
  readonly reason: string;
  readonly validFrom?: Date | null | undefined;
  readonly validUntil?: Date | null | undefined;
}

/** What the caller's department has granted and was granted, or the platform was; all grants for the hub's own staff. */
export function grants(
  args: { feed?: string | number | null | undefined; past?: boolean | null | undefined },
  context: HubContext,
): Promise<readonly GrantRow[]> {
  return listGrants(context.db.read, {
    of: granteeOf(context.viewer),
    feed: args.feed == null ? undefined : idInput('feed', args.feed),
    past: args.past ?? false,
    now: context.now(),
  });
}

/** Lets another department, or the platform of another tier, see a data set of one's own. Holds from the commit on, in every process. */
export async function grantDataset(input: GrantInput, context: HubContext): Promise<GrantRow> {
  const feed = idInput('feed', input.feed);
  const owner = ownerOf(feed, context);
  requireRole(context, ['ADMINISTRATOR'], owner);
  if ((await feedsById(context.db, [feed])).length === 0) throw new HubError('NOT_FOUND', `no feed "${feed}"`);
  const to = await granteeInput(input, owner, context);
  const now = context.now();
  const validFrom = input.validFrom ?? now;
  const validUntil = input.validUntil ?? null;
  if (validUntil && (validUntil <= validFrom || validUntil <= now))
    throw wrong('validUntil', 'must lie ahead, and after validFrom');
  const grant = {
    id: randomUUID(),
    owner,
    ...to,
    dataset: { feed, ...partInput(input) },
    coarsening: {
      position: input.positionToTownship ?? false,
      value: input.valueToGrade ?? false,
      names: input.hideNames ?? false,
    },
    reason: lineInput('reason', input.reason, 500),
    validFrom,
    validUntil,
    grantedAt: now,
    grantedBy: context.viewer.id,
  };
  return context.db.transaction(async (client) => {
    const row = await insertGrant(client, grant);
    await appendEntries(client, [changed(row, now, null)]);
    return row;
  });
}

/** Ends a grant at once, also for open subscriptions; doing so twice changes nothing. */
export async function revokeGrant(args: { id: string }, context: HubContext): Promise<GrantRow> {
  const id = idInput('id', args.id);
  requireRole(context, ['ADMINISTRATOR']);
  const now = context.now();
  return context.db.transaction(async (client) => {
    const held = await lockGrant(client, id);
    const { department } = context.viewer;
    if (!held || (department !== null && held.owner !== department))
      throw new HubError('NOT_FOUND', `no grant "${id}" of yours`);
    const row = await endGrant(client, id, now, context.viewer.id);
    await appendEntries(client, [changed(row, now, id)]);
    return row;
  });
}

/** Neither revoked nor over, and begun. */
export const isInForce = ({ revokedAt, validFrom, validUntil }: GrantRow, { now }: HubContext): boolean =>
  revokedAt === null && validFrom <= now() && (validUntil === null || validUntil > now());

function changed({ grantee, peer }: GrantRow, at: Date, revoked: string | null): NewEntry {
  const id = granteeOf({ department: grantee, peer: peer ?? undefined }) ?? '';
  return { topic: 'access', key: id, at, payload: { kind: 'grants', id, revoked } };
}

/** Who is to see it: another department, or a platform that the settings name. */
async function granteeInput(
  { to, toPeer }: GrantInput,
  owner: DepartmentCode,
  context: HubContext,
): Promise<{ grantee: DepartmentCode | null; peer: string | null }> {
  if ((to == null) === (toPeer == null)) throw wrong('to', 'give a department as `to` or a platform as `toPeer`');
  if (to === owner) throw wrong('to', 'a department sees its own data without a grant');
  if (toPeer == null) return { grantee: to ?? null, peer: null };
  const peer = lineInput('toPeer', toPeer, 100);
  if (!(await isPeer(context.db.read, peer))) throw wrong('toPeer', `the settings name no platform "${peer}"`);
  return { grantee: null, peer };
}

const wrong = (field: string, reason: string): HubError => new HubError('BAD_INPUT', `${field}: ${reason}`, { field });

/** Whose a feed is, by its name alone: what is no feed at all is nobody's to give. */
function ownerOf(feed: string, context: HubContext): DepartmentCode {
  try {
    return departmentOfFeed(feed);
  } catch {
    requireAdmin(context);
    throw new HubError('NOT_FOUND', `no feed "${feed}"`);
  }
}

function partInput({ property, register }: GrantInput): { property: string | null; register: string | null } {
  if (property != null && register != null) throw wrong('register', 'give a property or a register, not both');
  if (property != null && !PROPERTY_NAMES.includes(property as PropertyName))
    throw wrong('property', `"${property.slice(0, 40)}" is none of docs/glossary.md`);
  if (register != null && !registerOf(register))
    throw wrong('register', `there is no register "${register.slice(0, 40)}"`);
  return { property: property ?? null, register: register ?? null };
}
