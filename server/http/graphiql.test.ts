import { Script } from 'node:vm';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { expect, test } from '@jest/globals';
import { guardGraphiql } from './security-headers.js';

test('every script of GraphiQL’s page is named in its policy, and is still a program', () => {
  const { html, policy } = guardGraphiql(renderGraphiQL({ headers: '{"authorization":"Bearer x"}' }));
  const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1];
  const tags = [...html.matchAll(/^\s*<script([^>]*)>(.*?)^\s*<\/script>/gms)];
  expect(tags.length).toBeGreaterThan(0);
  for (const [, attributes = '', program = ''] of tags) {
    expect(attributes).toBe(` nonce="${nonce}"`);
    // Parsed only: throws SyntaxError where a replacement has broken it.
    expect(() => new Script(program)).not.toThrow();
  }
});
