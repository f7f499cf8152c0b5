import { z } from 'zod';

const most = (usual: number) => z.int().min(1).max(1_000_000_000).default(usual);

/** How large one operation may be. What real ones need, and so these numbers, is in docs/limits.md. */
const query = z.strictObject({
  characters: most(20_000),
  tokens: most(2000),
  operations: most(20),
  depth: most(18),
  aliases: most(30),
  directives: most(20),
  fields: most(600),
  rootFields: most(20),
  mutations: most(5),
  cost: most(100_000),
  variableValues: most(10_000),
  variableDepth: most(16),
});
export type QueryLimits = z.infer<typeof query>;

/** What one caller may ask for in a minute, over all transports. */
const budget = (requests: number, cost: number) =>
  z.strictObject({ requests: most(requests), cost: most(cost) }).prefault({});

export const limitsSettings = z.strictObject({
  query: query.prefault({}),
  perMinute: z
    .strictObject({
      /** For each key and each person. */
      known: budget(6000, 6_000_000),
      /** For each address that asks without a credential. */
      anonymous: budget(1200, 600_000),
    })
    .prefault({}),
  /** For each address, and for each key and person. */
  sockets: most(2000),
  /** Live at once, for each key and person, or address without a credential. */
  subscriptions: most(5000),
  operationsPerSocket: most(100),
  /** Wrong credentials from one address, before nothing more of it is looked at. */
  failedCredentials: z
    .strictObject({
      keys: most(6),
      /** A signature, and the secret of an API key, cannot be found by trying: these only cost time. */
      tokens: most(60),
      withinSeconds: most(300),
    })
    .prefault({}),
});
export type LimitsSettings = z.infer<typeof limitsSettings>;
