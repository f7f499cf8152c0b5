import { createHmac, createPublicKey, randomUUID, verify as verifyBytes } from 'node:crypto';
import { type ClientRequest, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { canonicalJson, hashOf } from '../exchange/canonical.js';
import { readBundle } from '../exchange/envelope.js';
import { asPeerKey, publicPartOf } from '../exchange/keys.js';
import { sign, verify } from '../exchange/signing.js';
import { type Bundle, Refusal, type Signed } from '../model/exchange.js';
import { type Answer, base64url, HostileWorld, keys, now, signed, withHeader } from './support/hostile-world.js';

let world: HostileWorld;
beforeAll(async () => {
  world = await HostileWorld.open();
});
afterAll(() => world.stop());

const badSignature = [401, 'BAD_SIGNATURE'] as const;

describe('a bundle whose signature is not what it should be', () => {
  test('is refused: another key, another algorithm, another use', async () => {
    const body = canonicalJson(world.next());
    const good = { alg: 'EdDSA', kid: 'p-old', typ: 'fenghuo-bundle+jws' };
    const hmac = (): Signed => {
      const first = base64url(JSON.stringify({ ...good, alg: 'HS256' }));
      const secret = createHmac('sha256', publicPartOf(keys.old)).update(`${first}.${base64url(body)}`);
      return { body, signature: `${first}..${secret.digest('base64url')}` };
    };
    for (const each of [
      await signed(body, keys.thief),
      withHeader(body, { ...good, alg: 'none' }),
      withHeader(body, { ...good, alg: 'ES256' }),
      withHeader(body, { ...good, alg: 'SM2' }),
      hmac(),
      withHeader(body, { ...good, kid: 'p-es256' }),
      withHeader(body, { ...good, kid: 'p-sm2' }),
    ])
      await world.expectRefused(
        await world.hand(each),
        ...badSignature,
        /^the signature is not of this text by the key/,
      );
    const receipt = { body, signature: await sign(body, 'fenghuo-receipt+jws', keys.old) };
    await world.expectRefused(await world.hand(receipt), ...badSignature, /signed as "fenghuo-receipt\+jws"/);
  });

  test('is refused where its header names a key of nobody, of another, or brings its own', async () => {
    const body = canonicalJson(world.next());
    const good = { alg: 'EdDSA', typ: 'fenghuo-bundle+jws' };
    for (const kid of ['../p-old', 'p-old\u0000', '__proto__', 'P-OLD', 'c-1', ''])
      await world.expectRefused(await world.hand(withHeader(body, { ...good, kid })), 401, 'UNKNOWN_KEY', /^no key/);
    const jwk = createPublicKey(publicPartOf(keys.thief)).export({ format: 'jwk' });
    for (const more of [
      { jwk },
      { jku: 'https://example.org/keys' },
      { x5u: 'https://example.org' },
      { crit: ['b64'], b64: false },
    ])
      await world.expectRefused(
        await world.hand(withHeader(body, { ...good, kid: 'p-old', ...more }, keys.thief)),
        ...badSignature,
        /^the signature is no detached JWS/,
      );
  });

  test('is refused in any other spelling of the same bytes', async () => {
    const { body, signature } = await signed(world.next());
    const [first = '', , last = ''] = signature.split('.');
    const twin = `${last.slice(0, -1)}${String.fromCharCode(last.charCodeAt(last.length - 1) + 1)}`;
    expect(Buffer.from(twin, 'base64url')).toEqual(Buffer.from(last, 'base64url'));
    for (const spelling of [
      `${first}..${twin}`,
      `${first}..${last}==`,
      `${first}==..${last}`,
      `${first}.${base64url(body)}.${last}`,
      `${first}..`,
      `..${last}`,
      '',
      `${first}..${last}..${last}`,
    ])
      await world.expectRefused(
        await world.hand({ body, signature: spelling }),
        ...badSignature,
        /^the signature is no detached JWS/,
      );
  });

  test('is refused where a byte of it was changed: ten thousand of them', async () => {
    const { body, signature } = await signed(world.next());
    const bytes = Buffer.from(`${body}\n${signature}`);
    const pinned = [keys.old, keys.new, keys.es256, keys.sm2].map(asPeerKey);
    const isTaken = async (text: string): Promise<boolean> => {
      const [changed = '', mark = ''] = text.split('\n');
      try {
        readBundle({ body: changed, signature: mark });
        await verify({ body: changed, signature: mark }, 'fenghuo-bundle+jws', pinned, now());
        return true;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return false;
      }
    };
    expect(await isTaken(bytes.toString())).toBe(true);
    let state = 5;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const missed: string[] = [];
    for (let trial = 0; trial < 10_000; trial += 1) {
      const at = random(bytes.length);
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ (1 + random(255));
      if (await isTaken(changed.toString())) missed.push(`${at}: ${changed[at]}`);
    }
    expect(missed).toEqual([]);
  }, 60_000);

  test('would be taken by whoever believes the key that it brings: the control', async () => {
    const body = canonicalJson(world.next());
    const jwk = createPublicKey(publicPartOf(keys.thief)).export({ format: 'jwk' });
    const forged = withHeader(body, { alg: 'EdDSA', kid: 'p-old', typ: 'fenghuo-bundle+jws', jwk }, keys.thief);
    const believes = ({ body: text, signature }: Signed): boolean => {
      const [first = '', , last = ''] = signature.split('.');
      const header = JSON.parse(Buffer.from(first, 'base64url').toString());
      const key = createPublicKey({ key: header.jwk, format: 'jwk' });
      return verifyBytes(null, Buffer.from(`${first}.${base64url(text)}`), key, Buffer.from(last, 'base64url'));
    };
    expect(believes(forged)).toBe(true);
    await world.expectRefused(await world.hand(forged), ...badSignature, /no detached JWS/);
  });
});

describe('a bundle whose text is not what it should be', () => {
  test('is refused: changed, cut off, not canonical, nothing that JSON can say', async () => {
    const good = await signed(world.next());
    const changed = good.body.replace('"wusu"', '"wusa"');
    await world.expectRefused(await world.hand({ ...good, body: changed }), ...badSignature, /not of this text/);
    await world.expectRefused(
      await world.hand({ ...good, body: good.body.slice(0, -20) }),
      400,
      'BAD_SHAPE',
      /cut off or damaged/,
    );
    for (const [body, code] of [
      [` ${good.body}`, 'NOT_CANONICAL'],
      [JSON.stringify(world.next()), 'NOT_CANONICAL'],
      [good.body.replace('"seq":1', '"seq":1.0'), 'NOT_CANONICAL'],
      [good.body.replace('"seq":1', '"seq":7,"seq":1'), 'NOT_CANONICAL'],
      [good.body.replace('"wusu"', '"\\u0077usu"'), 'NOT_CANONICAL'],
      [good.body.replace('"wusu"', '"\\ud800"'), 'NOT_CANONICAL'],
      [good.body.replace('"number":0', '"number":NaN'), 'BAD_SHAPE'],
      [good.body.replace('"number":0', '"number":1e999'), 'NOT_CANONICAL'],
      [`${good.body.slice(0, -1)},"more":1}`, 'BAD_SHAPE'],
      [canonicalJson(world.next({ bundleId: randomUUID().toUpperCase() })), 'BAD_SHAPE'],
      [canonicalJson(world.next({ items: [] })), 'BAD_SHAPE'],
      [canonicalJson(world.next({ kind: 'warning' })), 'BAD_SHAPE'],
      [canonicalJson({ ...world.next(), items: 'none' }), 'BAD_SHAPE'],
      [good.body.replace('"wusu"', '"\\u0000"'), 'BAD_SHAPE'],
      [canonicalJson(world.next({ schemaVersion: '2.0' })), 'WRONG_VERSION'],
      [canonicalJson({ head: world.next(), schemaVersion: '2.0' }), 'WRONG_VERSION'],
      [canonicalJson({ ...world.next(), items: 'none', schemaVersion: '2.0' }), 'WRONG_VERSION'],
    ] as const)
      await world.expectRefused(await world.hand(await signed(body)), 400, code, /./);
    const deep = good.body.replace('"number":0', `"number":${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    await world.expectRefused(await world.hand(await signed(deep)), 400, 'NOT_CANONICAL', /canonical/);
  });

  test('is answered with our signed word that it was this text, which is the same each time', async () => {
    const each = await signed({ ...world.next(), items: 'none' as unknown as Bundle['items'] });
    const wordIn = ({ receipts = [] }: Answer): Signed[] => receipts.filter(({ body }) => body.includes('"REFUSED"'));
    const words = [];
    for (const _ of [1, 2]) {
      const answer = await world.hand(each, { 'exchange-heard': '999' });
      await world.expectRefused(answer, 400, 'BAD_SHAPE', /^items: /);
      words.push(wordIn(answer));
    }
    expect(words[0]).toHaveLength(1);
    expect(words[1]).toEqual(words[0]);
    expect(JSON.parse(words[0]?.[0]?.body ?? '')).toMatchObject({
      ...{
        state: 'REFUSED',
        bundleHash: hashOf(each.body),
        seq: 1,
        note: expect.stringMatching(/^BAD_SHAPE: items: /),
      },
    });
    // Of another version nothing is said so: the sender judges which of the two has to change.
    const other = await world.hand(await signed(world.next({ schemaVersion: '2.0' })), { 'exchange-heard': '999' });
    await world.expectRefused(other, 400, 'WRONG_VERSION', /./);
    expect(wordIn(other)).toEqual([]);
    const damaged = await world.hand({ ...each, body: each.body.replace('none', 'nine') });
    await world.expectRefused(damaged, ...badSignature, /not of this text/);
    expect(wordIn(damaged)).toEqual([]);
  });

  test('is refused without the key of the call, or with one that is another’s', async () => {
    const good = await signed(world.next());
    const named = await world.hand(good, { 'idempotency-key': randomUUID() });
    await world.expectRefused(named, 400, 'BAD_SHAPE', /^Idempotency-Key is not the bundleId/);
    const none = await world.post('bundles', good.body, { 'x-jws-signature': good.signature });
    await world.expectRefused(none, 400, 'BAD_SHAPE', /^send Idempotency-Key/);
  });

  test('is refused where it is too large, and no more of it is read', async () => {
    const large = canonicalJson(
      world.next({ items: [{ ...(world.next().items[0] as Bundle['items'][0]), id: 'x'.repeat(1_000_000) }] }),
    );
    await world.expectRefused(await world.hand(await signed(large)), 413, 'TOO_LARGE', /^at most 1000000 bytes/);
    const { status, written } = await endless();
    expect(status).toBe(413);
    expect(written).toBeLessThan(20_000_000);
  });
});

/** Sends a body without an end until it is answered. */
function endless(): Promise<{ status: number; written: number }> {
  const chunk = Buffer.alloc(100_000, 'x');
  return new Promise((resolve, reject) => {
    let written = 0;
    const going: ClientRequest = request(`${world.url}/exchange/v1/bundles`, { method: 'POST' }, (response) => {
      going.off('error', reject).on('error', () => {});
      resolve({ status: response.statusCode ?? 0, written });
      going.destroy();
    });
    going.on('error', reject);
    const write = (): void => {
      if (going.destroyed || written > 200_000_000) return;
      written += chunk.length;
      if (going.write(chunk)) setImmediate(write);
      else going.once('drain', write);
    };
    write();
  });
}

test('each refusal is in the audit, too', async () => {
  // And the one whose sender had not finished.
  await world.expectAudited(['TOO_LARGE']);
});

test('a peer whose bundles are refused for their shape is not turned away as one who guesses; who cannot sign them is: the control', async () => {
  const strict = await HostileWorld.open(3);
  try {
    const spoilt = () => signed({ ...strict.next(), items: 'none' as unknown as Bundle['items'] });
    for (let n = 0; n < 6; n += 1) expect(await strict.hand(await spoilt())).toMatchObject({ status: 400 });
    const unsigned = { ...(await spoilt()), signature: 'e30..e30' };
    const statuses = [];
    for (let n = 0; n < 6; n += 1) statuses.push((await strict.hand(unsigned)).status);
    expect(statuses.at(-1)).toBe(429);
  } finally {
    await strict.stop();
  }
});
