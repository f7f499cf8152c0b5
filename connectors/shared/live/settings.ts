import { z } from 'zod';
import type { LiveNoun } from '../../../model/live.js';
import { feedSettings, secret } from '../settings.js';
import { graphqlQuery } from '../transports/graphql-remote.js';

/** A place in an answer: names with dots between, e.g. "result.parking.free". */
const path = z.string().regex(/^[^.\s]+(\.[^.\s]+)*$/, { error: 'names with dots between, e.g. result.areas' });

const breaker = z.strictObject({
  /** Failures in a row after which the service is left alone. */
  failures: z.int().min(1).max(100).default(3),
  /** How long, until a single request tries it again. */
  halfOpenAfterSeconds: z.number().min(0.1).max(3600).default(10),
});

/** The settings of a feed in mode live, whose fields are those of `noun`. */
export const liveSettings = ({ fields }: LiveNoun) =>
  feedSettings
    .extend({
      mode: z.literal('live').default('live'),
      /** graphql-remote: POST of `query`; http: GET of `url` with the codes in it. */
      transport: z.enum(['graphql-remote', 'http']),
      /** For http it holds {codes}, which becomes the codes joined by `separator`, each percent-encoded; {key} becomes the key. */
      url: z.url({ protocol: /^https?$/ }),
      /** By reference: `{ env: NAME }`. */
      key: secret.optional(),
      /** Credentials among them, by reference: `{ authorization: { env: NAME } }`. */
      headers: z.record(z.string().regex(/^[\w-]+$/), secret).default({}),
      query: graphqlQuery.optional(),
      /** The query's variable of type [String!]! or [ID!]! that takes the codes. */
      variable: z.string().default('codes'),
      /** What a probe asks for before anybody has asked for anything. */
      probeCodes: z.array(z.string()).default([]),
      separator: z.string().min(1).max(5).default(','),
      /** Where in the answer (of GraphQL: in its data) the list is, or the object by code; without it, the answer itself. */
      items: path.optional(),
      /** Where in an item its code is. */
      code: path.default('code'),
      /** Where in an item a field is, if not under its own name. */
      fields: z.partialRecord(z.enum(fields.map(({ name }) => name)), path).default({}),
      /** Where in an item its time is. */
      observedAt: path.optional(),
      /** Until a question is answered, by whatever is at hand then; and of one request. */
      timeoutMs: z.int().min(50).max(10_000).default(2000),
      maxBytes: z.int().min(1024).max(20_971_520).default(1_048_576),
      /** A value younger than this is not asked for again. */
      cacheSeconds: z.number().min(0).max(3600).default(10),
      /** How long a last known value is told, as stale, while the service does not answer. */
      keepSeconds: z.number().min(0).max(2_592_000).default(86_400),
      maxCodesKept: z.int().min(1).max(100_000).default(5000),
      maxCodesPerRequest: z.int().min(1).max(1000).default(200),
      maxRequestsAtOnce: z.int().min(1).max(50).default(4),
      breaker: breaker.prefault({}),
    })
    .superRefine(({ transport, query, url }, context) => {
      if (transport === 'graphql-remote' && query === undefined)
        context.addIssue({ code: 'custom', path: ['query'], message: 'graphql-remote needs a query' });
      if (transport === 'http' && !url.includes('{codes}'))
        context.addIssue({ code: 'custom', path: ['url'], message: 'http needs {codes} where the codes go' });
    });

export type LiveSettings = z.infer<ReturnType<typeof liveSettings>>;
