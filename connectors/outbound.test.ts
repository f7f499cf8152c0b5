import { describe, expect, test } from '@jest/globals';
import { OUTBOUND_RULE, Outbound, OutboundError } from './outbound.js';

const rules = new Outbound([
  'data.wusu.gov.cn:443',
  '*.seismic.cn:80',
  '10.1.0.0/16:*',
  '[fd00::]/8:8080',
  '127.0.0.1:9000',
]);
const may = (host: string, port: number, by = rules): boolean => {
  try {
    by.check(host, port);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(OutboundError);
    return false;
  }
};
const resolved = (name: string, by: Outbound): Promise<string> =>
  new Promise((resolve) => by.lookup(name, {}, (error, address) => resolve(error ? error.message : String(address))));

describe('a list of allowed addresses', () => {
  test.each([
    ['data.wusu.gov.cn', 443],
    ['DATA.wusu.gov.cn', 443],
    ['www.seismic.cn', 80],
    ['10.1.255.3', 5432],
    ['[::ffff:10.1.2.3]', 80],
    ['[fd12::1]', 8080],
    ['127.0.0.1', 9000],
  ])('lets %s:%d be called', (host, port) => expect(may(host, port)).toBe(true));

  test.each([
    ['data.wusu.gov.cn', 80],
    ['evil-data.wusu.gov.cn', 443],
    ['seismic.cn.evil.org', 80],
    ['evilseismic.cn', 80],
    ['10.2.0.1', 80],
    ['127.0.0.1', 9001],
    ['169.254.169.254', 80],
    ['[::1]', 9000],
    ['[::ffff:7f00:1]', 80],
    ['localhost', 9000],
  ])('lets %s:%d not be called', (host, port) => expect(may(host, port)).toBe(false));

  test('is written as host:port', () => {
    for (const good of ['a.b:1', '*:*', '*.b:*', '10.0.0.0/8:80', '[::1]:80', '[fd00::]/8:*'])
      expect(good).toMatch(OUTBOUND_RULE);
    for (const bad of ['a.b', 'http://a:80', 'a:b', 'a b:1', '::1:80']) expect(bad).not.toMatch(OUTBOUND_RULE);
  });
});

describe('a name', () => {
  test('that leads to an inner address is refused when it connects, unless that address is allowed itself', async () => {
    // The system resolves these spellings of 127.0.0.1 as names.
    for (const name of ['2130706433', '0x7f.1', '127.1'])
      for (const by of [new Outbound(undefined), new Outbound(['*:*'])])
        expect(await resolved(name, by)).toMatch(/inner address|ENOTFOUND|EAI_AGAIN/);
    expect(await resolved('127.1', new Outbound(['*:*', '127.0.0.0/8:*']))).toMatch(
      /^127\.0\.0\.1$|ENOTFOUND|EAI_AGAIN/,
    );
    expect(await resolved('localhost', new Outbound(undefined))).toMatch(/^(127\.0\.0\.1|::1)$/);
  });
});

test('without a list, whatever the feeds’ own settings name may be called', () => {
  expect(may('10.9.9.9', 1, new Outbound(undefined))).toBe(true);
});
