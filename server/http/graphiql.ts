import type { IncomingMessage, ServerResponse } from 'node:http';
import { exampleQueries } from '../examples.js';
import { isLoopback } from '../limits/caller.js';
import { reply } from './reply.js';
import { guardGraphiql } from './security-headers.js';

/** Whether a person with a browser opens /graphql, rather than a program that asks. */
export const wantsPage = ({ headers, method, url = '' }: IncomingMessage): boolean =>
  method === 'GET' && (headers.accept ?? '').includes('text/html') && !/[?&](query|documentId)=/.test(url);

/** Sends GraphiQL, carried along whole: the city's network reaches no other. `headers`: what its headers editor opens with, as JSON. */
export async function sendGraphiql(response: ServerResponse, headers: string | undefined): Promise<void> {
  // Nine megabytes that only the demo shows.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const page = renderGraphiQL({
    title: '烽火 Fenghuo',
    defaultQuery: exampleQueries,
    subscriptionsProtocol: 'WS',
    ...(headers === undefined ? {} : { headers, defaultHeaders: headers }),
  });
  const { html, policy } = guardGraphiql(page);
  response.setHeader('content-security-policy', policy);
  reply(response, 200, html, 'text/html; charset=utf-8');
}

/** Whether the page was asked for by one of the machine's own names: a name of someone else's that leads here is a trick to read it. */
export function isHomeName({ headers }: IncomingMessage): boolean {
  const host = (headers.host ?? '').replace(/:\d+$/, '');
  return host === '[::1]' || isLoopback(host);
}
