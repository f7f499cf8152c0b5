#!/usr/bin/env node
// Verifies an exported exchange of Fenghuo with nothing but the file and the public keys; the format is in docs/exchange-verify.md.
// 独立核验程序：仅凭导出文件和公钥，检查交换包与回执有无改动、删除、换序或截断。
import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto';
import { createReadStream, readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FORMAT = 'fenghuo-exchange-1';
const NO_HASH = '0'.repeat(64);
/** What is younger cannot have been dropped by retention. */
const KEPT_DAYS = 180;
const DAY_MS = 86_400_000;
/** Clocks of the two sides may differ by so much. */
const SKEW_MS = 5 * 60_000;
const LONGEST_LINE = 20_000_000;
const RANK = ['SEALED', 'RECEIVED', 'VALIDATED', 'APPLIED', 'ACTED', 'SET_ASIDE', 'WITHDRAWN'];

/** @typedef {Record<string, any>} Row */
/** @typedef {{ orgCode: string, division: string }} Party */
/** @typedef {{ orgCode: string, division: string, kid: string, publicKey: string, from: string | null, until: string | null }} NamedKey */
/** @typedef {{ chain: string, number: number, hash: string, said: string, mayLead: boolean, ours: boolean, seq: number, what: string }} Claim */

const sha256 = (/** @type {string} */ text) => createHash('sha256').update(text).digest('hex');
const base64url = (/** @type {string} */ text) => Buffer.from(text).toString('base64url');
const same = (/** @type {unknown} */ a, /** @type {unknown} */ b) => JSON.stringify(a) === JSON.stringify(b);
const isParty = (/** @type {Party} */ a, /** @type {Party} */ b) =>
  a?.orgCode === b?.orgCode && a?.division === b?.division;

class Fault extends Error {}

/** One of the four chains between two platforms, as far as it has been read. */
class Chain {
  first = 0;
  last = 0;
  end = NO_HASH;
  /** @type {Map<number, string>} */
  hashes = new Map();
  /** @type {string | undefined} */
  fault;

  /** @param {string} name @param {string} noun */
  constructor(name, noun) {
    this.name = name;
    this.noun = noun;
  }

  /** @param {number} number @param {string} hash @param {string} previous @param {string} at @param {string} exportedAt */
  add(number, hash, previous, at, exportedAt) {
    const expected = this.last + 1;
    if (this.last === 0 && number > 1) {
      if (Date.parse(exportedAt) - Date.parse(at) < KEPT_DAYS * DAY_MS)
        throw new Fault(`${this.noun}s 1 to ${number - 1} are missing: they were too young to be dropped`);
    } else {
      if (number !== expected)
        throw new Fault(
          `${this.noun} ${expected} is missing here: ${number} stands in its place (removed or reordered)`,
        );
      if (previous !== this.end)
        throw new Fault(`${this.noun} ${number} does not follow the one before it: one of the two was replaced`);
    }
    if (this.last === 0) this.first = number;
    this.last = number;
    this.end = hash;
    this.hashes.set(number, hash);
  }

  /** Keeps the first thing that is wrong. @param {string} why */
  broken(why) {
    this.fault ??= why;
  }
}

/**
 * What a bundle holds, as it is written beside it. One that was set aside before its items were looked at may hold anything, and has nothing beside it.
 * @param {Row} said @param {Row} row @param {Row[]} receipts
 */
function itemsIn({ items }, { itemCount }, receipts) {
  const states = receipts.map(({ state }) => state);
  const isUnread =
    itemCount === 0 && !states.includes('VALIDATED') && states.some((state) => /SET_ASIDE|WITHDRAWN/.test(state));
  return isUnread || !Array.isArray(items) ? [] : items;
}

/** Whether a bundle says itself which one it is. @param {Row} row */
function isPlaced({ body, seq }) {
  try {
    return parse(body).seq === seq;
  } catch {
    return false;
  }
}

/** What is kept of the exchange with one platform. */
class PeerBook {
  chains = {
    OUT: new Chain('bundles to it', 'bundle'),
    IN: new Chain('bundles from it', 'bundle'),
    OURS: new Chain('our receipts', 'receipt'),
    THEIRS: new Chain('its receipts', 'receipt'),
  };
  /** @type {Map<string, Row[]>} receipts by direction and seq of what they are about */
  about = new Map();
  /** @type {Claim[]} */
  claims = [];
  /** @type {{ ours: boolean, seq: number, at: string, statement: Row }[]} what either side said when it rejoined after a restore */
  rejoined = [];
  /** @type {Map<string, Row[]>} what was set aside then, by its chain and when */
  forks = new Map();

  /** @param {Row} ends @param {Party} own @param {string} exportedAt @param {(signed: Row, owner: Party, typ: string, at: string) => void} signed */
  constructor(ends, own, exportedAt, signed) {
    this.ends = ends;
    this.own = own;
    this.exportedAt = exportedAt;
    this.signed = signed;
    this.party = { orgCode: ends.orgCode, division: ends.division };
  }

  /** @param {Row} row */
  take(row) {
    const isBundle = typeof row.bundle === 'string';
    const chain = this.chains[/** @type {'OUT'} */ (row.fork ?? (isBundle ? row.bundle : row.receipt))];
    if (!chain) throw new Fault('a line is of no chain');
    if (chain.fault !== undefined) return;
    try {
      if (row.fork !== undefined) this.fork(row);
      else if (isBundle) this.bundle(chain, row);
      else this.receipt(chain, row);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      chain.broken(error.message);
    }
  }

  /** @param {Chain} chain @param {Row} row */
  receipt(chain, row) {
    const ours = row.receipt === 'OURS';
    const named = `receipt ${row.number}`;
    if (sha256(row.body) !== row.hash) throw new Fault(`${named} was changed: its hash is not that of its content`);
    const said = parse(row.body);
    chain.add(said.number, row.hash, said.previous, said.at, this.exportedAt);
    const { number, bundleId, seq, state, at, previous } = said;
    if (
      !same(
        [number, bundleId, seq, state, at, previous],
        [row.number, row.bundleId, row.seq, row.state, row.at, row.previous],
      )
    )
      throw new Fault(`${named}: what is written beside it is not what it says`);
    this.fromTo(said, ours, named);
    this.signed(row, ours ? this.own : this.party, 'fenghuo-receipt+jws', at);
    // About a text that is not kept, and of which perhaps not even the place could be read.
    if (state === 'REFUSED') return;
    const key = `${ours === (state === 'WITHDRAWN') ? 'OUT' : 'IN'} ${seq}`;
    this.about.set(key, [...(this.about.get(key) ?? []), { ...said, issuer: row.receipt }]);
  }

  /** @param {Chain} chain @param {Row} row */
  bundle(chain, row) {
    const ours = row.bundle === 'OUT';
    const named = `bundle ${row.seq}`;
    const receipts = this.about.get(`${row.bundle} ${row.seq}`) ?? [];
    if (row.body === '') return this.withdrawn(chain, row, receipts);
    if (sha256(row.body) !== row.hash) throw new Fault(`${named} was changed: its hash is not that of its content`);
    const word = ours && receipts.find(({ issuer, state }) => issuer === 'OURS' && state === 'WITHDRAWN');
    if (word && !isPlaced(row)) return this.takenBack(chain, row, word);
    const said = parse(row.body);
    chain.add(said.seq, row.hash, said.prevHash, said.createdAt, this.exportedAt);
    const held = itemsIn(said, row, receipts);
    const items = held.map((/** @type {Row} */ { type, id, version, op }) => [type, id, version, op]);
    const written = row.items.map((/** @type {unknown[]} */ item) => item.slice(0, 4));
    const { seq, bundleId, kind, createdAt, prevHash } = said;
    if (
      !same(
        [seq, bundleId, kind, createdAt, prevHash],
        [row.seq, row.bundleId, row.kind, row.createdAt, row.previous],
      ) ||
      !same([items, items.length], [written, row.itemCount])
    )
      throw new Fault(`${named}: what is written beside it is not what it says`);
    this.fromTo(said, ours, named);
    this.signed(row, ours ? this.own : this.party, 'fenghuo-bundle+jws', createdAt);
    this.standing(row, receipts, ours);
    if (kind === 'heartbeat' && held.length > 0) this.heartbeat(said, ours);
  }

  /** One of ours in which not even its place can be read: our signed word that took it back says it. @param {Chain} chain @param {Row} row @param {Row} word */
  takenBack(chain, row, word) {
    if (row.state !== 'SET_ASIDE' || word.bundleHash !== row.hash || word.bundleId !== row.bundleId)
      throw new Fault(`bundle ${row.seq} says nothing of its place, and was not withdrawn`);
    chain.add(row.seq, row.hash, row.previous, word.at, this.exportedAt);
    this.signed(row, this.own, 'fenghuo-bundle+jws', word.at);
  }

  /**
   * One that never came, or one of ours that a restore has taken and that had never come to the other side: its sender's signed word stands for it.
   * @param {Chain} chain @param {Row} row @param {Row[]} receipts
   */
  withdrawn(chain, row, receipts) {
    const [sender, state] = row.bundle === 'IN' ? ['THEIRS', 'WITHDRAWN'] : ['OURS', 'SET_ASIDE'];
    const word = receipts.find((receipt) => receipt.issuer === sender && receipt.state === 'WITHDRAWN');
    if (row.state !== state || row.itemCount !== 0 || word?.bundleHash !== row.hash || word?.bundleId !== row.bundleId)
      throw new Fault(`bundle ${row.seq} is empty, and its sender has not withdrawn it`);
    chain.add(row.seq, row.hash, row.previous, word.at, this.exportedAt);
  }

  /** @param {Row} row @param {Row[]} receipts @param {boolean} ours */
  standing(row, receipts, ours) {
    const named = `bundle ${row.seq}`;
    const wrong = receipts.find(({ bundleId, bundleHash }) => bundleId !== row.bundleId || bundleHash !== row.hash);
    if (wrong)
      throw new Fault(
        `${named}: ${wrong.issuer === 'OURS' ? 'our' : 'its'} receipt ${wrong.number} is about another one`,
      );
    const told = receipts.filter(({ issuer, state }) => (issuer === 'THEIRS') === ours && state !== 'WITHDRAWN');
    if (!ours && !told.some(({ state }) => state === 'RECEIVED')) throw new Fault(`${named} has no receipt of ours`);
    let state = ours ? 'SEALED' : 'RECEIVED';
    for (const receipt of told)
      if (RANK.indexOf(receipt.state) > RANK.indexOf(state) && !(/^A/.test(state) && receipt.state === 'SET_ASIDE'))
        state = receipt.state;
    const takenBack = ours && row.state === 'SET_ASIDE' && receipts.some(({ issuer }) => issuer === 'OURS');
    if (row.state !== state && !takenBack)
      throw new Fault(`${named} is said to be ${row.state}; by its signed receipts it is ${state}`);
    const faults = new Map(
      told.flatMap((receipt) =>
        receipt.faults.map((/** @type {Row} */ { index, code, path, note }) => [index, { code, path, note }]),
      ),
    );
    for (const [index, item] of row.items.entries()) {
      const [a, b] = [item[4] ?? null, faults.get(index) ?? null];
      if (!same(a && [a.code, a.path, a.note], b && [b.code, b.path, b.note]))
        throw new Fault(`${named}: what is written of item ${index} is not what its signed receipts say`);
    }
  }

  /** How far either side said that it had come. @param {Row} said @param {boolean} ours */
  heartbeat({ seq, createdAt, items }, ours) {
    const payload = items[0]?.payload ?? {};
    if (payload.rejoined) this.rejoined.push({ ours, seq, at: createdAt, statement: payload.rejoined });
    const chains = ours
      ? { sent: 'OUT', taken: 'IN', told: 'OURS', heard: 'THEIRS' }
      : { sent: 'IN', taken: 'OUT', told: 'THEIRS', heard: 'OURS' };
    for (const [what, chain] of Object.entries(chains)) {
      const end = payload[what];
      if (!Number.isSafeInteger(end?.number)) continue;
      const said = `${ours ? 'our' : 'its'} heartbeat of ${createdAt} (bundle ${seq}) says`;
      // What it had just signed may still have been on its way.
      this.claims.push({ chain, ...end, said, mayLead: !ours && what === 'told', ours, seq, what });
    }
  }

  /** What was set aside when this side rejoined: signed by it, and none of the chain. @param {Row} row */
  fork(row) {
    const named = `what was set aside in the place of ${row.number}`;
    if (row.body === '') throw new Fault(`${named} is empty`);
    if (sha256(row.body) !== row.hash) throw new Fault(`${named} was changed: its hash is not that of its content`);
    const said = parse(row.body);
    const [number, previous, typ, at] =
      row.fork === 'OUT'
        ? [said.seq, said.prevHash, 'fenghuo-bundle+jws', said.createdAt]
        : [said.number, said.previous, 'fenghuo-receipt+jws', said.at];
    if (!same([number, previous], [row.number, row.previous]))
      throw new Fault(`${named}: what is written beside it is not what it says`);
    this.fromTo(said, true, named);
    this.signed(row, this.own, typ, at);
    const key = `${row.fork} ${row.rejoinedAt}`;
    const before = this.forks.get(key) ?? [];
    const last = before.at(-1);
    if (last && (row.number !== last.number + 1 || row.previous !== last.hash))
      throw new Fault(`${named} does not follow the one before it: one is missing or was replaced`);
    this.forks.set(key, [...before, row]);
  }

  /** Whether all is here that was set aside by a signed statement of ours. @param {Row} statement @param {string} at */
  aside({ at: when, aside }, at) {
    for (const [name, what] of /** @type {const} */ ([
      ['OUT', 'sent'],
      ['OURS', 'told'],
    ])) {
      const rows = this.forks.get(`${name} ${when}`) ?? [];
      const [first, last] = [rows[0], rows.at(-1)];
      const chain = this.chains[name];
      const dropped = rows.length === 0 && Date.parse(this.exportedAt) - Date.parse(at) >= KEPT_DAYS * DAY_MS;
      const said = aside[what];
      if (!same([said?.number, said?.hash], [last?.number, last?.hash]) && !dropped)
        chain.broken(`of what was set aside at ${when} not all is here, or other than was said then`);
      if (first && (chain.hashes.get(first.number - 1) ?? first.previous) !== first.previous)
        chain.broken(`what was set aside at ${when} does not follow ${chain.noun} ${first.number - 1}`);
    }
  }

  /** A side that rejoined after a restore takes back what it had said before of ends that were lost. @param {Claim} claim */
  isVoid({ number, ours, seq, what }) {
    return this.rejoined.some(
      (each) => each.ours === ours && seq <= each.statement.sent.number && number > each.statement[what].number,
    );
  }

  /** @param {Row} said @param {boolean} ours @param {string} named */
  fromTo({ from, to }, ours, named) {
    const [sender, receiver] = ours ? [this.own, this.party] : [this.party, this.own];
    if (!isParty(from, sender) || !isParty(to, receiver))
      throw new Fault(`${named} is not between these two platforms`);
  }

  /** All has been read: do the ends fit? */
  close() {
    const { OUT, IN, OURS, THEIRS } = this.chains;
    for (const [chain, end] of /** @type {const} */ ([
      [OUT, this.ends.sent],
      [IN, this.ends.taken],
      [OURS, this.ends.told],
      [THEIRS, this.ends.heard],
    ])) {
      if (chain.last < end[0]) chain.broken(`${chain.noun}s ${chain.last + 1} to ${end[0]} are missing`);
      else if (chain.last !== end[0] || chain.end !== end[1])
        chain.broken(`the end that is noted is ${chain.noun} ${end[0]}, and not the ${chain.last} that is here last`);
    }
    for (const { ours, at, statement } of this.rejoined) if (ours) this.aside(statement, at);
    for (const claim of this.claims.filter((each) => !this.isVoid(each))) {
      const { chain: name, number, hash, said, mayLead } = claim;
      const chain = this.chains[/** @type {'OUT'} */ (name)];
      if (number > chain.last && !mayLead)
        chain.broken(
          `${said} that there are ${chain.noun}s up to ${number}: ${chain.last + 1} to ${number} are missing`,
        );
      else if (number > 0 && (chain.hashes.get(number) ?? hash) !== hash)
        chain.broken(`${said} that ${chain.noun} ${number} is another one than is here`);
    }
    for (const [key, receipts] of this.about) {
      const [name, seq] = key.split(' ');
      const chain = this.chains[/** @type {'OUT'} */ (name)];
      const isHere = Number(seq) < chain.first || chain.hashes.has(Number(seq));
      for (const { issuer, number } of isHere || chain.fault !== undefined ? [] : receipts)
        this.chains[/** @type {'OURS'} */ (issuer)].broken(
          `receipt ${number} is about bundle ${seq}, which is not here`,
        );
    }
  }
}

/** SM2's point in hex stays as it is. @param {string} text */
const openKey = (text) => (/^04[0-9a-f]{128}$/.test(text) ? text : createPublicKey(text));

/** Checks one line after another, in order. */
class File {
  line = 0;
  records = 0;
  /** @type {Row | undefined} */
  header;
  /** @type {PeerBook | undefined} */
  book;
  /** @type {string[]} */
  faults = [];
  ended = false;
  hash = createHash('sha256');
  /** @type {Map<string, { key: import('node:crypto').KeyObject | string } & NamedKey>} */
  keys = new Map();

  /** @param {readonly NamedKey[]} trusted */
  constructor(trusted) {
    this.trusted = trusted;
  }

  /** @param {string} line */
  take(line) {
    this.line += 1;
    if (this.ended) throw new Fault('something follows the signed end of the file');
    const row = parse(line);
    if (this.header && row.end) return this.end(row);
    this.hash.update(`${line}\n`);
    if (!this.header) return this.begin(row);
    if (row.peer !== undefined) {
      this.close();
      this.book = new PeerBook(row, this.header.own, this.header.exportedAt, (...signed) => this.signed(...signed));
    } else if (this.book) {
      this.book.take(row);
      this.records += 1;
    } else throw new Fault('a record stands before the platform that it belongs to');
  }

  /** @param {Row} header */
  begin(header) {
    if (header.exchange !== FORMAT) throw new Fault(`the first line must say "exchange":"${FORMAT}"`);
    this.header = header;
    for (const named of this.trusted.length > 0 ? this.trusted : header.keys) {
      this.keys.set(`${named.orgCode} ${named.division} ${named.kid}`, { ...named, key: openKey(named.publicKey) });
    }
  }

  close() {
    const { book } = this;
    if (!book) return;
    book.close();
    for (const { fault, name } of Object.values(book.chains))
      if (fault !== undefined) this.faults.push(`${book.ends.peer}, ${name}: ${fault}`);
  }

  /** @param {Row} row */
  end({ end, signature }) {
    this.close();
    const { own, exportedAt } = /** @type {Row} */ (this.header);
    if (end.lines !== this.line - 1 || end.sha256 !== this.hash.digest('hex'))
      throw new Fault('the file is not the one that its end was signed over');
    this.signed({ body: JSON.stringify(end), signature }, own, 'fenghuo-export+jws', exportedAt);
    this.ended = true;
  }

  /** @param {Row} row @param {Party} owner @param {string} typ @param {string} at */
  signed({ body, signature }, owner, typ, at) {
    const [first = '', middle, last = ''] = signature.split('.');
    const header = parse(Buffer.from(first, 'base64url').toString());
    const key = this.keys.get(`${owner.orgCode} ${owner.division} ${header.kid}`);
    if (!key)
      throw new Fault(`${name(body)} is signed with the key "${header.kid}" of ${owner.orgCode}, which was not given`);
    if (key.until !== null && Date.parse(at) >= Date.parse(key.until) + SKEW_MS)
      throw new Fault(`${name(body)} of ${at} is signed with the key "${key.kid}", which was over then`);
    const bytes = Buffer.from(last, 'base64url');
    const text = `${first}.${base64url(body)}`;
    if (
      middle !== '' ||
      header.typ !== typ ||
      bytes.toString('base64url') !== last ||
      !fits(text, bytes, header.alg, key.key)
    )
      throw new Fault(`${name(body)} was changed, or not signed by its key`);
  }
}

/** What a signed text is, for whoever reads of it. @param {string} body */
function name(body) {
  const { number, seq, lines } = parse(body);
  return lines === undefined ? (number === undefined ? `bundle ${seq}` : `receipt ${number}`) : 'the end of the file';
}

/** @param {string} text @param {Buffer} signature @param {string} alg @param {import('node:crypto').KeyObject | string} key */
function fits(text, signature, alg, key) {
  if (typeof key === 'string') return alg === 'SM2' && sm2Fits(text, signature, key);
  if (key.asymmetricKeyType === 'ed25519')
    return alg === 'EdDSA' && verifySignature(null, Buffer.from(text), key, signature);
  return alg === 'ES256' && verifySignature('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }, signature);
}

// SM2 with SM3 (GB/T 32918.2, on the curve of GB/T 32918.5), for there is no way to tell OpenSSL the user id through Node.
const P = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn;
const B = '28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93';
const A = (P - 3n).toString(16);
const N = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;
const G =
  '32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0';
const USER = Buffer.from('1234567812345678');

const mod = (/** @type {bigint} */ a, m = P) => ((a % m) + m) % m;
const number = (/** @type {string} */ hex) => BigInt(`0x${hex}`);

/** @typedef {readonly [bigint, bigint, bigint]} Point Jacobian coordinates; the third is 0 at infinity */

/** @param {Point} point @returns {Point} */
function double([x, y, z]) {
  if (z === 0n) return [x, y, z];
  const [yy, zz] = [mod(y * y), mod(z * z)];
  const s = mod(4n * x * yy);
  const m = mod(3n * (x - zz) * (x + zz));
  const x3 = mod(m * m - 2n * s);
  return [x3, mod(m * (s - x3) - 8n * yy * yy), mod(2n * y * z)];
}

/** @param {Point} a @param {Point} b @returns {Point} */
function add(a, b) {
  if (a[2] === 0n) return b;
  if (b[2] === 0n) return a;
  const [z1, z2] = [mod(a[2] * a[2]), mod(b[2] * b[2])];
  const [u1, u2] = [mod(a[0] * z2), mod(b[0] * z1)];
  const [s1, s2] = [mod(a[1] * z2 * b[2]), mod(b[1] * z1 * a[2])];
  if (u1 === u2) return s1 === s2 ? double(a) : [1n, 1n, 0n];
  const [h, r] = [mod(u2 - u1), mod(s2 - s1)];
  const [hh, hhh] = [mod(h * h), mod(h * h * h)];
  const v = mod(u1 * hh);
  const x = mod(r * r - hhh - 2n * v);
  return [x, mod(r * (v - x) - s1 * hhh), mod(a[2] * b[2] * h)];
}

/** @param {bigint} k @param {Point} point @returns {Point} */
function times(k, point) {
  /** @type {Point} */
  let sum = [1n, 1n, 0n];
  for (const bit of k.toString(2)) {
    sum = double(sum);
    if (bit === '1') sum = add(sum, point);
  }
  return sum;
}

/** 1/a. @param {bigint} a */
function inverse(a) {
  let [low, high, x, y] = [mod(a), P, 1n, 0n];
  while (low > 1n) {
    const q = high / low;
    [low, high, x, y] = [high - q * low, low, y - q * x, x];
  }
  return mod(x);
}

/** @param {string} text @param {Buffer} signature @param {string} key the point in hex, uncompressed */
export function sm2Fits(text, signature, key) {
  if (signature.length !== 64) return false;
  const [r, s] = [number(signature.toString('hex', 0, 32)), number(signature.toString('hex', 32))];
  const t = mod(r + s, N);
  if (r < 1n || r >= N || s < 1n || s >= N || t === 0n) return false;
  const bits = Buffer.from([0, USER.length * 8]);
  const about = Buffer.concat([bits, USER, Buffer.from(A + B + G + key.slice(2), 'hex')]);
  const za = createHash('sm3').update(about).digest();
  const e = number(createHash('sm3').update(za).update(text).digest('hex'));
  /** @type {Point} */
  const open = [number(key.slice(2, 66)), number(key.slice(66)), 1n];
  const [x, , z] = add(times(s, [number(G.slice(0, 64)), number(G.slice(64)), 1n]), times(t, open));
  if (z === 0n) return false;
  return mod(e + mod(x * inverse(z * z)), N) === r;
}

/** @param {string} text @returns {Row} */
function parse(text) {
  try {
    const value = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Said below.
  }
  throw new Fault('something here is no JSON object');
}

/**
 * Verifies an exchange as it was exported. `faults` tell the first thing that is wrong of each chain; none where nothing is.
 * @param {AsyncIterable<Uint8Array> | Iterable<Uint8Array>} chunks the file's bytes
 * @param {readonly NamedKey[]} [trusted] public keys of both sides; without any, those that the file names, which proves only that it is whole in itself
 * @returns {Promise<{ records: number, faults: string[] }>}
 */
export async function verifyExchange(chunks, trusted = []) {
  const file = new File(trusted);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let rest = '';
  try {
    for await (const chunk of chunks) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) file.take(line);
      if (rest.length > LONGEST_LINE) throw new Fault('a line is longer than any of an exchange');
    }
    file.line += 1;
    if (rest !== '') throw new Fault('the file ends in the middle of a line');
    if (!file.ended) throw new Fault('the file was cut off: its signed end is missing');
  } catch (error) {
    // What the disk does not give cannot be judged.
    if (error instanceof Error && 'syscall' in error) throw error;
    // What is damaged may be damaged in any way: whatever cannot be read is not as it was written.
    const why = error instanceof Error ? error.message : String(error);
    file.faults.push(`line ${file.line}: ${why}`);
  }
  return { records: file.records, faults: file.faults };
}

