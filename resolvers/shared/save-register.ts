import { canonicalDivision, divisionPrefix } from '../../model/division.js';
import { HubError } from '../../model/errors.js';
import type { RegisterFields, RegisterNoun } from '../../model/register.js';
import { checkFields, labelFaults, type RegisterFault } from '../../model/register-check.js';
import type { RegisterRow } from '../../model/rows.js';
import type { Queryable } from '../../prisma/database.js';
import { entriesByCode, everBrought, lockEntry } from '../../prisma/store/read-register.js';
import { insertByHand, type RegisterDraft, registerId, updateByHand } from '../../prisma/store/write-register.js';
import { seenEntries } from '../coarsen.js';
import { type HubContext, renewLoaders, requireRegistrar } from '../context.js';
import { feedOf } from './feed.js';
import { pointInput } from './point-input.js';
import { apiName } from './register.js';
import { idInput } from './text-input.js';

/** What a person says of an entry; the noun's fields stand beside these, by their names in the API. */
export interface SaveInput {
  readonly id?: string | number | null | undefined;
  readonly code?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly position?: NonNullable<unknown> | null | undefined;
  readonly division?: string | null | undefined;
  readonly revision?: number | null | undefined;
  readonly [field: string]: unknown;
}

/**
 * Saves one entry: a new one where no `revision` is given, else the next revision of the one that the caller has seen. What is
 * not spoken of stays, null takes a value back, and a retired entry comes back into use. BAD_INPUT names the field and the
 * reason; CONFLICT says that somebody else was faster, or that the code is taken.
 */
export async function saveEntry(noun: RegisterNoun, input: SaveInput, context: HubContext): Promise<RegisterRow> {
  const id = idOf(noun, input);
  requireRegistrar(context, id.slice(0, id.indexOf(':')));
  const saved = await context.db.transaction(async (client) => {
    const seen = await lockEntry(client, id);
    await checkFeed(noun, id, client);
    checkRevision(seen, id, input.revision ?? undefined);
    const draft = await draftOf(noun, id, input, seen, context);
    await checkReferences(noun, input, draft.fields, async (keys) =>
      seenEntries(context.viewer.sight, await entriesByCode(client, keys)),
    );
    return seen ? updateByHand(client, draft) : insertByHand(client, draft);
  });
  if (!saved) throw new HubError('CONFLICT', `"${id}" has just been saved by somebody else`);
  renewLoaders(context);
  return saved;
}

/** Takes an entry out of use from this moment on; it stays, with its history. Doing so twice changes nothing. */
export async function retireEntry(
  noun: RegisterNoun,
  args: { id: string; revision?: number | null | undefined },
  context: HubContext,
): Promise<RegisterRow> {
  const id = idInput('id', args.id);
  requireRegistrar(context, id.slice(0, id.indexOf(':')));
  const saved = await context.db.transaction(async (client) => {
    const seen = await lockEntry(client, id);
    if (seen?.noun !== noun.noun) throw new HubError('NOT_FOUND', `no ${noun.noun} "${id}"`);
    if (args.revision !== null && args.revision !== undefined) checkRevision(seen, id, args.revision);
    return seen.retiredAt
      ? seen
      : updateByHand(client, { ...seen, updatedAt: context.now(), retiredAt: context.now() });
  });
  renewLoaders(context);
  return saved;
}

function idOf(noun: RegisterNoun, { id, code }: SaveInput): string {
  if (id === null || id === undefined) return registerId(noun.feed, noun.noun, (code ?? '').trim());
  const text = idInput('id', id);
  if (text.split(':')[1] !== noun.noun || (code && !text.endsWith(`:${code}`)))
    throw new HubError('BAD_INPUT', `id: "${text}" is no ${noun.noun}${code ? ` of code "${code}"` : ''}`);
  return text;
}

/** Entries saved by hand are kept where the register belongs, or beside those that another feed itself brings to it. */
async function checkFeed(noun: RegisterNoun, id: string, client: Queryable): Promise<void> {
  const feedId = id.slice(0, id.indexOf(':'));
  if (feedId === noun.feed || (await everBrought(client, feedId, noun.noun))) return;
  throw new HubError('BAD_INPUT', `id: "${feedId}" brings no ${noun.noun}: it belongs to ${noun.feed}`, {
    field: 'id',
  });
}

function checkRevision(seen: RegisterRow | undefined, id: string, revision: number | undefined): void {
  if (!seen && revision !== undefined) throw new HubError('NOT_FOUND', `"${id}" does not exist: leave out revision`);
  if (!seen || revision === seen.revision) return;
  const how =
    revision === undefined
      ? 'is there already: read it, and send its revision to change it'
      : `was changed since revision ${revision}: read it again`;
  throw new HubError('CONFLICT', `"${id}" ${how}`, { revision: seen.revision });
}

