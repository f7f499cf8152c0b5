import { HubError } from '../../model/errors.js';
import type { RegisterField, RegisterNoun, RegisterValue } from '../../model/register.js';
import { registerOf } from '../../model/registers.js';
import type { Page, RegisterRow } from '../../model/rows.js';
import type { PageRequest } from '../../prisma/store/keyset.js';
import { readRegister } from '../../prisma/store/read-register.js';
import { seenEntries, seenPage } from '../coarsen.js';
import { type HubContext, maySeePersonal } from '../context.js';
import { areaInput, divisionInput, listInput } from './area-input.js';
import { type Near, nearInput } from './near-input.js';
import { reachOf } from './report.js';
import { idInput } from './text-input.js';

/** What every register can be filtered by; beside these, each one-of and reference field of the noun takes a list of codes. */
export interface RegisterFilter {
  readonly divisions?: readonly string[] | null | undefined;
  readonly within?: NonNullable<unknown> | null | undefined;
  readonly near?: Near | null | undefined;
  readonly text?: string | null | undefined;
  readonly feeds?: readonly string[] | null | undefined;
  readonly retired?: boolean | null | undefined;
  /** Of nouns that hold between two moments. */
  readonly at?: Date | null | undefined;
}
export type RegisterArgs = PageRequest & { filter?: RegisterFilter | null | undefined };

const MAX_TEXT = 100;

/** The name of a field in the API: a reference stands for its target, so its code gets a name of its own. */
export const apiName = (field: RegisterField): string =>
  field.type === 'reference' ? `${field.name}Code` : field.name;

/** Fields that a list can be filtered by. */
export const filterable = (noun: RegisterNoun): RegisterField[] =>
  [...noun.fields, ...(noun.derived?.fields ?? [])].filter(
    ({ type, personal }) => (type === 'one-of' || type === 'reference') && !personal,
  );

/** A page of one register, by id; retired entries only where the filter asks for them. */
export async function entries(noun: RegisterNoun, args: RegisterArgs, context: HubContext): Promise<Page<RegisterRow>> {
  const filter = args.filter ?? {};
  const text = filter.text?.trim();
  if (text && (text.length > MAX_TEXT || /\p{Cc}/u.test(text)))
    throw new HubError('BAD_INPUT', `text: one line of at most ${MAX_TEXT} characters`);
  const given = filter as Readonly<Record<string, readonly string[] | null | undefined>>;
  const codes = filterable(noun).flatMap((field) => {
    const list = listInput(apiName(field), given[apiName(field)]);
    return list ? [[field.name, list.flatMap((code) => meant(field, idInput(apiName(field), code)))] as const] : [];
  });
  const place = {
    divisionPrefixes: divisionInput(context.divisions, filter.divisions),
    within: areaInput(filter.within),
    near: nearInput(filter.near),
  };
  const page = await readRegister(context.db, {
    noun: noun.noun,
    first: args.first,
    after: args.after,
    ...place,
    // A text is looked for in names: where these are hidden, finding an entry by it would tell the name.
    reach: reachOf(place, context, { kind: 'register', exact: text && noun.ofPeople ? ['names'] : [] }),
    text: text || undefined,
    feeds: listInput('feeds', filter.feeds)?.map((id) => idInput('feeds', id)),
    retired: filter.retired ?? false,
    codes: Object.fromEntries(codes),
    during: noun.during && filter.at ? { ...noun.during, at: filter.at } : undefined,
  });
  return seenPage(page, (rows) => seenEntries(context.viewer.sight, rows));
}

/** A first level of classes stands for all beneath it. */
const meant = (field: RegisterField, code: string): string[] =>
  field.type === 'one-of' && field.nested
    ? [code, ...field.values.map((value) => value.code).filter((each) => code !== '' && each.startsWith(code))]
    : [code];

/** One entry of a register, in use or retired. */
export async function entry(noun: RegisterNoun, id: string, context: HubContext): Promise<RegisterRow | null> {
  const found = await context.loaders.entry.load(idInput('id', id));
  return found?.noun === noun.noun ? found : null;
}

/** What a field holds, as its description says; null where nothing does, or where the caller may not see it. */
export function fieldValue(
  row: Pick<RegisterRow, 'fields'>,
  field: RegisterField,
  context: HubContext,
): RegisterValue | null {
  if (field.personal && !maySeePersonal(context)) return null;
  return row.fields[field.name] ?? null;
}

type Reference = RegisterField & { type: 'reference' };

/** What a reference points at: of the same feed if it has one of that code, else of the first that has; null where none has. */
export async function target(row: RegisterRow, field: Reference, context: HubContext): Promise<RegisterRow | null> {
  const code = fieldValue(row, field, context);
  if (typeof code !== 'string') return null;
  const found = await context.loaders.entriesOfCode.load({ noun: field.noun, code });
  return found.find(({ feedId }) => feedId === row.feedId) ?? found[0] ?? null;
}

/** What is in use and refers to this entry by `field` of `from`, by id; at most 200. */
export async function referring(
  row: RegisterRow,
  from: RegisterNoun,
  field: Reference,
  context: HubContext,
): Promise<RegisterRow[]> {
  const found = await context.loaders.referring.load({ noun: from.noun, field: field.name, code: row.code });
  const targets = await Promise.all(found.map((each) => target(each, field, context)));
  return found.filter((_each, i) => targets[i]?.id === row.id);
}

/** Every revision, newest first, the present one among them; at most 100. */
export const revisions = (row: RegisterRow, context: HubContext): Promise<readonly RegisterRow[]> =>
  context.loaders.revisionsOfEntry.load(row.id);

/** The description of an entry's noun; the hub wrote no other. */
export function nounOf(row: RegisterRow): RegisterNoun {
  const noun = registerOf(row.noun);
  if (!noun) throw new HubError('NOT_FOUND', `no register "${row.noun}"`);
  return noun;
}