const USAGE = `node verify-exchange.mjs <file> [--keys <file of public keys>]
  Ends with 0 where every bundle and receipt is as it was written, with 1 where one is not, with 2 where it cannot tell.
  退出码：0 完好，1 有改动或缺失，2 无法核验。
`;

/** None, or none that can be read, would be no proof at all. @param {string} path @returns {NamedKey[]} */
function readKeys(path) {
  const how = 'make it with: npm run --silent exchange -- keys > keys.json';
  const text = readFileSync(path, 'utf8');
  try {
    const keys = JSON.parse(text);
    if (!Array.isArray(keys) || keys.length === 0) throw new Error('it must be a list of one public key or more');
    for (const key of keys)
      if (![key.orgCode, key.division, key.kid].every((part) => typeof part === 'string'))
        throw new Error('each key has an orgCode, a division and a kid');
    for (const { publicKey } of keys) openKey(publicKey);
    return keys;
  } catch (error) {
    throw new Error(`${path} holds no public keys (${error instanceof Error ? error.message : error}): ${how}`);
  }
}

/** @param {readonly string[]} args */
async function main([file, option, keys, ...rest]) {
  if (
    file === undefined ||
    file.startsWith('-') ||
    rest.length > 0 ||
    (option !== undefined && (option !== '--keys' || !keys))
  )
    throw new Error(USAGE);
  const trusted = keys === undefined ? [] : readKeys(keys);
  const { faults, records } = await verifyExchange(createReadStream(file, { highWaterMark: 1 << 20 }), trusted);
  if (keys === undefined)
    process.stdout.write(
      'no --keys were given: those in the file itself were taken, so whoever made the file may have made them too\n',
    );
  for (const fault of faults) process.stdout.write(`NOT AS WRITTEN: ${fault}\n`);
  if (faults.length === 0) process.stdout.write(`unchanged: ${records} bundles and receipts\n`);
  return faults.length === 0 ? 0 : 1;
}

if (process.argv[1] && realpathSync(process.argv[1]) === realpathSync(fileURLToPath(import.meta.url)))
  main(process.argv.slice(2)).then(
    (code) => {
      process.exitCode = code;
    },
    (error) => {
      process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
      process.exitCode = 2;
    },
  );
