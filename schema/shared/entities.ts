import type { DepartmentCode } from '../../model/department.js';
import { REGISTERS } from '../../model/registers.js';
import { isKnown } from '../../resolvers/context.js';
import { feed } from '../../resolvers/shared/feed.js';
import { incident } from '../../resolvers/shared/incident.js';
import { jurisdiction } from '../../resolvers/shared/jurisdiction.js';
import { divisionOf } from '../../resolvers/shared/place.js';
import { entry } from '../../resolvers/shared/register.js';
import { datastream, station } from '../../resolvers/shared/station.js';
import { warning } from '../../resolvers/shared/warning.js';
import type { Builder } from '../builder.js';
import type { Refs } from '../refs.js';
import type { RegisterRef } from './register-words.js';

/**
 * The shared nouns that other subgraphs may refer to, by which key, and how each is found again: through the loaders of the operation, as the
 * query for one of them finds it. What is not there and what is not for the caller are both null.
 */
export function addEntities(builder: Builder, refs: Refs): void {
  const byId = builder.selection<{ id: string }>('id');
  const byCode = builder.selection<{ code: string }>('code');
  builder.asEntity(refs.Department, { key: byCode, resolveReference: ({ code }) => code as DepartmentCode });
  builder.asEntity(refs.Division, {
    key: byCode,
    resolveReference: ({ code }, context) => divisionOf(code, context),
  });
  builder.asEntity(refs.Feed, { key: byId, resolveReference: ({ id }, context) => feed(id, context) });
  builder.asEntity(refs.Station, { key: byId, resolveReference: ({ id }, context) => station(id, context) });
  builder.asEntity(refs.Datastream, { key: byId, resolveReference: ({ id }, context) => datastream(id, context) });
  builder.asEntity(refs.Warning, { key: byId, resolveReference: ({ id }, context) => warning(id, context) });
  builder.asEntity(refs.Incident, { key: byId, resolveReference: ({ id }, context) => incident(id, context) });
  builder.asEntity(refs.Jurisdiction, {
    key: byId,
    resolveReference: ({ id }, context) => (isKnown(context) ? jurisdiction(id, context) : null),
  });
  for (const noun of REGISTERS)
    builder.asEntity(refs.registers.get(noun.noun) as RegisterRef, {
      key: byId,
      resolveReference: ({ id }, context) => entry(noun, id, context),
    });
}
