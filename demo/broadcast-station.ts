import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DecodeError } from '../connectors/shared/codecs/decode-error.js';
import { type Ebd, type Ebm, ebdIdOf } from '../connectors/shared/codecs/ebd.js';
import { packageName, readPackage, writePackage } from '../connectors/shared/codecs/ebd-package.js';
import { publicKeyOf } from '../connectors/shared/codecs/ebd-signature.js';
import type { StandIn } from './stand-in.js';

const LOOK_MS = 200;
/** EBDType of receipts within an EBDID (assumed). */
const RECEIPT = '02';

export interface StationOptions {
  /** Of the hub and of the platform itself. */
  readonly hub: string;
  readonly station: string;
  /** What the hub's signing key is derived from, and the platform's own. */
  readonly hubSecret: string;
  readonly secret: string;
  readonly now: () => Date;
}

/** The county's emergency broadcasting platform: takes signed packages out of `outbox`, answers each and reports what went on the air. */
export class BroadcastStation implements StandIn {
  readonly name = 'emergency broadcasting platform (EBD in folders)';
  /** On the air, by EBMID. */
  readonly onAir = new Map<string, Ebm>();
  readonly refused: string[] = [];
  #folder = '';
  #serial = 0;
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> = Promise.resolve();

  constructor(private readonly options: StationOptions) {}

  /** The folder with `outbox`, `inbox` and the platform's public key in `platform.pub`. */
  async start(): Promise<string> {
    this.#folder = await mkdtemp(join(tmpdir(), 'fenghuo-demo-broadcast-'));
    for (const name of ['outbox', 'inbox', 'taken']) await mkdir(join(this.#folder, name));
    await writeFile(join(this.#folder, 'platform.pub'), publicKeyOf(keyOf(this.options.secret)));
    this.#timer = setInterval(() => {
      this.#working = this.#working.then(() => this.#look()).catch(() => undefined);
    }, LOOK_MS);
    return this.#folder;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#working;
    if (this.#folder !== '') await rm(this.#folder, { recursive: true, force: true });
  }

  async #look(): Promise<void> {
    const outbox = join(this.#folder, 'outbox');
    for (const name of (await readdir(outbox)).filter((each) => each.endsWith('.tar')).sort()) {
      const bytes = await readFile(join(outbox, name));
      await rename(join(outbox, name), join(this.#folder, 'taken', name));
      await this.#take(name, bytes);
    }
  }

  async #take(name: string, bytes: Uint8Array): Promise<void> {
    try {
      const { ebd } = readPackage(bytes, publicKeyOf(keyOf(this.options.hubSecret)));
      if (ebd.content.kind !== 'EBM') throw new DecodeError('unsupported', 'no message');
      await this.#answer(ebd, { kind: 'EBDResponse', resultCode: '1', resultDesc: '接收解析及数据校验成功' });
      await this.#air(ebd, ebd.content);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.refused.push(`${name}: ${error.message}`);
    }
  }

  async #air(ebd: Ebd, ebm: Ebm): Promise<void> {
    const back = ebm.msgType === '2';
    if (back) this.onAir.delete(ebm.ebmId);
    else this.onAir.set(ebm.ebmId, ebm);
    await this.#answer(ebd, {
      kind: 'EBMStateResponse',
      items: [
        {
          ebmId: ebm.ebmId,
          stateCode: back ? '5' : '3',
          stateDesc: back ? '播发取消' : '播发成功',
          coverageRate: back ? null : 0.96,
        },
      ],
    });
  }

  async #answer(to: Ebd, content: Ebd['content']): Promise<void> {
    const { station, hub, now, secret } = this.options;
    this.#serial += 1;
    const ebdId = ebdIdOf(RECEIPT, station, now().getTime() * 100 + (this.#serial % 100));
    const answer: Ebd = {
      version: '1',
      ebdId,
      source: station,
      destinations: [hub],
      time: now(),
      related: to.ebdId,
      content,
    };
    const path = join(this.#folder, 'inbox', packageName(ebdId));
    await writeFile(`${path}.part`, writePackage(answer, { privateKey: keyOf(secret), certificate: '' }));
    await rename(`${path}.part`, path);
  }
}

/** The same derivation as the hub's: any secret makes a key. */
const keyOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');
