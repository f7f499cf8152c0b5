import SchemaBuilder from '@pothos/core';
import DirectivesPlugin from '@pothos/plugin-directives';
import FederationPlugin from '@pothos/plugin-federation';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import { DirectiveLocation, GraphQLDirective, type GraphQLSchema } from 'graphql';

/** Three subgraphs in which every directive of the specification has something to do. `goods` is the one that is judged. */
export const FIXTURE: Readonly<Record<'goods' | 'clerks' | 'depots', () => GraphQLSchema>> = { goods, clerks, depots };

interface Item {
  readonly id: string;
  readonly code: string;
  readonly maker: string;
  readonly variant: { readonly id: string };
  readonly trials: readonly string[];
}
interface Clerk {
  readonly email: string;
  readonly itemsCreated?: number | null;
  readonly yearsEmployed?: number;
}
interface Retired {
  readonly code: string;
  readonly maker: string;
  readonly reason: string;
}

const ITEMS: readonly Item[] = [
  { id: 'sandbag', code: 'SB-1', maker: 'Wusu', variant: { id: 'filled' }, trials: ['1234'] },
  { id: 'pump', code: 'PU-7', maker: 'Kuytun', variant: { id: 'diesel' }, trials: ['1235'] },
];
const CLERK = { email: 'clerk@example.org', itemsCreated: 1337, yearsEmployed: 10 } satisfies Clerk;
const RETIRED: Retired = { code: 'SB-0', maker: 'Wusu', reason: 'Use SB-1' };
const TRIALS: Readonly<Record<string, string>> = { '1234': 'Flood of spring', '1235': 'Pumping for a week' };

/** With the plugins of the hub's own builder, and the one that external entities take their directives from. */
const newBuilder = () =>
  new SchemaBuilder<Record<never, never>>({
    plugins: [ScopeAuthPlugin, DirectivesPlugin, FederationPlugin],
    scopeAuth: { authScopes: () => ({}) },
  });
type Builder = ReturnType<typeof newBuilder>;

/** Keys of every kind, and every directive that a type, a field or the schema can bear. */
function goods(): GraphQLSchema {
  const builder = newBuilder();
  const clerk = addClerk(builder);
  const retired = addRetired(builder, clerk);
  const item = addItem(builder, clerk, addTrial(builder));
  const depot = builder.objectRef<{ id: string }>('Depot');
  depot.implement({
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      retiredItems: t.field({ type: [retired], nullable: false, resolve: () => [RETIRED] }),
    }),
  });
  builder.asEntity(depot, {
    key: builder.selection<{ id: string }>('id'),
    interfaceObject: true,
    resolveReference: ({ id }) => ({ id }),
  });
  builder.queryType({
    fields: (t) => ({
      item: t.field({
        type: item,
        args: { id: t.arg.id({ required: true }) },
        resolve: (_root, { id }) => ITEMS.find((each) => each.id === String(id)),
      }),
      retiredItem: t.field({
        type: retired,
        args: { code: t.arg.string({ required: true }), maker: t.arg.string({ required: true }) },
        resolve: (_root, { code, maker }) => (code === RETIRED.code && maker === RETIRED.maker ? RETIRED : null),
      }),
    }),
  });
  const custom = new GraphQLDirective({ name: 'custom', locations: [DirectiveLocation.OBJECT] });
  return builder.toSchema({
    directives: [custom],
    extensions: {
      directives: [
        { name: 'link', args: { url: 'https://example.org/custom/v1.0', import: ['@custom'] } },
        { name: 'composeDirective', args: { name: '@custom' } },
      ],
    },
  });
}

function addClerk(builder: Builder) {
  const clerk = builder.externalRef<ReturnType<typeof builder.selection<{ email: string }>>, Clerk>(
    'Clerk',
    builder.selection<{ email: string }>('email'),
    (reference) => reference,
  );
  clerk.implement({
    externalFields: (t) => ({
      email: t.id({ nullable: false }),
      itemsCreated: t.int(),
      yearsEmployed: t.int({ nullable: false }),
    }),
    fields: (t) => ({
      name: t.string({ override: { from: 'clerks' }, resolve: () => 'Aygul' }),
      itemsPerYear: t.int({
        requires: builder.selection<{ itemsCreated: number; yearsEmployed: number }>('itemsCreated yearsEmployed'),
        resolve: ({ itemsCreated, yearsEmployed }) =>
          itemsCreated && yearsEmployed ? Math.round(itemsCreated / yearsEmployed) : null,
      }),
    }),
  });
  return clerk;
}
type ClerkRef = ReturnType<typeof addClerk>;

function addTrial(builder: Builder) {
  const study = builder.objectRef<{ caseNumber: string }>('Study').implement({
    fields: (t) => ({
      caseNumber: t.exposeID('caseNumber', { nullable: false }),
      description: t.string({ resolve: ({ caseNumber }) => TRIALS[caseNumber] }),
    }),
  });
  const trial = builder.objectRef<{ caseNumber: string }>('Trial');
  trial.implement({
    fields: (t) => ({
      study: t.field({ type: study, nullable: false, resolve: (node) => node }),
      outcome: t.string({ resolve: () => null }),
    }),
  });
  builder.asEntity(trial, {
    key: builder.selection<{ study: { caseNumber: string } }>('study { caseNumber }'),
    resolveReference: ({ study: { caseNumber } }) => (TRIALS[caseNumber] ? { caseNumber } : null),
  });
  return trial;
}

