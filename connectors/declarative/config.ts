import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { PROPERTY_NAMES, type PropertyName } from '../../model/property.js';
import { feedSettings, secret, warnsFor } from '../shared/settings.js';
import { graphqlQuery } from '../shared/transports/graphql-remote.js';
import { mqttSettings } from '../shared/transports/mqtt-subscribe.js';
import { sqlSettings } from '../shared/transports/sql-poll.js';
import { unitFault } from '../shared/units.js';
import { FORMATS, type Format, MAX_JSON_BYTES } from './formats.js';
import { TARGETS } from './forms/records.js';
import { mappingFault } from './mapping-text.js';

const MAX_BYTES = 16_000_000;

const mapping = z.string().superRefine((text, context) => {
  const fault = mappingFault(text);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

const units = z.partialRecord(z.enum(PROPERTY_NAMES), z.string()).superRefine((given, context) => {
  for (const [name, unit] of Object.entries(given)) {
    const fault = unitFault(name as PropertyName, unit);
    if (fault !== undefined) context.addIssue({ code: 'custom', path: [name], message: fault });
  }
});

const shared = feedSettings.extend({
  /** Of `mode: live` see live.ts. */
  mode: z.literal('copy', { error: 'copy, or live with answersFor' }).optional(),
  title: z.strictObject({ en: z.string().min(1).max(200), zh: z.string().min(1).max(200) }),
  /** LATE by the newest observation, or, for sources that rightly say nothing new for days, by the last contact. */
  freshness: z.enum(['observation', 'contact']).optional(),
  format: z.enum(FORMATS),
  /** Of csv and xlsx. */
  table: z
    .strictObject({ sheet: z.string().min(1).optional(), headerRow: z.int().min(1).max(1000).optional() })
    .default({}),
  /** What the mapping's objects are, where they do not say so themselves in `record`. */
  to: z.enum(TARGETS as [string, ...string[]], { error: `one of ${TARGETS.join(', ')}` }),
  /** JSONata: which parts of a json or xml document the mapping is asked for, one by one. */
  each: mapping.optional(),
  /** JSONata: one row to one object, several, or none. */
  mapping,
  /** What the source measures in, by property, where not in the hub's own unit. */
  units: units.default({}),
  warnsFor: warnsFor.default([]),
});

/** The addresses a feed may name: no credentials in them. */
const address = z.string().refine((url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol), {
  error: 'no http(s) address',
});

const httpPoll = shared.extend({
  transport: z.literal('http-poll'),
  http: z.strictObject({
    /** {key} stands for the key. */
    url: address,
    key: secret.optional(),
    headers: z.record(z.string().regex(/^[\w-]+$/), secret).default({}),
    /** For one answer. */
    timeoutMs: z.int().min(100).max(60_000).default(20_000),
    maxBytes: z.int().min(1024).max(MAX_BYTES).default(4_000_000),
  }),
  pollSeconds: z.number().min(1).default(300),
});

const httpPush = shared.extend({
  transport: z.literal('http-push'),
  push: z.strictObject({
    /** What the sender sends as "authorization: Bearer <key>". */
    key: secret,
    contentTypes: z.array(z.string().toLowerCase()).min(1).optional(),
    maxBytes: z.int().min(1024).max(MAX_BYTES).default(4_000_000),
    /** Calls being stored at once. */
    maxAtOnce: z.int().min(1).max(1000).default(16),
    /** Until a call is answered, stored or not. */
    timeoutMs: z.int().min(100).max(60_000).default(10_000),
  }),
});

const mqttSubscribe = shared.extend({
  transport: z.literal('mqtt-subscribe'),
  broker: mqttSettings.extend({ clientId: mqttSettings.shape.clientId.optional() }),
});

const sqlPoll = shared.extend({
  transport: z.literal('sql-poll'),
  database: sqlSettings.extend({
    password: secret.optional(),
    /** One SELECT. With a watermark $1 is the value it stands at. */
    query: z
      .string()
      .max(20_000)
      .refine((text) => /^\s*(select|with)\b/i.test(text) && !text.includes(';'), { error: 'one SELECT, without ";"' }),
    watermark: z
      .strictObject({
        /** A column of the query's result, by which it is ordered. */
        column: z.string().min(1),
        /** Where the first round begins. */
        start: z.string().min(1),
      })
      .optional(),
    /** Of one round; the next goes on from there. */
    maxRows: z.int().min(1).max(100_000).default(10_000),
  }),
  pollSeconds: z.number().min(1).default(300),
});

const fileDrop = shared.extend({
  transport: z.literal('file-drop'),
  drop: z.strictObject({
    /** Must exist; done/ and failed/ are made in it. */
    folder: z
      .string()
      .refine(isAbsolute, { error: 'not a whole path: write it from the root, like /srv/drop/water/reservoirs' }),
    /** A file is taken once it has not changed for so long. */
    stableMs: z.int().min(0).max(600_000).default(2000),
    maxBytes: z.int().min(1).max(MAX_BYTES).default(MAX_BYTES),
  }),
  pollSeconds: z.number().min(0.1).max(3600).default(5),
});

const graphqlRemote = shared.extend({
  transport: z.literal('graphql-remote'),
  graphql: z.strictObject({
    url: address,
    query: graphqlQuery,
    variables: z.record(z.string(), z.unknown()).default({}),
    headers: z.record(z.string().regex(/^[\w-]+$/), secret).default({}),
    timeoutMs: z.int().min(100).max(60_000).default(20_000),
    maxBytes: z.int().min(1024).max(MAX_JSON_BYTES).default(MAX_JSON_BYTES),
  }),
  pollSeconds: z.number().min(1).default(300),
});

/** Which formats a transport can bring. */
const FITTING: Readonly<Record<string, readonly Format[]>> = {
  'http-poll': ['json', 'csv', 'xlsx', 'xml'],
  'http-push': ['json', 'csv', 'xlsx', 'xml'],
  'mqtt-subscribe': ['json', 'csv', 'xml'],
  'sql-poll': ['rows'],
  'file-drop': ['csv', 'xlsx', 'json', 'xml'],
  'graphql-remote': ['json'],
};

export const settings = z
  .discriminatedUnion('transport', [httpPoll, httpPush, mqttSubscribe, sqlPoll, fileDrop, graphqlRemote], {
    error: ({ input }) =>
      `${JSON.stringify((input as { transport?: unknown } | undefined)?.transport)} is no transport: ${Object.keys(FITTING).join(', ')}`,
  })
  .superRefine((given, context) => {
    const issue = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: path.split('.'), message });
    const fitting = FITTING[given.transport] ?? [];
    if (!fitting.includes(given.format)) issue('format', `${given.transport} brings ${fitting.join(', ')}`);
    if (given.each !== undefined && given.format !== 'json' && given.format !== 'xml')
      issue('each', `the rows of ${given.format} are there already: only json and xml need it`);
    if (given.transport !== 'sql-poll') return;
    const { query, watermark } = given.database;
    if (watermark && !(/\$1\b/.test(query) && /\border\s+by\b/i.test(query)))
      issue(
        'database.query',
        'with a watermark it says where to go on ("… WHERE t >= $1 …") and ends with ORDER BY that column',
      );
    if (!watermark && /\$\d/.test(query)) issue('database.query', 'its $1 is given by a watermark: { column, start }');
  });
export type Settings = z.infer<typeof settings>;