/** The whole entry as it would be. */
async function draftOf(
  noun: RegisterNoun,
  id: string,
  input: SaveInput,
  seen: RegisterRow | undefined,
  context: HubContext,
): Promise<RegisterDraft> {
  const feedId = id.slice(0, id.indexOf(':'));
  const code = seen?.code ?? (input.code ?? '').trim();
  const name = (input.name ?? seen?.name ?? '').trim();
  const kept = noun.fields.map(
    (field) => [field.name, given(input, apiName(field)) ?? seen?.fields[field.name]] as const,
  );
  const spoken = noun.fields.filter((field) => input[apiName(field)] === null).map(({ name: each }) => [each, null]);
  const checked = checkFields(noun, { ...Object.fromEntries(kept), ...Object.fromEntries(spoken) });
  refuse(noun, [...labelFaults({ code, name }), ...(checked.faults ?? [])]);
  return {
    id,
    feedId,
    noun: noun.noun,
    code,
    name,
    ...placeOf(noun, input, seen, context),
    fields: { ...checked.fields, ...noun.derived?.reckon(checked.fields as RegisterFields) },
    status: (await feedOf(feedId, context)).status,
    updatedAt: context.now(),
    retiredAt: null,
  };
}

const given = (input: SaveInput, name: string): unknown => input[name] ?? undefined;

type Place = Pick<RegisterRow, 'lon' | 'lat' | 'originalLon' | 'originalLat' | 'originalCrs' | 'divisionCode'>;

/** The division is where the point lies; the one that is said counts where there is no point, or where it says more. */
function placeOf(noun: RegisterNoun, input: SaveInput, seen: RegisterRow | undefined, context: HubContext): Place {
  if (noun.place !== 'point' && input.position) refuse(noun, [unplaced('position')]);
  if (noun.place === 'none' && input.division) refuse(noun, [unplaced('division')]);
  const said = input.division ? canonicalDivision(input.division) : undefined;
  if (input.division && said === undefined)
    refuse(noun, [{ field: 'division', reason: 'unknown-code', detail: 'is no division code of 6, 9 or 12 digits' }]);
  const point = input.position === undefined ? kept(seen) : pointInput('position', input.position);
  const lies = point && context.divisions.at(point.lon, point.lat);
  const moved = input.position !== undefined || input.division !== undefined;
  const more = said !== undefined && (!lies || divisionPrefix(said).startsWith(divisionPrefix(lies)));
  return {
    lon: point?.lon ?? null,
    lat: point?.lat ?? null,
    originalLon: point?.originalLon ?? null,
    originalLat: point?.originalLat ?? null,
    originalCrs: point?.originalCrs ?? null,
    divisionCode: moved ? (more ? said : (lies ?? null)) : (seen?.divisionCode ?? null),
  };
}

const unplaced = (field: string): RegisterFault => ({
  field,
  reason: 'unsupported',
  detail: 'is nothing that this register keeps',
});

const kept = (seen: RegisterRow | undefined) =>
  seen && seen.lon !== null && seen.lat !== null ? { ...seen, lon: seen.lon, lat: seen.lat } : null;

type Keys = Parameters<typeof entriesByCode>[1];

/** A reference that a person makes must lead somewhere that they may see; files may bring the two ends in any order. */
async function checkReferences(
  noun: RegisterNoun,
  input: SaveInput,
  fields: RegisterFields,
  read: (keys: Keys) => Promise<readonly RegisterRow[]>,
): Promise<void> {
  const made = noun.fields.flatMap((field) => {
    const code = fields[field.name];
    return field.type === 'reference' && input[apiName(field)] && typeof code === 'string' ? [{ ...field, code }] : [];
  });
  if (made.length === 0) return;
  const found = await read(made.map(({ noun: target, code }) => ({ noun: target, code })));
  refuse(
    noun,
    made
      .filter((each) => !found.some((row) => row.noun === each.noun && row.code === each.code))
      .map(({ name, noun: target, code }) => ({
        field: name,
        reason: 'unknown-code',
        detail: `there is no ${target} of code "${code}"`,
      })),
  );
}

function refuse(noun: RegisterNoun, faults: readonly RegisterFault[]): void {
  const first = faults[0];
  if (!first) return;
  const nameOf = (name: string): string => {
    const field = noun.fields.find((each) => each.name === name);
    return field ? `${apiName(field)} (${field.zh})` : name;
  };
  const field = noun.fields.find((each) => each.name === first.field);
  throw new HubError('BAD_INPUT', faults.map((each) => `${nameOf(each.field)}: ${each.detail}`).join('; '), {
    field: field ? apiName(field) : first.field,
    reason: first.reason,
  });
}
