import { GraphQLError } from 'graphql';
import { parseTime } from '../model/time.js';
import type { Builder } from './builder.js';

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/i;

const badInput = (message: string): GraphQLError => new GraphQLError(message, { extensions: { code: 'BAD_INPUT' } });

/** DateTime goes out as RFC 3339 in UTC with milliseconds; in, any offset is understood, none is refused. */
export function addScalars(builder: Builder): void {
  builder.scalarType('DateTime', {
    description: 'An instant, RFC 3339, in UTC. 时刻，RFC 3339 格式，协调世界时。',
    serialize: (value) => (value as Date).toISOString(),
    parseValue: (value) => {
      const instant =
        typeof value === 'string' && RFC3339.test(value) ? parseTime(value.toUpperCase(), 'UTC') : undefined;
      if (!instant) throw badInput('DateTime: RFC 3339 with a zone is needed, such as "2026-06-01T08:00:00Z"');
      return instant;
    },
  });
  builder.scalarType('GeoJSON', {
    description: 'A geometry of RFC 7946, WGS84. RFC 7946 几何对象，WGS84 坐标。',
    serialize: (value) => value,
    parseValue: (value) => {
      if (typeof value !== 'object' || value === null) throw badInput('GeoJSON: an object is needed');
      return value;
    },
  });
  builder.scalarType('Cursor', {
    description:
      'A place in the log; opaque, stable under retry and restart. 日志中的位置；不透明，重试或重启后仍有效。',
    serialize: (value) => value,
    parseValue: (value) => {
      if (typeof value !== 'string') throw badInput('Cursor: a string is needed');
      return value;
    },
  });
}
