import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DecodeError } from './decode-error.js';
import { MAX_FIRMS_BYTES, readFirms } from './firms.js';

const MODIS =
  'latitude,longitude,brightness,scan,track,acq_date,acq_time,satellite,confidence,version,bright_t31,frp,daynight\n';
const row = '44.1001,84.2002,320.4,1.1,1.0,2026-07-01,0612,T,71,6.1NRT,299.1,9.5,D\n';
const bytes = (text: string): Uint8Array => Buffer.from(text);

function failure(input: Uint8Array): DecodeError {
  try {
    readFirms(input);
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  throw new Error('was read');
}

test('columns are found by name, wherever they stand', () => {
  const { rows } = readFirms(
    bytes(
      '\ufeffcountry_id,ACQ_TIME,acq_date,latitude,longitude,satellite,confidence,new\r\nCHN,435,2026-07-01,44,84,N,n,x\r\n',
    ),
  );
  expect(Object.fromEntries(rows[0]!.columns)).toMatchObject({
    country_id: 'CHN',
    acq_time: '435',
    latitude: '44',
    new: 'x',
  });
});

test('a row with a wrong number of columns names its line and costs no other', () => {
  const { rows, faults } = readFirms(bytes(`${MODIS}${row}44.1,84.2\n"${row}1,${row}${row}`));
  expect(rows).toHaveLength(3);
  expect(faults).toMatchObject([
    { line: 3, reason: 'malformed', raw: '44.1,84.2', message: '2 columns, the header has 13' },
    { line: 5, reason: 'malformed', message: '14 columns, the header has 13' },
  ]);
});

test('a header without rows is an empty table', () => expect(readFirms(bytes(MODIS)).rows).toEqual([]));

describe('what is no FIRMS table is refused', () => {
  test.each([
    ['malformed', 'Invalid MAP_KEY.'],
    ['malformed', '<html><body>503</body></html>'],
    ['malformed', ''],
    ['missing-field', 'latitude,longitude,acq_date,satellite,confidence\n'],
    ['malformed', `frp,${MODIS}`],
  ])('%s: %s', (reason, text) => expect(failure(bytes(text)).reason).toBe(reason));
  test('bytes that are no UTF-8, more bytes and more rows than the bounds', () => {
    expect(failure(Buffer.from([0xff, 0xfe])).reason).toBe('bad-encoding');
    expect(failure(Buffer.alloc(MAX_FIRMS_BYTES + 1)).reason).toBe('too-large');
    expect(failure(bytes(MODIS + row.repeat(60_001))).reason).toBe('too-large');
  });
});

describe('no input gets past the border', () => {
  const whole = MODIS + row + row;
  test('a file cut at any byte never gives half a row', () => {
    for (let at = MODIS.length; at < whole.length; at += 1) {
      for (const { raw } of readFirms(bytes(whole.slice(0, at))).rows) expect(`${raw}\n`).toBe(row);
    }
  });
  test('damaged files are read or refused, never anything else', () => {
    const tried = (input: Uint8Array): void => {
      try {
        readFirms(input);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), tried));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        const damaged = Buffer.from(whole);
        damaged[at] = byte;
        tried(damaged);
      }),
    );
  });
});
