import { divisionPrefix } from '../../model/division.js';
import type { DivisionRow, RegisterRow, StationRow } from '../../model/rows.js';
import { pageSize } from '../../prisma/store/keyset.js';
import type { HubContext } from '../context.js';

type First = { readonly first?: number | null | undefined };

export const stationsIn = (
  { code }: DivisionRow,
  { first, department }: First & { department?: string | null | undefined },
  context: HubContext,
): Promise<readonly StationRow[]> =>
  context.loaders.stationsIn.load({
    prefix: divisionPrefix(code),
    first: pageSize({ first }),
    only: department ?? null,
  });

export const entriesIn = (
  { code }: DivisionRow,
  { first, register }: First & { register?: string | null | undefined },
  context: HubContext,
): Promise<readonly RegisterRow[]> =>
  context.loaders.entriesIn.load({ prefix: divisionPrefix(code), first: pageSize({ first }), only: register ?? null });
