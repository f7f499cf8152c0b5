import { describe, expect, test } from '@jest/globals';
import { GraphQLError, locatedError } from 'graphql';
import { HubError } from '../model/errors.js';
import { formatError, maskError } from './errors.js';

const caught: unknown[] = [];
const mask = (error: unknown): GraphQLError =>
  maskError(error, {
    onError: (cause) => caught.push(cause),
    isUnavailable: (cause) => cause instanceof Error && cause.message === 'the store is down',
  });
const inField = (error: Error): GraphQLError => locatedError(error, [], ['feeds', 0, 'state']);

describe('maskError', () => {
  test('a HubError keeps its code, sentence, details and place, and never its cause', () => {
    const error = new HubError(
      'SOURCE_UNAVAILABLE',
      'the source does not answer',
      { feed: 'water/telemetry' },
      { cause: new Error('postgres://user:secret@db') },
    );
    const shown = mask(inField(error)).toJSON();
    expect(shown).toEqual({
      message: 'the source does not answer',
      path: ['feeds', 0, 'state'],
      extensions: { code: 'SOURCE_UNAVAILABLE', feed: 'water/telemetry' },
    });
  });

  test('no detail can pass for the code', () => {
    expect(mask(new HubError('CONFLICT', 'x', { code: 'OK' })).extensions.code).toBe('CONFLICT');
  });

  test('whatever else is thrown becomes INTERNAL, and only the log learns what it was', () => {
    for (const error of [new TypeError('secret'), 'secret', undefined, inField(new Error('secret'))]) {
      const shown = mask(error);
      expect(shown.message).toBe('internal error');
      expect(shown.extensions).toEqual({ code: 'INTERNAL', requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
      expect(JSON.stringify(shown)).not.toContain('secret');
      expect(shown.originalError).toBeUndefined();
    }
    expect(caught).toHaveLength(4);
  });

  test('what a store cannot serve just now is SOURCE_UNAVAILABLE, and the log learns why under the same id', () => {
    const before = caught.length;
    const down = new Error('the store is down');
    const shown = mask(inField(down));
    expect(shown.toJSON()).toEqual({
      message: 'the hub cannot serve this just now: try again',
      path: ['feeds', 0, 'state'],
      extensions: {
        code: 'SOURCE_UNAVAILABLE',
        retryAfterSeconds: 1,
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    });
    expect(mask(shown).toJSON()).toEqual(shown.toJSON());
    expect(caught.slice(before)).toEqual([down]);
  });

  test('an answer that its type cannot hold is the hub’s fault, a variable that its type cannot hold the caller’s', () => {
    const message = 'Int cannot represent non 32-bit signed integer value: 3000000000';
    expect(mask(inField(new GraphQLError(message))).extensions.code).toBe('INTERNAL');
    expect(mask(new GraphQLError(message)).extensions.code).toBe('BAD_INPUT');
  });

  test('masking twice changes nothing', () => {
    for (const error of [new Error('x'), new HubError('CURSOR_EXPIRED', 'gone'), new GraphQLError('Syntax Error: x')]) {
      const once = mask(error);
      expect(mask(once).toJSON()).toEqual(once.toJSON());
      expect(formatError(once).toJSON()).toEqual(once.toJSON());
    }
  });
});

describe('formatError', () => {
  test('suggestions are cut off', () => {
    const error = new GraphQLError('Cannot query field "feedz" on type "Query". Did you mean "feeds" or "feed"?');
    expect(formatError(error).toJSON()).toEqual({
      message: 'Cannot query field "feedz" on type "Query".',
      extensions: { code: 'BAD_INPUT' },
    });
  });

  test('codes of others become BAD_INPUT, their HTTP status stays', () => {
    const http = { status: 405 };
    const error = new GraphQLError('x', { extensions: { code: 'GRAPHQL_VALIDATION_FAILED', http, stacktrace: ['a'] } });
    expect(formatError(error).extensions).toEqual({ code: 'BAD_INPUT', http });
  });
});
