import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { DecodeError } from './decode-error.js';
import { MAX_GB28181_BYTES, readGb28181 } from './gb28181.js';

const DESCRIPTION = '南坡瞭望塔发现烟雾，能见度好';
const alarm = (declaration: string, inner = ''): string => `${declaration}<Notify>
<CmdType>Alarm</CmdType><SN>17</SN><DeviceID>65420200001340000007</DeviceID><AlarmPriority>1</AlarmPriority>
<AlarmMethod>5</AlarmMethod><AlarmTime>2026-07-01T12:00:05</AlarmTime><AlarmDescription>${DESCRIPTION}</AlarmDescription>
<Longitude>84.5</Longitude><Latitude>43.9</Latitude>${inner}</Notify>`;
const declared = (name: string): string => `<?xml version="1.0" encoding="${name}"?>\n`;

function failure(input: Uint8Array): DecodeError {
  try {
    readGb28181(input);
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  throw new Error('was read');
}

describe('the text is right in every encoding that cameras use', () => {
  test.each([
    ['GB2312', 'gb18030', declared('GB2312')],
    ['GB18030', 'gb18030', declared('gb18030')],
    ['UTF-8', 'utf8', declared('UTF-8')],
    ['UTF-8 without a declaration', 'utf8', '<?xml version="1.0"?>'],
    ['UTF-8 without any prologue', 'utf8', ''],
    ['GB18030 without a declaration', 'gb18030', '<?xml version="1.0"?>\r\n'],
    ['GB18030 without any prologue', 'gb18030', ''],
  ])('%s', (_name, encoding, declaration) => {
    const message = readGb28181(iconv.encode(alarm(declaration), encoding));
    expect(message).toMatchObject({ kind: 'alarm', description: DESCRIPTION, method: '5', longitude: '84.5' });
  });
});

test('the alarm type is found inside <Info> and beside it', () => {
  expect(readGb28181(Buffer.from(alarm('', '<Info><AlarmType>6</AlarmType></Info>')))).toMatchObject({ type: '6' });
  expect(readGb28181(Buffer.from(alarm('', '<AlarmType>2</AlarmType>')))).toMatchObject({ type: '2' });
  expect(readGb28181(Buffer.from(alarm('')))).toMatchObject({ type: undefined });
});

test('a keepalive is told apart', () => {
  const text =
    '<Notify><CmdType>Keepalive</CmdType><SN>1</SN><DeviceID>65420200002000000001</DeviceID><Status>OK</Status></Notify>';
  expect(readGb28181(Buffer.from(text))).toEqual({
    kind: 'keepalive',
    deviceId: '65420200002000000001',
    status: 'OK',
  });
});

describe('what cannot be trusted is refused with its reason', () => {
  const gb = iconv.encode(alarm(''), 'gb18030');
  const utf = Buffer.from(alarm(''));
  const damaged = Buffer.from(utf);
  damaged[utf.indexOf('烟') + 1] = 0x41;
  test.each([
    ['GB18030 declared as UTF-8', 'bad-encoding', iconv.encode(alarm(declared('UTF-8')), 'gb18030')],
    ['UTF-8 declared as GB2312', 'bad-encoding', Buffer.from(alarm(declared('GB2312')))],
    ['damaged UTF-8 that could be read as GB18030', 'bad-encoding', damaged],
    ['cut off', 'truncated', gb.subarray(0, gb.length - 3)],
    ['another command', 'unsupported', Buffer.from('<Notify><CmdType>Catalog</CmdType></Notify>')],
    ['a query', 'unsupported', Buffer.from('<Query><CmdType>Alarm</CmdType></Query>')],
    ['no command', 'missing-field', Buffer.from('<Notify><SN>1</SN></Notify>')],
    ['two times', 'malformed', Buffer.from(alarm('', '<AlarmTime>x</AlarmTime>'))],
    ['a DOCTYPE', 'doctype', Buffer.from('<!DOCTYPE a [<!ENTITY b "c">]><Notify>&b;</Notify>')],
    ['nothing', 'malformed', Buffer.alloc(0)],
    ['too long', 'too-large', Buffer.alloc(MAX_GB28181_BYTES + 1)],
  ])('%s: %s', (_name, reason, input) => expect(failure(input).reason).toBe(reason));
});

describe('no input gets past the border', () => {
  test('a message cut at any byte is refused', () => {
    for (const encoding of ['utf8', 'gb18030']) {
      const whole = iconv.encode(alarm(''), encoding);
      for (let at = 0; at < whole.length; at += 1) expect(failure(whole.subarray(0, at)).name).toBe('DecodeError');
    }
  });
  test('damaged and made-up messages are read or refused, never anything else', () => {
    const whole = iconv.encode(alarm(declared('GB2312')), 'gb18030');
    const tried = (input: Uint8Array): void => {
      try {
        readGb28181(input);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), tried));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        const copy = Buffer.from(whole);
        copy[at] = byte;
        tried(copy);
      }),
    );
  });
});
