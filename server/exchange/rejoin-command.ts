import { createReadStream } from 'node:fs';
import { join, resolve } from 'node:path';
import { sameParty } from '../../exchange/envelope.js';
import { type PeerKey, readPeerKey } from '../../exchange/keys.js';
import type { KnownKeys } from '../../exchange/rejoin/believe.js';
import { RejoinRefused, recordsOf } from '../../exchange/rejoin/book.js';
import { type Rejoined, rejoin } from '../../exchange/rejoin/rejoin.js';
import { messageOf } from '../../model/errors.js';
import type { Party } from '../../model/exchange.js';
import { keptAuditKey } from '../audit/key.js';
import { Recorder } from '../audit/recorder.js';
import { onWritableDatabase } from '../database/kept-database.js';
import type { Environment } from '../environment.js';
import { exchangeEvidence } from './evidence.js';
import type { NamedKey } from './export.js';
import { groundOf } from './room.js';
import type { ExchangeSettings, PeerSection } from './settings.js';

export interface RejoinOptions {
  readonly env: Environment;
  readonly settings: ExchangeSettings;
  readonly own: Party;
  /** Its name in the settings. */
  readonly peer: string;
  readonly section: PeerSection;
  /** The peer's export of the exchange with us. */
  readonly file: string;
  readonly keys: readonly NamedKey[];
  /** Whether tools/verify-exchange.mjs finds the file unchanged; it says what is not. */
  readonly verify: () => Promise<boolean>;
  readonly say: (line: string) => void;
}

/** npm run exchange -- rejoin: the exit code, 0 where the side has rejoined or nothing was missing, 1 where it is refused. */
export async function rejoinCommand(options: RejoinOptions): Promise<number> {
  const { file, own, peer, say, section, verify } = options;
  try {
    const party = { orgCode: section.orgCode, division: section.division };
    // Whose it is, before anything is believed of it: what is not for us cannot be verified here.
    for await (const _ of recordsOf(linesOf(file), own, { name: peer, party }));
    if (!(await verify())) throw new RejoinRefused('the file is not as it was written');
    const done = await onWritableDatabase(options.env, (db) => rejoinOn(db, options));
    for (const line of done
      ? linesAbout(peer, done)
      : [`nothing to do: nothing of ours that ${peer} has is missing here`])
      say(line);
    return 0;
  } catch (error) {
    if (!(error instanceof RejoinRefused)) throw error;
    say(`refused, and nothing changed: ${messageOf(error)}`);
    return 1;
  }
}

/** The lines of a file. Texts in it may hold what else passes for the end of a line (U+2028). */
async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of createReadStream(file, 'utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

async function rejoinOn(
  db: Parameters<Parameters<typeof onWritableDatabase>[1]>[0],
  { env, file, keys, own, peer, section, settings }: RejoinOptions,
): Promise<Rejoined | undefined> {
  const now = (): Date => new Date();
  const key = (): ReturnType<typeof keptAuditKey> => keptAuditKey(join(resolve(env.HUB_DATA_DIR), 'keys'));
  const recorder = new Recorder({ db, key, now, onFault: () => {} });
  recorder.start();
  try {
    const evidence = exchangeEvidence(recorder, now);
    const room = { db, division: own.division, evidence, now, onAlarm: () => {} };
    return await rejoin(groundOf(peer, section, settings, room), linesOf(file), knownKeys(keys, own, section));
  } finally {
    await recorder.stop();
  }
}

const knownKeys = (keys: readonly NamedKey[], own: Party, peer: Party): KnownKeys => ({
  own: keysOfParty(keys, own),
  peer: keysOfParty(keys, peer),
});

const keysOfParty = (keys: readonly NamedKey[], party: Party): PeerKey[] =>
  keys
    .filter((key) => sameParty(key, party))
    .map(({ kid, publicKey }) => readPeerKey(kid, publicKey, { from: null, until: null }));

/** What was done, for whoever called, in both languages. */
function linesAbout(peer: string, done: Rejoined): string[] {
  const {
    bundlesAside,
    carriedOut,
    failed,
    heard,
    otherLacks,
    recalled,
    receiptsAside,
    sent,
    taken,
    told,
    toldAgain,
    unknown,
  } = done;
  return [
    `rejoined ${peer} · 已与 ${peer} 重新接续`,
    `  taken back 取回: ${sent} bundles and ${told} receipts of ours, ${taken} bundles and ${heard} receipts of its`,
    `  made here since the restore and set aside 恢复后另存备查: ${bundlesAside} bundles, ${receiptsAside} receipts; ${toldAgain} items are told again`,
    `  carried out again 重新执行: ${carriedOut} items; instructions that stand as they were told of 指令恢复: ${recalled}`,
    ...failed.map((reason) => `  NOT carried out again 未能重新执行: ${reason}`),
    ...unknown.map((what) => `  told in the lost time and not known here 已报送但本库没有: ${what}`),
    ...(otherLacks === undefined ? [] : [`  LOOK 请核对: ${otherLacks}`]),
  ];
}
