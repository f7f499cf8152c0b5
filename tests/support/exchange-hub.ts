import { readOwnKey } from '../../exchange/keys.js';
import type { Step } from '../../exchange/steps.js';
import { type SideOptions, startSide } from './exchange-pair.js';

/** What a side's process is told on its command line. */
export interface HubOrders {
  readonly databaseUrl: string;
  readonly side: Omit<SideOptions, 'keys' | 'hub'> & {
    readonly keys: readonly { readonly kid: string; readonly pem: string }[];
  };
  /** It ends itself with SIGKILL the first time that it comes here. */
  readonly killAt?: Step | undefined;
}

// A whole hub of one side in a process of its own: prints its address once it is up.
const { databaseUrl, killAt, side } = JSON.parse(process.argv[2] ?? '{}') as HubOrders;
const keys = side.keys.map(({ kid, pem }) => ({ ...readOwnKey(kid, pem, { from: null, until: null }), pem }));
const hub = await startSide(
  { url: databaseUrl, drop: () => Promise.resolve() },
  {
    ...side,
    keys,
    hub: {
      exchangeStep: (step) => {
        if (step === killAt) process.kill(process.pid, 'SIGKILL');
      },
    },
  },
);
process.stdout.write(`${hub.url}\n`);
process.on('SIGTERM', () => void hub.stop().then(() => process.exit()));
