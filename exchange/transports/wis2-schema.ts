const moment = { type: 'string', format: 'date-time', pattern: 'Z$' } as const;
const position = { type: 'array', minItems: 2, items: { type: 'number' } } as const;
const RELATIONS = [
  'canonical',
  'http://def.wmo.int/def/rel/wnm/-/update',
  'http://def.wmo.int/def/rel/wnm/-/deletion',
] as const;

/** The requirements class that a message says it conforms to. */
export const WIS2_CORE = 'http://wis.wmo.int/spec/wnm/1/conf/core';
/** /req/core/message_size. */
export const WIS2_BYTES = 8192;

/**
 * What the standard asks of a WIS2 Notification Message (WMO, version 1, requirements class Core) as a JSON schema of our own, draft 2020-12:
 * identifier, conformance, geometry, publication time, data identification, temporal description, integrity, content, links. WMO's own schema
 * file names no licence and is not part of the hub; the setting `schema` adds it.
 */
export const WIS2_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  required: ['id', 'conformsTo', 'type', 'geometry', 'properties', 'links'],
  properties: {
    id: { type: 'string', format: 'uuid' },
    conformsTo: { type: 'array', items: { type: 'string' }, contains: { const: WIS2_CORE } },
    type: { const: 'Feature' },
    geometry: {
      oneOf: [
        { type: 'null' },
        {
          type: 'object',
          required: ['type', 'coordinates'],
          properties: { type: { const: 'Point' }, coordinates: position },
        },
        {
          type: 'object',
          required: ['type', 'coordinates'],
          properties: {
            type: { const: 'Polygon' },
            coordinates: { type: 'array', minItems: 1, items: { type: 'array', minItems: 4, items: position } },
          },
        },
      ],
    },
    properties: {
      type: 'object',
      required: ['pubtime', 'data_id'],
      properties: {
        pubtime: moment,
        data_id: { type: 'string', minLength: 1 },
        metadata_id: { type: 'string' },
        datetime: { anyOf: [{ type: 'null' }, moment] },
        start_datetime: moment,
        end_datetime: moment,
        integrity: {
          type: 'object',
          required: ['method', 'value'],
          properties: {
            method: { enum: ['sha256', 'sha384', 'sha512', 'sha3-256', 'sha3-384', 'sha3-512'] },
            value: { type: 'string', contentEncoding: 'base64', minLength: 1 },
          },
        },
        content: {
          type: 'object',
          required: ['encoding', 'size', 'value'],
          properties: {
            encoding: { enum: ['utf-8', 'base64', 'gzip'] },
            size: { type: 'integer', maximum: 4096 },
            value: { type: 'string', maxLength: 4096 },
          },
        },
      },
      oneOf: [{ required: ['datetime'] }, { required: ['start_datetime', 'end_datetime'] }],
    },
    links: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['href', 'rel'],
        properties: {
          href: { type: 'string', pattern: '^(https?|s?ftp)://' },
          rel: { type: 'string' },
          type: { type: 'string' },
          length: { type: 'integer', minimum: 0 },
        },
      },
      contains: { type: 'object', properties: { rel: { enum: RELATIONS } } },
    },
  },
} as const;