function addRetired(builder: Builder, clerk: ClerkRef) {
  const retired = builder.objectRef<Retired>('RetiredItem');
  retired.implement({
    fields: (t) => ({
      code: t.exposeString('code', { nullable: false }),
      maker: t.exposeString('maker', { nullable: false }),
      reason: t.exposeString('reason'),
      createdBy: t.field({ type: clerk, resolve: () => CLERK }),
    }),
  });
  builder.asEntity(retired, {
    key: builder.selection<{ code: string; maker: string }>('code maker'),
    resolveReference: ({ code, maker }) => (code === RETIRED.code && maker === RETIRED.maker ? RETIRED : null),
  });
  return retired;
}

function addItem(builder: Builder, clerk: ClerkRef, trial: ReturnType<typeof addTrial>) {
  const variant = builder.objectRef<{ id: string }>('Variant').implement({
    fields: (t) => ({ id: t.exposeID('id', { nullable: false }) }),
  });
  const measure = addMeasure(builder, true);
  const item = builder.objectRef<Item>('Item');
  item.implement({
    extensions: { directives: [{ name: 'custom' }] },
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      code: t.exposeString('code'),
      maker: t.exposeString('maker'),
      variant: t.field({ type: variant, resolve: (node) => node.variant }),
      measure: t.field({ type: measure, resolve: () => ({}) }),
      createdBy: t.field({ type: clerk.provides<{ itemsCreated: number }>('itemsCreated'), resolve: () => CLERK }),
      notes: t.string({ tag: 'internal', resolve: () => null }),
      trials: t.field({
        type: [trial],
        nullable: false,
        resolve: (node) => node.trials.map((caseNumber) => ({ caseNumber })),
      }),
    }),
  });
  builder.asEntity(item, {
    key: [
      builder.selection<{ id: string }>('id'),
      builder.selection<{ code: string; maker: string }>('code maker'),
      builder.selection<{ code: string; variant: { id: string } }>('code variant { id }'),
    ],
    resolveReference: (reference) => ITEMS.find((each) => fits(each, reference)),
  });
  return item;
}

/** Whichever key the reference has. */
function fits(item: Item, reference: object): boolean {
  const { id, code, maker, variant } = reference as Partial<Item>;
  if (id !== undefined) return item.id === id;
  return item.code === code && (maker === undefined ? item.variant.id === variant?.id : item.maker === maker);
}

/** A value type of two subgraphs; one of them hides a part of it from everyone. */
const addMeasure = (builder: Builder, withUnit: boolean) =>
  builder.objectRef<object>('Measure').implement({
    shareable: true,
    fields: (t) => ({
      size: t.string({ resolve: () => 'small' }),
      weight: t.float({ resolve: () => 1 }),
      ...(withUnit ? { unit: t.string({ inaccessible: true, resolve: () => 'kg' }) } : {}),
    }),
  });

/** Who the clerks are: what `goods` provides, requires and has taken over is theirs. */
function clerks(): GraphQLSchema {
  const builder = newBuilder();
  const clerk = builder.objectRef<Clerk>('Clerk');
  clerk.implement({
    fields: (t) => ({
      email: t.exposeID('email', { nullable: false }),
      name: t.string({ resolve: () => 'taken over' }),
      itemsCreated: t.int({ shareable: true, resolve: () => CLERK.itemsCreated }),
      yearsEmployed: t.int({ nullable: false, resolve: () => CLERK.yearsEmployed }),
    }),
  });
  builder.asEntity(clerk, {
    key: builder.selection<{ email: string }>('email'),
    resolveReference: ({ email }) => (email === CLERK.email ? CLERK : null),
  });
  builder.queryType({ fields: (t) => ({ clerk: t.field({ type: clerk, resolve: () => CLERK }) }) });
  return builder.toSchema();
}

/** Where the goods are: an entity interface, and what it costs to bring an item, reckoned by its measure. */
function depots(): GraphQLSchema {
  const builder = newBuilder();
  const depot = builder.interfaceRef<{ id: string }>('Depot').implement({
    resolveType: () => 'TownDepot',
    fields: (t) => ({ id: t.exposeID('id', { nullable: false }) }),
  });
  const key = builder.selection<{ id: string }>('id');
  builder.asEntity(depot, { key, resolveReference: ({ id }) => ({ id }) });
  const town = builder.objectRef<{ id: string }>('TownDepot').implement({
    interfaces: [depot],
    fields: (t) => ({ town: t.string({ resolve: () => 'Wusu' }) }),
  });
  builder.asEntity(town, { key, resolveReference: ({ id }) => ({ id }) });
  const measure = addMeasure(builder, false);
  const item = builder.objectRef<{ id: string }>('Item');
  item.implement({
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      packed: t.field({ type: measure, resolve: () => ({}) }),
    }),
  });
  builder.asEntity(item, { key, resolveReference: ({ id }) => ({ id }) });
  builder.queryType({
    fields: (t) => ({
      depot: t.field({
        type: depot,
        args: { id: t.arg.id({ required: true }) },
        resolve: (_root, { id }) => ({ id: String(id) }),
      }),
    }),
  });
  return builder.toSchema();
}
