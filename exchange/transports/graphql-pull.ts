import { z } from 'zod';
import { call, type Dial, nameOf } from '../../connectors/shared/calls/http-call.js';
import type { Signed } from '../../model/exchange.js';
import { jsonOf } from '../canonical.js';
import type { Fetcher, Reception } from './transport.js';

export const pullSettings = z.strictObject({
  /** The other side's GraphQL address. */
  url: z.url({ protocol: /^https?$/ }),
  /** An API key of the role PEER that the other side made for this hub. */
  token: z.string().min(16),
  everySeconds: z.number().min(0.1).max(86_400).default(30),
  timeoutMs: z.int().min(100).max(120_000).default(20_000),
});
export type PullSettings = z.infer<typeof pullSettings>;

const BUNDLES = 10;
const RECEIPTS = 100;
/** As if it had all our receipts: they go another way. */
const ITS_OWN_ONLY = Number.MAX_SAFE_INTEGER;
/** Ten bundles of the largest kind, as JSON writes them. */
const ANSWER_BYTES = 30_000_000;

const QUERY = `query ExchangePull($bundles: Int!, $afterBundle: String, $receipts: Int!, $afterReceipt: String) {
  exchangeBundles(first: $bundles, after: $afterBundle) { edges { node { body signature } } pageInfo { hasNextPage } }
  exchangeReceipts(first: $receipts, after: $afterReceipt) { edges { node { body signature } } pageInfo { hasNextPage } }
}`;

const page = z.object({
  edges: z.array(z.object({ node: z.object({ body: z.string(), signature: z.string() }) })),
  pageInfo: z.object({ hasNextPage: z.boolean() }),
});
const answer = z.object({ data: z.object({ exchangeBundles: page, exchangeReceipts: page }) });

/** Goes and gets what the other side has for this hub, from where the chains stand. `stands`: the last seq taken and the last receipt heard. */
export function graphqlPull(
  settings: PullSettings,
  dial: Dial | undefined,
  stands: () => Promise<{ readonly taken: number; readonly heard: number }>,
): Fetcher {
  const address = nameOf(new URL(settings.url));
  return {
    address,
    async fetch(reception: Reception, signal: AbortSignal): Promise<boolean> {
      const { taken, heard } = await stands();
      const variables = {
        bundles: BUNDLES,
        afterBundle: String(taken),
        receipts: RECEIPTS,
        afterReceipt: String(heard),
      };
      const { exchangeBundles, exchangeReceipts } = await ask(settings, variables, dial, signal);
      const receipts = signedOf(exchangeReceipts);
      if (receipts.length > 0) await reception.receipts(receipts, address);
      for (const bundle of signedOf(exchangeBundles)) await reception.bundle(bundle, address, ITS_OWN_ONLY, true);
      return exchangeBundles.pageInfo.hasNextPage || exchangeReceipts.pageInfo.hasNextPage;
    },
  };
}

const signedOf = ({ edges }: z.infer<typeof page>): Signed[] => edges.map(({ node }) => node);

async function ask(
  { timeoutMs, token, url }: PullSettings,
  variables: Readonly<Record<string, unknown>>,
  dial: Dial | undefined,
  signal: AbortSignal,
): Promise<z.infer<typeof answer>['data']> {
  const { status, body } = await call(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: QUERY, variables }),
    ...{ timeoutMs, maxBytes: ANSWER_BYTES, signal, dial },
  });
  const found = answer.safeParse(jsonOf(body));
  if (!found.success) throw new Error(`HTTP ${status}: ${faultIn(body)}`);
  return found.data.data;
}

/** What the other side says is wrong; one line of it. */
function faultIn(body: string): string {
  const errors = z.object({ errors: z.array(z.object({ message: z.string() })).min(1) }).safeParse(jsonOf(body));
  return errors.success ? (errors.data.errors[0]?.message ?? '').slice(0, 300) : 'no answer of a hub';
}
